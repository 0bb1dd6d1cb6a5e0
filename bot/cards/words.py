"""What every renderer does with text before it does anything of its own: clean it, measure it, cut it, say it plainly.

Lengths are counted in UTF-16 units: at least what a platform counts, whichever way it counts.
"""

import re
from collections.abc import Callable, Iterator
from typing import assert_never

from bot.cards.elements import Code, Emphasis, Link, Mention, Piece, Strong, Struck, Text, When
from bot.domain.chat import Person

URL_TEXT = 2000

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_ADDRESS = re.compile(r"(?<=\w)(?=(?:\.|@|://)\w)")
_LINKABLE = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x1f]+")


def clean(text: str) -> str:
    """Take out what is invisible and could deceive: control characters, text direction overrides, broken halves."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n"))


def units(text: str) -> int:
    """Count UTF-16 units."""
    return len(text.encode("utf-16-le", "replace")) // 2


def head(text: str, limit: int) -> str:
    """Give the beginning of clean text, at most this many units and no half characters."""
    return text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore")


def unlinked(text: str) -> str:
    """Break web and mail addresses invisibly, so that no app makes links of them."""
    return _ADDRESS.sub("\u2060", text)


def linkable(url: str) -> bool:
    """Tell whether this can be the target of a link: a whole web or mail address of a sensible length."""
    return units(url) <= URL_TEXT and _LINKABLE.fullmatch(url) is not None and clean(url) == url


def shortened(text: Text, limit: int, mentioned: Callable[[Person], bool]) -> Iterator[Piece]:
    """Give the clean, non-empty pieces of a text; what goes beyond the limit is replaced by how much it was.

    `mentioned` tells whom the platform can mention; others are named.
    """
    left, hidden = limit, 0
    for piece in text:
        words = clean(words_of(piece))
        shown = words if units(words) <= left else head(words, left)
        hidden += len(words) - len(shown)
        left -= units(shown)
        if shown:
            yield _with_words(piece, shown, mentioned)
    if hidden:
        yield f"… ({hidden} more characters; see the thread)"


def words_of(piece: Piece) -> str:
    """Give what a piece says, without how."""
    match piece:
        case str():
            return piece
        case Strong(text) | Emphasis(text) | Struck(text) | Code(text):
            return text
        case Link(text, url):
            return text or url
        case Mention(person):
            return f"@{person.name or person.id}"
        case When(at):
            return f"{at:%Y-%m-%d %H:%M %Z}".strip()
        case _:
            assert_never(piece)


def _with_words(piece: Piece, words: str, mentioned: Callable[[Person], bool]) -> Piece:
    """Give the same kind of piece with other words; a moment, or a mention that can be made, stays what it is."""
    match piece:
        case str():
            return words
        case Strong() | Emphasis() | Struck() | Code():
            return type(piece)(words)
        case Link(_, url):
            return Link(words, url)
        case Mention(person):
            return piece if mentioned(person) else words
        case When():
            return piece
        case _:
            assert_never(piece)
