"""A card as one reader is to see it, where a platform can show each their own."""

from dataclasses import replace

from bot.cards.elements import Actions, Button, Card
from bot.domain.chat import Role


def for_reader(card: Card, role: Role | None) -> Card:
    """The card without the buttons that somebody of this role, or an outsider, may not press; pages open to all."""
    kept = []
    for element in card.elements:
        if isinstance(element, Actions):
            element = Actions(_allowed(element.buttons, role), _allowed(element.more, role))
            if not (element.buttons or element.more):
                continue
        kept.append(element)
    return replace(card, elements=tuple(kept))


def _allowed(buttons: tuple[Button, ...], role: Role | None) -> tuple[Button, ...]:
    return tuple(one for one in buttons if one.url or one.role is None or (role is not None and one.role <= role))
