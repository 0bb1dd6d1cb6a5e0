"""Tables and pictures in Adaptive Cards: tables are Teams' own, a picture comes along inside the card."""

import json
import re
from collections.abc import Sequence
from typing import Any

from bot.cards.adaptive_text import Mentions, block, inert, line, small
from bot.cards.elements import Picture, Strong, Table, Text
from bot.cards.words import clean, head, units, words_of

Json = dict[str, Any]

ROWS, COLUMNS, ALT, TITLE = 100, 20, 2000, 200
CELLS = 4  # times what is shown of one text: how much a table may take, cells of few words being mostly overhead
NOTHING = "–"
DATA = re.compile(r"data:image/png;base64,[A-Za-z0-9+/]+={0,2}")
_NARROW, _WIDE = 5, 30  # characters by which the width of a column is weighed


def table(element: Table, limit: int, mentions: Mentions) -> list[Json]:
    """Give a native table, and a note of what did not fit into it."""
    width = min(len(element.head), COLUMNS)
    if not width or not element.rows:
        return []
    rows = [_row(tuple((Strong(name),) for name in element.head), element, width, limit, mentions)]
    left = CELLS * limit - size(rows)
    for row in element.rows[: ROWS - 1]:
        made = _row(row, element, width, limit, mentions)
        left -= size([made])
        if left < 0:
            break
        rows.append(made)
    columns = [{"width": _weight(element, at)} for at in range(width)]
    shown = {"type": "Table", "columns": columns, "rows": rows, "firstRowAsHeader": True, "showGridLines": True}
    missing = _missing(len(element.rows) - len(rows) + 1, "row"), _missing(len(element.head) - width, "column")
    cut_off = " and ".join(filter(None, missing))
    return [shown, *(small((f"… ({cut_off} not shown here)",), limit, mentions) if cut_off else ())]


def picture(element: Picture, mentions: Mentions) -> list[Json]:
    """Give a picture with what it shows in words; where there is no picture, the words alone.

    Its title is in the words and not above it: what we draw bears its title itself.
    """
    alt = head(inert(element.alt).strip(), ALT)
    if element.title and not alt.startswith(element.title):
        alt = f"{line(element.title, TITLE)}: {alt}"
    if not DATA.fullmatch(element.file):
        return small((f"🖼 Picture not shown. {alt}",), ALT + TITLE, mentions)
    shown = {"type": "Image", "url": element.file, "altText": alt or "…", "size": "Stretch"}
    return [shown | {"msteams": {"allowExpand": True}}]


def size(elements: list[Json]) -> int:
    """Count the UTF-16 units of elements as Teams does: pictures within the card are not in it."""
    return units(DATA.sub("", json.dumps(elements, ensure_ascii=False, separators=(",", ":"))))


def _row(cells: Sequence[Text], element: Table, width: int, limit: int, mentions: Mentions) -> Json:
    padded = (*cells, *((),) * width)[:width]
    made = [
        _cell(text, limit // max(4, width), mentions, right=at in element.numeric) for at, text in enumerate(padded)
    ]
    return {"type": "TableRow", "cells": made}


def _cell(text: Text, limit: int, mentions: Mentions, *, right: bool) -> Json:
    style = {"horizontalAlignment": "Right"} if right else {}
    items = block(text, limit, mentions, **style) or block((NOTHING,), limit, mentions, **style)
    return {"type": "TableCell", "items": items}


def _weight(element: Table, at: int) -> int:
    """How wide a column is beside the others: by the longest of what is in it."""
    told = ["".join(map(words_of, row[at])) for row in element.rows[:ROWS] if at < len(row)]
    longest = max(len(clean(said)) for said in (element.head[at], *told))
    return min(max(longest, _NARROW), _WIDE)


def _missing(number: int, what: str) -> str:
    return f"{number} more {what}{'s' if number > 1 else ''}" if number > 0 else ""
