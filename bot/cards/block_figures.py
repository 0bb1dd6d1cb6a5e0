"""Tables and pictures in Slack's Block Kit.

Slack takes one table a message and none in a view: of 100 rows, 20 columns and 10,000 characters in all. It shows a
picture that the bot uploaded, once it has looked it through.
"""

from collections.abc import Sequence
from typing import Any

from bot.cards.block_text import NOTE_TEXT, characters, cut, note, plain, rich, text_element
from bot.cards.elements import Element, Input, Paragraph, Picture, Piece, Strong, Table, Text
from bot.cards.words import clean, head, words_of

Json = dict[str, Any]

ROWS, COLUMNS, CELLS, ALT = 100, 20, 10_000, 2000
NOTHING = "–"


def with_tables(elements: Sequence[Element | Input], most: int) -> list[Element | Input]:
    """Leave the first so many tables as they are and tell the others as lines of text."""
    told: list[Element | Input] = []
    for element in elements:
        if isinstance(element, Table):
            most -= 1
            told.append(element if most >= 0 else _as_lines(element))
        else:
            told.append(element)
    return told


def table(element: Table, limit: int) -> list[Json]:
    """Give a native table, and a note of what did not fit into it."""
    width = min(len(element.head), COLUMNS)
    if not width or not element.rows:
        return []
    rows = [_row(tuple((Strong(name),) for name in element.head), width, limit)]
    left = min(CELLS, 3 * limit) - characters(rows[0])
    for row in element.rows[: ROWS - 1]:
        made = _row(row, width, limit)
        left -= characters(made)
        if left < 0:
            break
        rows.append(made)
    settings = [{"align": "right" if n in element.numeric else "left", "is_wrapped": True} for n in range(width)]
    missing = _missing(len(element.rows) - len(rows) + 1, "row"), _missing(len(element.head) - width, "column")
    cut_off = " and ".join(filter(None, missing))
    shown = {"type": "table", "column_settings": settings, "rows": rows}
    return [shown, *(note((f"… ({cut_off} not shown here)",), NOTE_TEXT) if cut_off else ())]


def picture(element: Picture) -> list[Json]:
    """Give an uploaded picture with its alternative text; where there is no file, the text alone."""
    alt = head(clean(element.alt).strip(), ALT) or "…"
    if not element.file:
        return unseen(element.title, alt)
    title = plain(element.title, ALT)
    shown = {"type": "image", "slack_file": {"id": element.file}, "alt_text": alt}
    return [shown | ({"title": title} if title else {})]


def unseen(title: str, alt: str) -> list[Json]:
    """Tell in small print what a picture would have shown."""
    return note((f"🖼 Picture not shown. {title}{': ' if title else ''}{alt}",), NOTE_TEXT)


def _row(cells: Sequence[Text], width: int, limit: int) -> list[Json]:
    padded = (*cells, *((),) * width)[:width]
    return [_cell(text, limit // max(4, width)) for text in padded]


def _cell(text: Text, limit: int) -> Json:
    seen = any(clean(words_of(piece)).strip() for piece in text)
    elements = [rich(piece) for piece in cut(text, limit)] if seen else [text_element(NOTHING)]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _missing(number: int, what: str) -> str:
    return f"{number} more {what}{'s' if number > 1 else ''}" if number > 0 else ""


def _as_lines(element: Table) -> Paragraph:
    """A row a line: its first cell, then the others with the names of their columns."""
    pieces: list[Piece] = []
    for row in element.rows if element.head else ():
        first, *others = (*row, *((),) * len(element.head))[: len(element.head)]
        pieces += ["\n"] if pieces else []
        pieces += [Strong(words_of(piece)) if isinstance(piece, str) else piece for piece in first or (NOTHING,)]
        for name, cell in zip(element.head[1:], others, strict=True):
            pieces += [f" · {name} ", *(cell or (NOTHING,))]
    return Paragraph(tuple(pieces))
