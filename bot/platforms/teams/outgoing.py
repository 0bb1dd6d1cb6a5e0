"""What is sent to Teams: cards and text as activities, smaller where Teams does not take the whole."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, assert_never

from bot.cards.adaptive import summary_of
from bot.cards.elements import (
    Actions,
    Card,
    Divider,
    Element,
    Facts,
    Heading,
    Note,
    Notice,
    Paragraph,
    Picture,
    Quote,
    Table,
    Text,
    Tone,
)
from bot.cards.words import clean, head, shortened, units
from bot.platforms.teams.replies import CARD

Json = dict[str, Any]

TEXT = 12_000  # UTF-16 units of one message
SMALLER = (1000, 200)  # characters of each text in a card that was too big
ROWS = 10
SHORTENED = "Shortened: Teams did not take the whole of it."


def card_activity(card: Card, shown: Mapping[str, Any]) -> Json:
    """A message that is this card, as rendered; without text, because Teams would make two messages of both."""
    return {
        "type": "message",
        "summary": summary_of(card),
        "attachments": [{"contentType": CARD, "content": shown}],
    }


def text_activities(text: str) -> list[Json]:
    """The messages that show this text as it is: nothing in it formats or mentions."""
    return [{"type": "message", "textFormat": "plain", "text": part} for part in _parts(clean(text).strip()) or ["…"]]


def key_of(activity: Json) -> str:
    """What a card is found again by; an empty one for a text."""
    body = [content for one in activity.get("attachments") or () for content in one["content"].get("body") or ()]
    return str(body[0].get("id") or "") if body else ""


def smaller(card: Card) -> Iterator[Card]:
    """The card in less and less: without its pictures, with shorter texts, and at last no more than its summary."""
    yield replace(card, elements=tuple(_unpictured(element) for element in card.elements))
    note = Note((SHORTENED,))
    for most in SMALLER:
        kept = (_cut(_unpictured(element), most) for element in card.elements)
        yield replace(card, elements=(*kept, note))
    yield replace(card, elements=(Paragraph((head(clean(card.summary), SMALLER[-1]),)), note))


def _unpictured(element: Element) -> Element:
    if isinstance(element, Picture):
        return Notice(Tone.INFO, (f"Picture: {element.title or element.alt}" if element.title else element.alt,))
    return element


def _cut(element: Element, most: int) -> Element:
    match element:
        case Heading() | Divider() | Actions() | Picture():
            return element
        case Quote(text):
            return Quote(text if units(text) <= most else f"{head(clean(text), most)} …")
        case Paragraph(text) | Note(text):
            return type(element)(_short(text, most))
        case Notice(tone, text):
            return Notice(tone, _short(text, most))
        case Facts(rows):
            return Facts(tuple((label, _short(text, most)) for label, text in rows[:ROWS]))
        case Table(rows=rows):
            return replace(element, rows=tuple(tuple(_short(cell, most) for cell in row) for row in rows[:ROWS]))
        case _:
            assert_never(element)


def _short(text: Text, most: int) -> Text:
    return tuple(shortened(text, most, lambda _: True))


def _parts(text: str) -> list[str]:
    """Split at the last line or word that fits."""
    parts = []
    while units(text) > TEXT:
        beginning = head(text, TEXT)
        ends = (beginning.rfind(mark, TEXT // 3) for mark in ("\n", " "))
        end = next((at for at in ends if at > 0), len(beginning))
        parts.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*parts, text] if text else parts
