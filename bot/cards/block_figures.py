"""Tables and pictures in Slack's Block Kit."""

from typing import Any

from bot.cards.block_text import clean, cut, head, rich, text_element
from bot.cards.elements import Picture, Table, Text

Json = dict[str, Any]

ROWS, COLUMNS, ALT = 100, 20, 2000


def table(element: Table, limit: int) -> list[Json]:
    """Give a native table of at most 100 rows, the head among them."""
    if not element.head:
        return []
    rows = [[_cell((name,), limit) for name in element.head[:COLUMNS]]]
    rows += [[_cell(text, limit) for text in row[:COLUMNS]] for row in element.rows[: ROWS - 1]]
    settings = [{"align": "right" if n in element.numeric else "left", "is_wrapped": True} for n in range(len(rows[0]))]
    return [{"type": "table", "column_settings": settings, "rows": rows}]


def picture(element: Picture) -> list[Json]:
    """Give an uploaded picture with its alternative text."""
    shown = {"type": "image", "slack_file": {"id": element.file}, "alt_text": head(clean(element.alt), ALT) or "…"}
    title = head(clean(element.title).strip(), ALT)
    return [shown | ({"title": {"type": "plain_text", "text": title, "emoji": False}} if title else {})]


def _cell(text: Text, limit: int) -> Json:
    elements = [rich(piece) for piece in cut(text, limit // 4)] or [text_element("–")]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}
