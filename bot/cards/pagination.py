"""Many sections as few cards: what does not fit on one goes on the next, and nothing is left out.

A platform's message holds so many characters and parts. They are counted here from above: a character that may be
escaped counts as the longest escape, so that no renderer has to cut what was put on a card.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.cards.elements import (
    Actions,
    Card,
    Divider,
    Element,
    Facts,
    Heading,
    Link,
    Note,
    Notice,
    Paragraph,
    Picture,
    Quote,
    Table,
    Text,
)
from bot.cards.words import units, words_of

ROOM, PARTS = 9_000, 30
"""Characters and elements of a card: well within every limit of Slack's messages (12,000 and 50)."""
TABLE_ROOM, TABLE_ROWS = 6_000, 60
_ESCAPED, _LONGEST_ESCAPE = "<>&", 5


@dataclass(frozen=True, slots=True)
class Section:
    """What is read together; each of its parts stays whole on one card."""

    title: str
    parts: tuple[tuple[Element, ...], ...]


def paged(sections: Sequence[Section], summary: str) -> tuple[Card, ...]:
    """The cards that show these sections in order; a section that goes on says so, and a card has one table."""
    cards: list[Card] = []
    page: list[Element] = []
    for section in sections:
        for number, part in enumerate(section.parts):
            opened = [Heading(section.title), *part] if number == 0 else list(part)
            if page and not _fits(page, opened):
                cards.append(Card(summary, tuple(page)))
                page = []
            page += [Heading(f"{section.title} (continued)"), *part] if number and not page else opened
    return (*cards, *([Card(summary, tuple(page))] if page else ()))


def tables(
    head: tuple[str, ...], rows: Iterable[tuple[Text, ...]], numeric: tuple[int, ...] = ()
) -> Iterator[tuple[Element, ...]]:
    """The rows as tables of which each fits on a card."""
    some: list[tuple[Text, ...]] = []
    size = 0
    for row in rows:
        weight = sum(map(_text_size, row))
        if some and (len(some) == TABLE_ROWS or size + weight > TABLE_ROOM):
            yield (Table(head, tuple(some), numeric),)
            some, size = [], 0
        some.append(row)
        size += weight
    if some:
        yield (Table(head, tuple(some), numeric),)


def _fits(page: Sequence[Element], part: Sequence[Element]) -> bool:
    together = [*page, *part]
    one_table = sum(isinstance(element, Table) for element in together) <= 1
    return one_table and len(together) <= PARTS and sum(map(_size, together)) <= ROOM


def _size(element: Element) -> int:
    match element:
        case Heading(text) | Quote(text):
            return _characters(text)
        case Paragraph(text) | Notice(_, text) | Note(text):
            return _text_size(text)
        case Facts(rows):
            return sum(_characters(label) + _text_size(text) for label, text in rows)
        case Actions(buttons, more):
            return sum(_characters(each.label + each.subject + each.confirm + each.url) for each in (*buttons, *more))
        case Table(head, rows):
            return sum(map(_characters, head)) + sum(_text_size(cell) for row in rows for cell in row)
        case Picture(file, alt, title):
            return _characters(file + alt + title)
        case Divider():
            return 0


def _text_size(text: Text) -> int:
    return sum(_characters(words_of(piece)) + (len(piece.url) if isinstance(piece, Link) else 0) for piece in text)


def _characters(text: str) -> int:
    return units(text) + (_LONGEST_ESCAPE - 1) * sum(text.count(character) for character in _ESCAPED)
