"""Cards as e-mail: a page of HTML that is read on light and on dark, and plain text.

Everything is escaped. Only web addresses of our own become links, and buttons become words: what they do is decided
where the team works. A picture is shown by `cid:<file>`.
"""

from collections.abc import Iterator, Sequence
from html import escape
from typing import assert_never

from bot.cards.elements import (
    Actions,
    Card,
    Code,
    Divider,
    Element,
    Emphasis,
    Facts,
    Heading,
    Link,
    Mention,
    Note,
    Notice,
    Paragraph,
    Picture,
    Piece,
    Quote,
    Strong,
    Struck,
    Table,
    Text,
    When,
)
from bot.cards.words import clean, linkable, words_of

_WIDTH = 640
_FIGURE = 24  # characters of a figure that stay in a line
_FONT = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_CELL = "padding:6px 10px;border-bottom:1px solid #d9dee3;vertical-align:top"
_QUIET = "margin:4px 0 14px;color:#5b6673;font-size:13px;line-height:18px"
_TITLE = "margin:28px 0 8px;font-size:19px;line-height:26px"
_QUOTED = "margin:8px 0;padding:0 12px;border-left:3px solid #a3adb8"
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>{title}</title><style>
@media (prefers-color-scheme: dark) {{
  .page, .page p, .page h2, .page td, .page th {{ background: #16191d !important; color: #e6e9ec !important }}
  .page .quiet {{ color: #a3adb8 !important }} .page a {{ color: #8ab8ec !important }}
  .page td, .page th {{ border-color: #3a424b !important }}
}}
</style></head>
<body class="page" style="margin:0;background:#ffffff">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td class="page" align="center"
 style="background:#ffffff;padding:16px">
<div style="max-width:{width}px;text-align:left;color:#1f2933;font:15px/22px {font}">
{body}
</div></td></tr></table></body></html>
"""


def html(cards: Sequence[Card], title: str) -> str:
    """The cards, one under the other, as a page."""
    body = "\n".join(_html(element) for card in cards for element in card.elements)
    return _PAGE.format(title=_words(title), width=_WIDTH, font=_FONT, body=body)


def plain_text(cards: Sequence[Card]) -> str:
    """The same for whoever reads mail without HTML."""
    return "\n\n".join(filter(None, (_plain(element) for card in cards for element in card.elements))) + "\n"


# --- HTML -------------------------------------------------------------------------------------------------------------


def _html(element: Element) -> str:
    match element:
        case Heading(text):
            return f'<h2 style="{_TITLE}">{_words(text)}</h2>'
        case Paragraph() | Notice() | Note() | Quote() | Facts():
            return _running(element)
        case Divider():
            return '<hr style="border:0;border-top:1px solid #d9dee3">'
        case Actions(buttons, more):
            labels = " · ".join(_words(button.label) for button in (*buttons, *more))
            return _small(f"In the chat: {labels}")
        case Table():
            return _table(element)
        case Picture():
            return _picture(element)
        case _:
            assert_never(element)


def _running(element: Paragraph | Notice | Note | Quote | Facts) -> str:
    match element:
        case Paragraph(text):
            return _block(_pieces(text))
        case Notice(tone, text):
            return _block(f"{tone.sign} {_pieces(text)}")
        case Note(text):
            return _small(_pieces(text))
        case Quote(words):
            return f'<blockquote style="{_QUOTED}">{_words(words)}</blockquote>'
        case Facts(rows):
            return _block("<br>".join(f"<b>{_words(label)}:</b> {_pieces(text)}" for label, text in rows))
        case _:
            assert_never(element)


def _small(inner: str) -> str:
    return f'<p class="quiet" style="{_QUIET}">{inner}</p>'


def _block(inner: str) -> str:
    return f'<p style="margin:8px 0">{inner}</p>'


def _table(table: Table) -> str:
    first = _row([_words(name) for name in table.head], table.numeric, tag="th", style=";font-weight:600")
    rows = (_row([_pieces(cell) or "–" for cell in cells], table.numeric) for cells in table.rows)
    style = "border-collapse:collapse;width:100%;margin:8px 0;font-size:14px;line-height:19px"
    return f'<table cellpadding="0" cellspacing="0" style="{style}">{first}{"".join(rows)}</table>'


def _row(cells: Sequence[str], numeric: Sequence[int], *, tag: str = "td", style: str = "") -> str:
    def cell(at: int, inner: str) -> str:
        side = "right" if at in numeric else "left"
        whole = ";white-space:nowrap" if at in numeric and len(inner) <= _FIGURE else ""
        return f'<{tag} align="{side}" style="{_CELL}{style}{whole}">{inner}</{tag}>'

    return f"<tr>{''.join(cell(at, inner) for at, inner in enumerate(cells))}</tr>"


def _picture(picture: Picture) -> str:
    if not picture.file:
        return _small(f"Picture not shown. {_words(picture.alt)}")
    style = "display:block;width:100%;height:auto;border:0;margin:8px 0"
    return f'<img src="cid:{_words(picture.file)}" alt="{_words(picture.alt)}" width="{_WIDTH}" style="{style}">'


def _pieces(text: Text) -> str:
    return "".join(map(_piece, text))


def _piece(piece: Piece) -> str:
    words = _words(words_of(piece))
    match piece:
        case Strong():
            return f"<b>{words}</b>"
        case Emphasis():
            return f"<i>{words}</i>"
        case Struck():
            return f"<s>{words}</s>"
        case Code():
            return f"<code>{words}</code>"
        case Link(_, url) if url.startswith("https://") and linkable(url):
            return f'<a href="{escape(url)}" style="color:#1d5fa8">{words}</a>'
        case str() | Link() | Mention() | When():
            return words
        case _:
            assert_never(piece)


def _words(text: str) -> str:
    return escape(clean(text)).replace("\n", "<br>")


# --- plain text -------------------------------------------------------------------------------------------------------


def _plain(element: Element) -> str:
    match element:
        case Heading(text):
            line = clean(text).replace("\n", " ").strip()
            return f"{line}\n{'=' * min(len(line), 72)}" if line else ""
        case Paragraph(text) | Note(text):
            return _said(text)
        case Notice(tone, text):
            return f"{tone.sign} {_said(text)}"
        case Quote(text):
            return "\n".join(f"> {line}" for line in clean(text).split("\n"))
        case Facts(rows):
            return "\n".join(f"{clean(label)}: {_said(text)}" for label, text in rows)
        case Divider():
            return "-" * 72
        case Actions(buttons, more):
            return f"In the chat: {' · '.join(clean(button.label) for button in (*buttons, *more))}"
        case Table():
            return "\n".join(_rows(element))
        case Picture(_, alt, _):
            return f"[{clean(alt)}]"
        case _:
            assert_never(element)


def _rows(table: Table) -> Iterator[str]:
    """The rows as columns as wide as what they hold, none of them wider than 32 characters."""
    lines = [[clean(name) for name in table.head], *([_said(cell) or "–" for cell in row] for row in table.rows)]
    widths = [
        min(max((len(line[at]) for line in lines if at < len(line)), default=0), 32) for at in range(len(table.head))
    ]
    for line in lines:
        cells = zip(line, widths, strict=False)
        padded = (
            cell.rjust(width) if at in table.numeric else cell.ljust(width) for at, (cell, width) in enumerate(cells)
        )
        yield "  ".join(padded).rstrip()


def _said(text: Text) -> str:
    return "".join(_with_address(piece) for piece in text).strip()


def _with_address(piece: Piece) -> str:
    words = clean(words_of(piece))
    shown = isinstance(piece, Link) and piece.url.startswith("https://") and linkable(piece.url)
    return f"{words} <{piece.url}>" if shown and isinstance(piece, Link) else words
