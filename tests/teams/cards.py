"""Cards as a Teams client takes them: what it refuses, what it shows, and which buttons a person finds on them."""

import functools
import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from jsonschema import Draft6Validator
from jsonschema.exceptions import best_match

Json = dict[str, Any]

MOST_BUTTONS = 6
"""Of one set of actions; Teams puts no more side by side."""
SHOWN = ("text", "title", "label", "value", "altText", "errorMessage", "fallbackText")


@functools.cache
def _validator() -> Draft6Validator:
    published = files("adaptive_cards").joinpath("schemas/schema-1.5.json").read_text(encoding="utf-8-sig")
    return Draft6Validator(json.loads(published))


def faults_of(card: Json) -> list[str]:
    """What Teams would refuse or leave out of the card: against the published schema 1.5 and its own limits."""
    plain = _without_teams(card)
    found = [f"{one.json_path}: {one.message[:300]}" for one in [best_match(_validator().iter_errors(plain))] if one]
    if card.get("type") != "AdaptiveCard":
        found.append("this is no Adaptive Card")
    if str(card.get("version")) not in ("1.2", "1.3", "1.4", "1.5"):
        found.append(f"version {card.get('version')} is not shown by every client")
    ids = [one["id"] for one in elements(card) if isinstance(one.get("id"), str)]
    found += [f"two elements are called {one}" for one in sorted({one for one in ids if ids.count(one) > 1})]
    for held in elements(card):
        side_by_side = [one for one in held.get("actions") or () if one.get("mode") != "secondary"]
        if len(side_by_side) > MOST_BUTTONS:
            found.append(f"{len(side_by_side)} buttons side by side, where {MOST_BUTTONS} are shown")
        if held.get("type") == "TextBlock" and not str(held.get("text") or "").strip():
            found.append("a text block shows nothing")
    return found


def elements(value: Any) -> Iterator[Json]:
    """Every element and action in a card, outermost first; what an action merely carries is none."""
    if isinstance(value, list):
        for inner in value:
            yield from elements(inner)
    elif isinstance(value, dict):
        if "type" in value:
            yield value
        for name, inner in value.items():
            if name not in ("data", "fallback", "refresh", "msteams"):
                yield from elements(inner)


def words(card: Json) -> str:
    """Everything that a person can read on the card, labels of buttons included."""
    said: list[str] = []

    def collect(value: Any) -> None:
        if isinstance(value, list):
            for inner in value:
                collect(inner)
        elif isinstance(value, dict):
            for name, inner in value.items():
                if isinstance(inner, str) and name in SHOWN:
                    said.append(inner)
                elif name not in ("data", "fallback", "refresh", "msteams", "requires"):
                    collect(inner)

    collect(card)
    return " ".join(said)


def actions(card: Json) -> list[Json]:
    """The buttons of the card, those behind its menu and in its fold-outs included."""
    return [one for one in elements(card) if str(one["type"]).startswith("Action.")]


def labels(card: Json) -> list[str]:
    """What the card's buttons say, as they stand before anything is folded out."""
    folded = [inner for one in actions(card) for inner in actions(one.get("card") or {})]
    shown = [one for one in actions(card) if one.get("title") and not any(one is inner for inner in folded)]
    return [str(one["title"]) for one in shown]


def button(card: Json, label: str) -> Json:
    """The button of this label that does something: behind a fold-out with this label, the one in it."""
    for one in actions(card):
        if one.get("title") == label or one.get("id") == label:
            return _confirmed(one) if one["type"] == "Action.ShowCard" else one
    raise LookupError(f"there is no button “{label}”, only {labels(card)} on: {words(card)[:400]}")


def inputs(card: Json) -> dict[str, Json]:
    """The inputs of a card by id."""
    return {one["id"]: one for one in elements(card) if str(one["type"]).startswith("Input.")}


def _confirmed(action: Json) -> Json:
    """The button within what a fold-out asks; its first, as whoever means it presses that."""
    inner = actions(action.get("card") or {})
    if not inner:
        raise LookupError(f"“{action.get('title')}” folds out nothing to press")
    return inner[0]


def _without_teams(value: Any) -> Any:
    """The card without what Teams documents beyond the schema: widths, entities, the people picker."""
    if isinstance(value, list):
        return [_without_teams(inner) for inner in value]
    if isinstance(value, dict):
        extra = ("msteams", "choices.data")
        kept = {name: inner for name, inner in value.items() if name not in extra}
        return {name: inner if name == "data" else _without_teams(inner) for name, inner in kept.items()}
    return value
