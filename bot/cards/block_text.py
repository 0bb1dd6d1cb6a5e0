"""Text in Slack's Block Kit: pieces as rich text, as plain text and as small print, none of them able to deceive.

In `rich_text` a text element is only ever text: links, mentions, dates and emoji are elements of their own and Slack
parses no mark-up there. Where Slack has no rich text (headings, buttons, small print) we send `plain_text` with emoji
codes off, escaped, and with addresses broken by an invisible word joiner, because Slack's apps may turn a bare address
in plain text into a link.
"""

import re
from collections.abc import Iterator
from typing import Any, assert_never

from bot.cards.elements import Code, Emphasis, Link, Mention, Piece, Strong, Struck, Text, When
from bot.cards.words import clean, linkable, shortened, units, unlinked, words_of
from bot.domain.chat import Person

Json = dict[str, Any]

NOTE_TEXT, CONTEXT = 2000, 10
DATE = "{date_short_pretty} at {time}"

_SHORTCODE = re.compile(r":(?=[\w+'-]+:)")
_LOOKALIKES = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ", "\n": " "})
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_ENTITIES_IN_URL = str.maketrans({"&": "&amp;", "<": "%3C", ">": "%3E", "|": "%7C"})
_SLACK_USER = re.compile(r"[UW][A-Z0-9]+")


def characters(value: Any) -> int:
    """Count the characters in blocks as Slack may count them: every text, and rather too many than too few."""
    match value:
        case dict():
            return sum(characters(inner) for key, inner in value.items() if key not in ("type", "format"))
        case list():
            return sum(map(characters, value))
        case str():
            return units(value)
        case _:
            return 0


def escaped(text: str, limit: int) -> str:
    """Make text safe wherever Slack reads mark-up; never longer than the limit."""
    parts = [_ENTITIES.get(character, character) for character in clean(text).strip()]
    size = 0
    for index, part in enumerate(parts):
        size += units(part)
        if size > limit:
            return _without_excess(parts[:index], size - units(part), limit - 1) + "…"
    return "".join(parts)


def _without_excess(parts: list[str], size: int, limit: int) -> str:
    while parts and size > limit:
        size -= units(parts.pop())
    return "".join(parts)


def plain(text: str, limit: int) -> Json | None:
    """Give a plain_text object, or None for text that shows nothing."""
    shown = escaped(unlinked(clean(text)), limit)
    return {"type": "plain_text", "text": shown, "emoji": False} if shown else None


def cut(text: Text, limit: int) -> Iterator[Piece]:
    """Give the pieces that Slack is to show, none of them longer than the limit in all."""
    return shortened(text, limit, is_slack_user)


def text_element(text: str, style: str = "") -> Json:
    """Give a rich text element that is nothing but text."""
    return {"type": "text", "text": text} | ({"style": {style: True}} if style else {})


def rich(piece: Piece) -> Json:
    """Give a piece that `cut` gave as an element of rich text."""
    match piece:
        case str():
            return text_element(piece)
        case Strong(text):
            return text_element(text, "bold")
        case Emphasis(text):
            return text_element(text, "italic")
        case Struck(text):
            return text_element(text, "strike")
        case Code(text):
            return text_element(text, "code")
        case Link(text, url):
            return {"type": "link", "url": url, "text": text} if linkable(url) else text_element(text)
        case Mention(person):
            return {"type": "user", "user_id": person.id}
        case When(at):
            moment = {"type": "date", "timestamp": int(at.timestamp()), "format": DATE}
            return moment | {"fallback": words_of(piece)}
        case _:
            assert_never(piece)


def small(piece: Piece) -> Json | None:
    """Give such a piece as an element of small print, or None when it shows nothing.

    Only mrkdwn can be more than plain there, so what formats in it is replaced inside our own pieces.
    """
    match piece:
        case str():
            return plain(piece, NOTE_TEXT)
        case Strong(text) | Emphasis(text) | Struck(text):
            mark = "*" if isinstance(piece, Strong) else "_" if isinstance(piece, Emphasis) else "~"
            shown = _unformatted(text)
            return _mrkdwn(f"{mark}{shown}{mark}") if shown else None
        case Code(text):  # Slack formats nothing within, and what is copied from it must be what was meant
            shown = escaped(unlinked(clean(text).replace("`", "ˋ").replace("\n", " ")), 300)
            return _mrkdwn(f"`{shown}`") if shown else None
        case Link(text, url):
            label = _unformatted(text)
            return _mrkdwn(f"<{url.translate(_ENTITIES_IN_URL)}|{label}>") if linkable(url) else plain(text, NOTE_TEXT)
        case Mention(person):
            return _mrkdwn(f"<@{person.id}>")
        case When(at):
            return _mrkdwn(f"<!date^{int(at.timestamp())}^{DATE}|{escaped(words_of(piece), 75)}>")
        case _:
            assert_never(piece)


def note(text: Text, limit: int) -> list[Json]:
    """Give a text as blocks of small print."""
    elements = [element for piece in cut(text, limit) if (element := small(piece))]
    rows = [elements[start : start + CONTEXT] for start in range(0, len(elements), CONTEXT)]
    return [{"type": "context", "elements": row} for row in rows]


def is_slack_user(person: Person) -> bool:
    """Tell whether Slack can mention this person."""
    return person.platform == "slack" and _SLACK_USER.fullmatch(person.id) is not None


def _mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _unformatted(text: str) -> str:
    """Replace what formats in mrkdwn by its look-alikes: Slack has no escape for it."""
    return escaped(unlinked(_SHORTCODE.sub("∶", clean(text).translate(_LOOKALIKES))), 300)
