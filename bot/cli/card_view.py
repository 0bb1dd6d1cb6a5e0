"""Cards at the terminal."""

from typing import assert_never

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text as Line

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
    Quote,
    Strong,
    Struck,
    Table,
    Text,
    When,
)
from bot.cards.words import clean, words_of


def show(out: Console, card: Card) -> None:
    """Print the card; buttons are named, pictures told in words."""
    for element in card.elements:
        _show(out, element)


def _show(out: Console, element: Element) -> None:
    match element:
        case Heading(text):
            out.print(f"\n[b u]{escape(_printable(text))}[/b u]\n")
        case Paragraph() | Notice() | Note() | Quote() | Facts():
            out.print(_running(element))
        case Divider():
            out.rule()
        case Actions(buttons, more):
            labels = "".join(f" [{_printable(button.label)}]" for button in (*buttons, *more))
            out.print(Padding(Line(f"in the chat:{labels}", style="dim"), (0, 0, 1, 3)))
        case Table():
            out.print(_grid(element))
        case Picture(_, alt, title):
            out.print(Line(f"🖼  {_printable(title)}{': ' if title else ''}{_printable(alt)}", style="dim"))
        case _:
            assert_never(element)


def _running(element: Paragraph | Notice | Note | Quote | Facts) -> Line:
    match element:
        case Paragraph(text):
            return _line(text)
        case Notice(tone, text):
            return Line(f"{tone.sign} ") + _line(text)
        case Note(text):
            return Line(style="dim") + _line(text)
        case Quote(words):
            return Line(_printable(words), style="italic")
        case Facts(rows):
            return Line("\n").join(Line(f"{_printable(label)}: ", style="bold") + _line(text) for label, text in rows)
        case _:
            assert_never(element)


def _grid(table: Table) -> Grid:
    grid = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for at, name in enumerate(table.head):
        grid.add_column(_printable(name), justify="right" if at in table.numeric else "left")
    for row in table.rows:
        grid.add_row(*(_line(cell) if cell else Line("–") for cell in row))
    return grid


def _line(text: Text) -> Line:
    line = Line()
    for piece in text:
        words = _printable(words_of(piece))
        match piece:
            case Strong():
                line.append(words, style="bold")
            case Emphasis():
                line.append(words, style="italic")
            case Struck():
                line.append(words, style="strike")
            case Link(_, url):
                line.append(f"{words} ({_printable(url)})")
            case str() | Code() | Mention() | When():
                line.append(words)
            case _:
                assert_never(piece)
    return line


def _printable(text: str) -> str:
    """The text without what moves a terminal's cursor."""
    return "".join(each if each.isprintable() or each == "\n" else " " for each in clean(text))
