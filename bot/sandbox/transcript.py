"""What came of a scene of the demo: told for a reader, and compared with what the script expects. Pure."""

import re
import textwrap
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.model import Json
from bot.sandbox.script import Card, Scene

WIDTH = 110
RULE = "─" * WIDTH


@dataclass(slots=True)
class Outcome:
    """What came of a scene: the cards before and after, what was done, what the customer got, what went wrong."""

    scene: Scene
    before: Card | None = None
    after: Card | None = None
    did: list[str] = field(default_factory=list)
    refusal: str = ""
    received: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def told(outcome: Outcome, number: int, of: int, wrong: list[str]) -> str:
    """The scene as a transcript: what the customer wrote, the card, what the rep did, what the customer received."""
    scene, before = outcome.scene, outcome.before
    where = f" · {before.room}" if before else ""
    lines = [RULE, f"{number} of {of} · {scene.title}{where}", RULE]
    lines += [
        f"{scene.name} writes {door(scene)}:",
        *_quoted("\n".join(filter(None, (*scene.texts, *_attached(scene))))),
    ]
    if before is not None:
        lines += ["", f"The card ({before.state}):", *_shown(before)]
    lines += [line for did in outcome.did for line in ("", *_wrapped(did, ""))]
    lines += ["", *_ended(outcome), *_received(outcome), ""]
    if wrong:
        return "\n".join([*lines, "✗ NOT as expected:", *(f"  - {sentence}" for sentence in wrong), ""])
    return "\n".join([*lines, *_wrapped(f"✓ As expected: {scene.expect}", "  ", ""), ""])


def door(scene: Scene) -> str:
    """How the customer's words come in."""
    if scene.door == "webhook":
        twice = ", delivered twice" if scene.deliveries > 1 else ""
        return f"in the web chat (a signed webhook{twice})"
    quick = ", in four quick messages" if len(scene.texts) == 4 else ""
    return f"to the helpdesk, which posts it in Slack{quick}" + (", in the same thread" if scene.follows else "")


def _attached(scene: Scene) -> list[str]:
    return [f"(attached: {file['name']})" for file in scene.files]


def _shown(card: Card) -> list[str]:
    facts = [f"{label} {value}" for label, value in card.facts.items()]
    lines = _wrapped(" · ".join(facts), "  ")
    if card.draft:
        lines += [
            "",
            *_wrapped(card.draft, "  | ", "  | "),
            "",
            *(part for one in card.sources for part in _wrapped(one, "  ")),
        ]
    lines += [part for notice in card.notices for part in _wrapped(notice, "  ")]
    return [*lines, "  " + "  ".join(f"[{label}]" for label in card.buttons)]


def _ended(outcome: Outcome) -> list[str]:
    before, after = outcome.before, outcome.after
    if before is None or after is None:
        return []
    if before.state == after.state:
        return [f"The card stays {after.state}: it waits for a person."]
    return _wrapped(f"The card now says: {' '.join(after.notices[:1])}", "")


def _received(outcome: Outcome) -> list[str]:
    name = outcome.scene.name
    if not outcome.received:
        return [f"{name} receives nothing."]
    return [line for text in outcome.received for line in (f"{name} receives:", *_quoted(text))]


def _quoted(text: str) -> list[str]:
    return _wrapped(text, "  > ", "  > ")


def _wrapped(text: str, indent: str, first: str | None = None) -> list[str]:
    """The text in lines that fit, its own line breaks kept; all but the first begin with the indent."""
    lines: list[str] = []
    for number, paragraph in enumerate(text.split("\n")):
        begin = indent if first is None or number else first
        filled = textwrap.wrap(paragraph, WIDTH, initial_indent=begin, subsequent_indent=indent, break_long_words=False)
        lines += filled or [begin.rstrip()]
    return lines


def differences(outcome: Outcome, titles: dict[str, str], banned: tuple[str, ...] = ()) -> list[str]:
    """Each way in which the outcome is not what the script expects, as a sentence; `titles` are articles' by slug."""
    found = list(outcome.problems)
    before, after = outcome.before, outcome.after
    if before is None or after is None:
        return found or ["no card appeared"]
    check = outcome.scene.check
    if after.state.replace(" ", "_") != check["state"]:
        found.append(f"the card ends as {after.state!r}, not as {check['state']!r}")
    if before.abstains != bool(check.get("abstains")):
        found.append("there is no draft" if before.abstains else "there is a draft")
    if check.get("room", before.room.removeprefix("#")) != before.room.removeprefix("#"):
        found.append(f"the card is in {before.room}, not in #{check['room']}")
    found += _wrong_facts(before, check) + _wrong_sources(before, check, titles)
    found += [f"there is a button {label!r}" for label in check.get("buttons_without", ()) if label in before.buttons]
    found += _wrong_words(outcome, before, after, banned)
    return found + _wrong_reply(outcome, before)


def _wrong_facts(card: Card, check: Json) -> list[str]:
    due = [(fact, wanted) for fact in ("risk", "mood", "language") for wanted in _several(check.get(fact))]
    return [
        f"{fact} is {card.facts.get(fact, 'not given')!r}, not {wanted!r}"
        for fact, wanted in due
        if not _in(wanted, card.facts.get(fact, ""))
    ]


def _wrong_sources(card: Card, check: Json, titles: dict[str, str]) -> list[str]:
    wanted = [titles.get(slug, slug) for slug in check.get("cites", ())]
    if len(card.sources) > check.get("sources", len(card.sources)):
        return [f"it gives {len(card.sources)} sources, not {check['sources']}"]
    strange = [source for source in card.sources if not any(title in source for title in wanted)]
    if wanted and not card.sources and card.draft:
        return ["the draft cites nothing"]
    return [f"it cites {source!r}" for source in strange]


def _wrong_words(outcome: Outcome, before: Card, after: Card, banned: tuple[str, ...]) -> list[str]:
    check, out = outcome.scene.check, "\n".join(outcome.received)
    both = "\n".join((*before.lines, *after.lines))
    places = (
        ("says", before.draft, "the draft does not say"),
        ("shows", both, "the card does not show"),
        ("warns", "\n".join(before.notices), "no warning says"),
        ("refuses", outcome.refusal, "the refusal does not say"),
    )
    found = [
        f"{problem} {wanted!r}"
        for key, text, problem in places
        for wanted in check.get(key, ())
        if not _in(wanted, text)
    ]
    unwanted = (*check.get("never_says", ()), *banned)
    return found + [f"it says {one!r}" for one in unwanted if _in(one, before.draft) or _in(one, out)]


def _wrong_reply(outcome: Outcome, before: Card) -> list[str]:
    """A customer gets exactly one reply, the text that was approved or written, and otherwise nothing."""
    due = 1 if outcome.scene.check["state"] == "delivered" else 0
    if len(outcome.received) != due:
        return [f"the customer received {len(outcome.received)} replies, not {due}"]
    edited = outcome.scene.then.get("text")
    if due and _bare(outcome.received[0]) != _bare(edited or before.draft):
        return ["the customer received another text than the one approved"]
    return []


def _several(value: Any) -> list[str]:
    return [] if value is None else [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _in(wanted: Any, text: str) -> bool:
    return str(wanted).lower() in " ".join(text.lower().split())


def _bare(text: str) -> str:
    return " ".join(re.sub(r"\s*\[\d+\]", "", text).split())
