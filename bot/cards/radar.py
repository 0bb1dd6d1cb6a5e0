"""The card that tells an owner what in their articles needs a look."""

from collections.abc import Sequence

from bot.cards.capture import COMMAND, short
from bot.cards.elements import Actions, Button, Card, Code, Divider, Element, Note, Paragraph, Quote, Strong
from bot.domain.learning import Lesson
from bot.domain.radar import Concern, Kind

MOST = 8
"""Concerns that a card shows; more would not be read."""
_SIGNS = {
    Kind.CONFLICT: "⚔️", Kind.PAST_DATE: "📅", Kind.EXPIRED: "⌛", Kind.EXPIRING: "⏳", Kind.OVERDUE: "🔎",
    Kind.OWNERLESS: "👤",
}  # fmt: skip


def radar_card(owner: str, concerns: Sequence[Concern], sections: dict[str, str]) -> Card:
    """What is new for this owner, the worst first; `sections` are the places to mend, by concern's key and article."""
    count = "one thing needs" if len(concerns) == 1 else f"{len(concerns)} things need"
    whose = f" in the articles of {owner}" if owner else " in articles without an owner"
    elements: list[Element] = [Paragraph(("📡 ", Strong(f"{count.capitalize()} a look"), f"{whose}."))]
    for concern in concerns[:MOST]:
        elements += [Divider(), *_shown(concern), *_buttons(concern, owner, sections)]
    if len(concerns) > MOST:
        all_of_them = Code("ratchet kb check")
        elements += [Divider(), Note((f"And {len(concerns) - MOST} more; this lists them all: ", all_of_them))]
    return Card(f"{count.capitalize()} a look{whose}", tuple(elements))


def headline(concern: Concern) -> str:
    """What is wrong, in a line."""
    titles = [f"“{article.title}”" for article in concern.articles]
    day = f"{concern.day:%d %B %Y}" if concern.day else ""
    match concern.kind:
        case Kind.CONFLICT:
            return f"{titles[0]} and {titles[1]} disagree"
        case Kind.PAST_DATE:
            return f"{titles[0]} waits for {day}, which has passed"
        case Kind.EXPIRED:
            return f"{titles[0]} expired on {day} and is still counted on"
        case Kind.EXPIRING:
            return f"{titles[0]} expires on {day}"
        case Kind.OVERDUE:
            return f"{titles[0]} was due for review on {day}"
        case Kind.OWNERLESS:
            return f"{titles[0]} has no owner"


def _shown(concern: Concern) -> list[Element]:
    quotes = [
        Quote(f"{article.title}: {article.words}" if len(concern.articles) > 1 else article.words)
        for article in concern.articles
        if article.words
    ]
    owners = " and ".join(owner or "nobody" for owner in concern.owners)
    asked = f" Owners: {owners}." if len(concern.owners) > 1 else ""
    return [Paragraph((f"{_SIGNS[concern.kind]} ", Strong(headline(concern)))), *quotes, Note((concern.todo + asked,))]


def _buttons(concern: Concern, owner: str, sections: dict[str, str]) -> list[Element]:
    places = {
        article.slug: sections.get(f"{concern.key} {article.slug}") or article.slug for article in concern.articles
    }
    own = [article for article in concern.articles if article.owner == owner]
    buttons = (
        Button(COMMAND, f"Fix “{short(article.title, 60)}”", f"{Lesson.FIX} {places[article.slug]}") for article in own
    )
    return [Actions(tuple(buttons))]
