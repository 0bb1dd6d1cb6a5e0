"""Text in Adaptive Cards: as runs, which are only ever text, and as Markdown where Teams knows nothing else.

Teams reads Markdown in text blocks and facts, and none in the runs of a RichTextBlock; yet only text blocks and facts
can mention. So running text is made of runs unless it mentions somebody. Teams fills in {{DATE(...)}} and {{TIME(...)}}
everywhere, and mentions by the marks <at>...</at>: in words that are not ours an invisible joiner breaks both.

Markdown is escaped only where it would format, because Teams on phones shows some of the backslashes.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, assert_never

from bot.cards.elements import Code, Emphasis, Link, Mention, Piece, Strong, Struck, Text, When
from bot.cards.words import clean, head, linkable, shortened, units, unlinked, words_of
from bot.domain.chat import Person

Json = dict[str, Any]

JOINER = "\u2060"
_ACTIVE = re.compile(r"\{(?=\{)|<(?=/?at\b)", re.IGNORECASE)
_MARKUP = (
    r"[\\*`]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # a name_like_this is left alone
    r"|~(?=~)|(?<=~)~"
    r"|](?=[(\[:]|$)|!(?=\[|$)"  # at the end too: a link of ours may follow
    r"|<(?=[A-Za-z/!?])|&(?=#?\w+;)"
)
_FORMATS = re.compile(_MARKUP)
_FORMATS_IN_LABEL = re.compile(_MARKUP + r"|[\[\]]")
_OPENS_BLOCK = re.compile(r"^(?:([-+](?=\s|$)|-(?=--)|#(?=#{0,5}(?:\s|$))|>)|(\d{1,9})([.)])(?=\s|$))")
_BREAK = re.compile(r"[^\S\n]*\n\s*")
_FIRST_TO_LAST = re.compile(r"[^\W_](?:.*[^\W_])?")
_IN_URL = re.compile(r"[()<>*_\\\[\]`{}|]")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_NAME = re.compile(r"[^\w .,'’-]|_")
_TEAMS_USER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|2[89]:[\w.:-]+", re.IGNORECASE)
_RUN_STYLES: Mapping[type, Json] = {
    Strong: {"weight": "Bolder"},
    Emphasis: {"italic": True},
    Struck: {"strikethrough": True},
    Code: {"fontType": "Monospace"},
}


def is_teams_user(person: Person) -> bool:
    """Tell whether Teams can mention this person: by the object id of its directory or by its own id."""
    return person.platform == "teams" and _TEAMS_USER.fullmatch(person.id) is not None


class Mentions:
    """The people that one card mentions, each by a mark that stands for nobody else."""

    def __init__(self) -> None:
        self._people: dict[str, Person] = {}

    def mark(self, person: Person) -> str:
        """Give the mark that becomes the mention."""
        name = " ".join(_NAME.sub(" ", head(clean(person.name), 100)).split()) or "colleague"
        while not person.same_as(self._people.setdefault(f"<at>{name}</at>", person)):
            name += JOINER
        return f"<at>{name}</at>"

    def entities(self, shown: str) -> list[Json]:
        """Give what Teams must know of the marks that are in what is shown."""
        marks = {mark: person for mark, person in self._people.items() if mark in shown}
        return [
            {"type": "mention", "text": mark, "mentioned": {"id": person.id, "name": mark[4:-5].rstrip(JOINER)}}
            for mark, person in marks.items()
        ]


def inert(text: str) -> str:
    """Clean text in which Teams finds no date to fill in and nobody to mention."""
    return _ACTIVE.sub(lambda found: found.group() + JOINER, clean(text))


def line(text: str, limit: int) -> str:
    """Give text for where there is one plain line: a label, the words on a button, a title."""
    said = " ".join(inert(text).split())
    return said if units(said) <= limit else head(said, limit - 1) + "…"


def block(text: Text, limit: int, mentions: Mentions, **style: Any) -> list[Json]:
    """Give running text in at most so many units; nothing where it would show nothing."""
    pieces = list(shortened(text, limit, is_teams_user))
    if not any(words_of(piece).strip() for piece in pieces):
        return []
    if any(isinstance(piece, Mention) for piece in pieces):
        return [text_block(markdown(pieces, mentions), **style)]
    aligned = {"horizontalAlignment": side} if (side := style.pop("horizontalAlignment", "")) else {}
    return [{"type": "RichTextBlock", "inlines": [_run(piece) | style for piece in pieces], **aligned}]


def small(text: Text, limit: int, mentions: Mentions) -> list[Json]:
    """Give small print."""
    return block(text, limit, mentions, size="Small", isSubtle=True)


def text_block(written: str, **style: Any) -> Json:
    """Give a text block of what is Markdown already."""
    return {"type": "TextBlock", "text": written, "wrap": True, **style}


def _run(piece: Piece) -> Json:
    run: Json = {"type": "TextRun", "text": inert(words_of(piece))}
    match piece:
        case str() | Mention():  # those whom Teams can mention are in no run
            return run
        case Strong() | Emphasis() | Struck() | Code():
            return run | _RUN_STYLES[type(piece)]
        case Link(_, url):
            return run | ({"selectAction": {"type": "Action.OpenUrl", "url": url}} if linkable(url) else {})
        case When(at):
            return run | {"text": _moment(at)}
        case _:
            assert_never(piece)


def _moment(at: datetime) -> str:
    moment = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return f"{{{{DATE({moment}, SHORT)}}}} at {{{{TIME({moment})}}}}"


# --- Markdown ---------------------------------------------------------------------------------------------------------


def is_markdown(text: Iterable[Piece]) -> bool:
    """Tell whether Markdown as Teams reads it can show this: it strikes nothing out and has no code."""
    return not any(isinstance(piece, Struck | Code) for piece in text)


def markdown(pieces: Sequence[Piece], mentions: Mentions) -> str:
    """Give clean pieces as Markdown in which only ours format, link and mention."""
    written = ""
    for piece in pieces:
        more = _marked(piece, mentions, begins=not written or written.endswith("\n"))
        written += JOINER + more if written.endswith("*") and more.startswith("*") else more
    return written.strip()


def escaped(text: str, *, begins: bool = True) -> str:
    """Give text as Markdown that shows just this. `begins` tells that it stands at the beginning of a line."""
    written = _BREAK.sub("\n\n", _FORMATS.sub(r"\\\g<0>", unlinked(inert(text))))
    lines = (written.lstrip() if begins else written).split("\n\n")
    return "\n\n".join(_OPENS_BLOCK.sub(_as_words, line) if at or begins else line for at, line in enumerate(lines))


def _as_words(found: re.Match[str]) -> str:
    sign, number, point = found.groups()
    return f"\\{sign}" if sign else f"{number}\\{point}"


def _marked(piece: Piece, mentions: Mentions, *, begins: bool) -> str:
    words = escaped(words_of(piece), begins=begins)
    match piece:
        case str() | Struck() | Code():
            return words
        case Strong():
            return _emphasised(words, "**")
        case Emphasis():
            return _emphasised(words, "*")
        case Link(text, url):
            return _link(text or url, url) if linkable(url) else words
        case Mention(person):
            return mentions.mark(person)
        case When(at):
            return _moment(at)
        case _:
            assert_never(piece)


def _emphasised(words: str, mark: str) -> str:
    """Put marks around words where they take hold: before a letter or digit and after one, within one line."""
    inner = None if "\n" in words else _FIRST_TO_LAST.search(words)
    return f"{words[: inner.start()]}{mark}{inner.group()}{mark}{words[inner.end() :]}" if inner else words


def _link(text: str, url: str) -> str:
    label = _FORMATS_IN_LABEL.sub(r"\\\g<0>", unlinked(" ".join(inert(text).split())))
    target = _ENTITY.sub("&amp;", _IN_URL.sub(lambda found: f"%{ord(found.group()):02X}", url))
    return f"[{label}]({target})"
