"""Cards, forms and pages as Slack's Block Kit, within Slack's limits whatever the data.

Running text (paragraphs, quotes, facts, notices) becomes `rich_text`, because nothing in a rich text element can
format, mention or link: see `bot.cards.block_text`. What does not fit is cut, and what was cut is said.
"""

import json
from collections.abc import Sequence
from typing import Any, assert_never

from bot.cards.block_controls import actions, input_block, numbered
from bot.cards.block_figures import picture, table, with_tables
from bot.cards.block_text import (
    NOTE_TEXT,
    characters,
    cut,
    escaped,
    note,
    plain,
    rich,
    text_element,
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
    Table,
    Text,
    TextInput,
    Tick,
)
from bot.cards.words import clean, head, units
from bot.domain.chat import Place

Json = dict[str, Any]

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
CHARACTERS = 12_000  # Slack refuses a message at about 13,200 characters in all ...
VIEW_CHARACTERS = 50_000  # ... and a view at 250,000 bytes
SHRINKING = (2800, 1200, 500, 200)  # how much of one long text is shown: the most that fits with the others
BLOCK_TEXT, FALLBACK_TEXT, METADATA = 3000, 3000, 3000


# --- what is sent -----------------------------------------------------------------------------------------------------


def render_card(card: Card) -> Json:
    """Give the `text` and `blocks` of a message. Parts that do not fit are cut and counted in a note at the end."""
    return {
        "text": escaped(card.summary, FALLBACK_TEXT) or "…",
        "blocks": _page(card, MESSAGE_BLOCKS, CHARACTERS, tables=1),
    }


def render_home(card: Card) -> Json:
    """Give the view of a person's Home tab."""
    return {"type": "home", "blocks": _page(card, VIEW_BLOCKS, VIEW_CHARACTERS)}


def render_form(form: Form, place: Place | None) -> Json:
    """Give the view of a dialog that remembers its subject and where it was opened.

    Raises ValueError when the subject is too long to be remembered: subjects are ids, never somebody's text.
    """
    kept = {"subject": form.subject} | ({"room": place.room, "thread": place.thread} if place else {})
    metadata = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    if units(metadata) > METADATA or len(form.name) > 255:
        raise ValueError(f"the form {form.name[:255]!r} has a name or subject that is too long")
    view: Json = {"type": "modal", "callback_id": form.name, "private_metadata": metadata}
    view |= {"title": plain(form.title, 24) or plain("Ratchet", 24)}
    if form.submit or any(isinstance(element, Input) for element in form.elements):
        view |= {"submit": plain(form.submit, 24) or plain("Send", 24), "close": plain("Cancel", 24)}
    else:
        view |= {"close": plain("Close", 24)}
    return view | {
        "blocks": _fitted(form.elements, VIEW_BLOCKS, VIEW_CHARACTERS) or [_section([text_element("Nothing to show.")])]
    }


def render_reply(text: str) -> list[Json]:
    """Give the messages that show this text as it is; only one longer than 12,000 characters needs several."""
    chunks = _chunks(clean(text).strip(), BLOCK_TEXT) or ["…"]
    per_message = CHARACTERS // BLOCK_TEXT
    messages = [chunks[start : start + per_message] for start in range(0, len(chunks), per_message)]
    return [
        {"text": escaped(part[0], FALLBACK_TEXT), "blocks": [_section([text_element(chunk)]) for chunk in part]}
        for part in messages
    ]


