"""Cards and forms as Adaptive Cards 1.5 for Microsoft Teams, within its limits whatever the data.

See `bot.cards.adaptive_text` for why no text of others formats, mentions, links or pictures anything. What does not fit
is cut, and what was cut is said.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, assert_never

from bot.cards.adaptive_controls import FORM, Door, actions, errors, input_elements, input_names
from bot.cards.adaptive_figures import picture, size, table
from bot.cards.adaptive_text import (
    Mentions,
    block,
    escaped,
    is_markdown,
    is_teams_user,
    line,
    markdown,
    small,
    text_block,
)
from bot.cards.elements import (
    Actions,
    Card,
    Choice,
    DateInput,
    Divider,
    Element,
    Facts,
    Form,
    Heading,
    Input,
    Note,
    Notice,
    Paragraph,
    PersonInput,
    Picture,
    Quote,
    Strong,
    Table,
    Text,
    TextInput,
    Tick,
    Tone,
)
from bot.cards.words import shortened

Json = dict[str, Any]

SCHEMA, VERSION = "http://adaptivecards.io/schemas/adaptive-card.json", "1.5"
REFRESH = "ratchet.refresh"
"""The verb by which Teams asks for a card again, in the name of whoever looks at it."""
ROOM = 40_000  # UTF-16 units of a card without its pictures: 80 KB, where Teams refuses a message of about 100
SHRINKING = (6000, 2800, 1200, 500, 200)  # how much of one long text is shown: the most that fits with the others
HEADING, LABEL, SHORT_LABEL, NOTE, SUMMARY = 200, 100, 24, 2000, 1000
_CONTAINERS = {Tone.GOOD: "good", Tone.INFO: "accent", Tone.WARNING: "warning", Tone.STOP: "attention"}
_BAR: Json = {  # beside what somebody said: a grey dot, repeated down the left side
    "url": "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR42mOYNGkOBDHAWQBo2AqBc7ckjwAAAABJRU5ErkJggg==",
    "fillMode": "RepeatVertically",
    "horizontalAlignment": "Left",
}


# --- what is sent -----------------------------------------------------------------------------------------------------


def render_card(card: Card, *, opens: Callable[[str], bool], key: str = "", changes: bool = True) -> Json:
    """Give a whole Adaptive Card.

    `opens` tells which actions open a form. `key` is what the card is found again by, when it is not known whether
    Teams took it: the id of its first container. One that `changes` is asked for again by whoever looks at it.
    """
    page = _Page(Door(opens), Mentions())
    body = page.fitted(card.elements) or block((summary_of(card),), SUMMARY, page.mentions)
    if key:
        body = [{"type": "Container", "id": key, "items": body[:1]}, *body[1:]]
    again = {"type": "Action.Execute", "title": "Refresh", "verb": REFRESH, "data": {}}
    refresh = {"refresh": {"action": again}} if changes else {}
    return _whole(body, page.mentions, fallbackText=summary_of(card), **refresh)


def render_form(
    form: Form, form_id: str, *, errors: Mapping[str, str] | None = None, values: Mapping[str, str] | None = None
) -> Json:
    """Give the card of a dialog that sends back this id and what was filled in.

    `errors` are shown above the inputs that they are about, and `values`, where given, are what the inputs hold.
    """
    page = _Page(Door(lambda _: False, form=form_id), Mentions(), input_names(form), errors or {}, values)
    body = page.fitted(form.elements) or block(("Nothing to show.",), SUMMARY, page.mentions)
    sent = {"type": "Action.Submit", "title": line(form.submit, 40) or "Send", "style": "positive"}
    asks = form.submit or page.names
    return _whole(body, page.mentions, **({"actions": [sent | {"data": {FORM: form_id}}]} if asks else {}))


def summary_of(card: Card) -> str:
    """Give the line that notifications and screen readers get."""
    return line(card.summary, SUMMARY) or "…"


def _whole(body: Sequence[Json], mentions: Mentions, **others: Any) -> Json:
    entities = mentions.entities(json.dumps(body, ensure_ascii=False))
    teams = {"width": "Full"} | ({"entities": entities} if entities else {})
    return {"type": "AdaptiveCard", "$schema": SCHEMA, "version": VERSION, "body": body, "msteams": teams} | others


# --- elements ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Page:
    """What the elements of one card are rendered with: `names`, `wrong` and `typed` are of a form's inputs."""

    door: Door
    mentions: Mentions
    names: Mapping[int, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] | None = None

    def fitted(self, elements: Sequence[Element | Input]) -> list[Json]:
        """Give all elements, with long texts as long as there is room for."""
        known = set(self.names.values())
        others = errors([said for name, said in self.wrong.items() if name not in known], self.mentions)
        parts: list[list[Json]] = []
        for limit in SHRINKING:
            parts = [others, *self._parts(elements, limit)] if others else self._parts(elements, limit)
            if sum(map(size, parts)) <= ROOM:
                break
        return [node for part in self._dropped(parts) for node in part]

    def _parts(self, elements: Sequence[Element | Input], limit: int) -> list[list[Json]]:
        """Give what each element becomes; a divider is a line above the next one."""
        parts: list[list[Json]] = []
        divided = False
        for at, element in enumerate(elements):
            part = self._part(element, limit, at)
            if part and divided:
                part[0] |= {"separator": True, "spacing": "Large"}
            divided = bool(parts) and (isinstance(element, Divider) or (divided and not part))
            parts += [part] if part else []
        return parts

    def _dropped(self, parts: list[list[Json]]) -> list[list[Json]]:
        """Leave out parts from the end until the rest fits; inputs and buttons go last."""
        sizes = [size(part) for part in parts]
        total = sum(sizes)
        if total <= ROOM:
            return parts
        left_out: set[int] = set()
        for at in sorted(range(len(parts)), key=lambda at: (_worth(parts[at]), -at)):
            if total <= ROOM - 500:
                break
            left_out.add(at)
            total -= sizes[at]
        kept = [part for at, part in enumerate(parts) if at not in left_out]
        return [*kept, small((f"… ({len(left_out)} more parts; see the thread)",), NOTE, self.mentions)]

    def _part(self, element: Element | Input, limit: int, at: int) -> list[Json]:
        match element:
            case Heading(text):
                title = escaped(line(text, HEADING))
                return [text_block(title, style="heading", size="Large", weight="Bolder")] if title else []
            case Paragraph() | Quote() | Facts() | Notice() | Note():
                return self._running_text(element, limit)
            case Divider():
                return []
            case Actions():
                return actions(element, self.door, self.mentions)
            case Table():
                return table(element, limit, self.mentions)
            case Picture():
                return picture(element, self.mentions)
            case TextInput() | Choice() | Tick() | PersonInput() | DateInput():
                name = self.names[at]
                typed = None if self.typed is None else self.typed.get(name, "")
                return input_elements(element, name, typed, self.wrong.get(name, ""), self.mentions)
            case _:
                assert_never(element)

    def _running_text(self, element: Paragraph | Quote | Facts | Notice | Note, limit: int) -> list[Json]:
        match element:
            case Paragraph(text):
                return block(text, limit, self.mentions)
            case Quote(words):
                return self._container(block((words.strip("\n"),), limit, self.mentions), "emphasis", _BAR)
            case Facts(rows):
                return self._facts(rows, limit // 4)
            case Notice(tone, text):
                return self._container(block((f"{tone.sign} ", *text), limit, self.mentions), _CONTAINERS[tone])
            case Note(text):
                return small(text, min(limit, NOTE), self.mentions)
            case _:
                assert_never(element)

    def _container(self, items: list[Json], style: str, picture: Json | None = None) -> list[Json]:
        beside = {"backgroundImage": picture} if picture else {}
        return [{"type": "Container", "style": style, "items": items, **beside}] if items else []

    def _facts(self, rows: Sequence[tuple[str, Text]], limit: int) -> list[Json]:
        """Give a set of facts; where one is more than Markdown can show, each is a paragraph."""
        told = [(line(label, LABEL), list(shortened(text, limit, is_teams_user)) or ["–"]) for label, text in rows]
        if not all(is_markdown(text) for _, text in told):
            lines = (block((Strong(label), ": ", *text), 2 * limit, self.mentions) for label, text in told)
            return [node | ({"spacing": "Small"} if at else {}) for at, each in enumerate(lines) for node in each]
        facts = [{"title": _unbroken(label), "value": markdown(text, self.mentions) or "–"} for label, text in told]
        return [{"type": "FactSet", "facts": facts}] if facts else []


def _unbroken(label: str) -> str:
    """Give a label as Markdown, a short one in one line: Teams leaves labels less room than they need."""
    return escaped(label.replace(" ", "\N{NO-BREAK SPACE}") if len(label) <= SHORT_LABEL else label)


def _worth(part: list[Json]) -> int:
    kinds = {node["type"] for node in (*part, *(inner for node in part for inner in node.get("items", ())))}
    return 2 if any(kind.startswith("Input.") for kind in kinds) else 1 if "ActionSet" in kinds else 0