def _chunks(text: str, limit: int) -> list[str]:
    """Split at the last paragraph, line or word that fits."""
    chunks = []
    while units(text) > limit:
        beginning = head(text, limit)
        at = max(max(beginning.rfind("\n\n"), beginning.rfind("\n", limit // 3)), beginning.rfind(" ", limit * 2 // 3))
        end = at if at > limit // 3 else len(beginning)
        chunks.append(text[:end].rstrip() or beginning)
        text = text[end:].lstrip()
    return [*chunks, text] if text else chunks


# --- fitting ----------------------------------------------------------------------------------------------------------


def _page(card: Card, most: int, room: int, tables: int = 0) -> list[Json]:
    summary = head(clean(card.summary).strip(), 1000) or "…"
    return _fitted(card.elements, most, room, tables) or [_section([text_element(summary)])]


def _fitted(elements: Sequence[Element | Input], most: int, room: int, tables: int = 0) -> list[Json]:
    blocks: list[Json] = []
    told = with_tables(elements, tables)
    for limit in SHRINKING:
        blocks = [block for element in told for block in _blocks(element, limit)]
        if sum(map(characters, blocks)) <= room:
            break
    return _named(_dropped(blocks, most, room))


def _dropped(blocks: list[Json], most: int, room: int) -> list[Json]:
    """Leave out parts from the end until the rest fits; inputs and buttons go last."""
    sizes = [characters(block) for block in blocks]
    total = sum(sizes)
    if len(blocks) <= most and total <= room:
        return blocks
    worth = {"actions": 1, "input": 2}
    left_out: set[int] = set()
    for index in sorted(range(len(blocks)), key=lambda n: (worth.get(blocks[n]["type"], 0), -n)):
        if len(blocks) - len(left_out) < most and total <= room - 100:
            break
        left_out.add(index)
        total -= sizes[index]
    kept = [block for index, block in enumerate(blocks) if index not in left_out]
    return [*kept, *note((f"… ({len(left_out)} more parts; see the thread)",), NOTE_TEXT)]


def _named(blocks: list[Json]) -> list[Json]:
    """Make the ids of inputs differ: a form's errors and values are found by them."""
    seen: dict[str, int] = {}
    for block in blocks:
        if name := block.get("block_id"):
            seen[name] = seen.get(name, 0) + 1
            block["block_id"] = numbered(name, seen[name])
    return blocks


# --- elements ---------------------------------------------------------------------------------------------------------


def _blocks(element: Element | Input, limit: int) -> list[Json]:
    match element:
        case Heading(text):
            heading = plain(text, 150)
            return [{"type": "header", "text": heading}] if heading else []
        case Paragraph() | Quote() | Facts() | Notice() | Note():
            return _running_text(element, limit)
        case Divider():
            return [{"type": "divider"}]
        case Actions(buttons, more):
            return actions(buttons, more)
        case Table():
            return table(element, limit)
        case Picture():
            return picture(element)
        case TextInput() | Choice() | Tick() | PersonInput() | DateInput():
            return input_block(element)
        case _:
            assert_never(element)


def _running_text(element: Paragraph | Quote | Facts | Notice | Note, limit: int) -> list[Json]:
    match element:
        case Paragraph(text):
            return _rich_text("rich_text_section", text, limit)
        case Quote(words):
            return _rich_text("rich_text_quote", (words,), limit)
        case Facts(rows):
            return _facts(rows, limit // 4)
        case Notice(tone, text):
            return _rich_text("rich_text_section", (f"{tone.sign} ", *text), limit)
        case Note(text):
            return note(text, min(limit, NOTE_TEXT))
        case _:
            assert_never(element)


def _rich_text(kind: str, text: Text, limit: int) -> list[Json]:
    elements = [rich(piece) for piece in cut(text, limit)]
    if not any(str(element.get("text", "…")).strip() for element in elements):
        return []
    return [{"type": "rich_text", "elements": [{"type": kind, "elements": elements}]}]


def _section(elements: list[Json]) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _facts(rows: Sequence[tuple[str, Text]], limit: int) -> list[Json]:
    elements: list[Json] = []
    for label, text in rows:
        elements += [text_element("\n")] if elements else []
        elements += [text_element(f"{head(clean(label), 75)}: ", "bold")]
        elements += [rich(piece) for piece in cut(text, limit)] or [text_element("–")]
    return [_section(elements)] if elements else []
