"""The bot's own page for each person: the queue, and what they decided today."""

from datetime import timedelta

from bot.cards.home import QueueItem, home_card
from bot.domain.chat import HomeOpened
from bot.domain.review import Review
from bot.ports import Answer, Desk
from handlers.people import known_as


async def opened(desk: Desk, visit: HomeOpened) -> Answer:
    """Show what waits for a decision, oldest first, and what this person decided in the last day."""
    role = await desk.people.role(visit.actor)
    platform = desk.platforms[visit.actor.platform]
    now = desk.clock.now()
    if role is None:
        waiting: tuple[Review, ...] = ()
        decided: tuple[Review, ...] = ()
    else:
        waiting = await desk.store.reviews.waiting()
        decided = await desk.store.reviews.decided_by(await known_as(desk, visit.actor), now - timedelta(days=1))
    name = role.name.lower() if role else "guest (ask your manager to add you to the reps)"
    card = home_card(await _items(desk, waiting), await _items(desk, decided), now, name)
    await platform.publish_home(visit.actor, card)
    return None


async def _items(desk: Desk, reviews: tuple[Review, ...]) -> tuple[QueueItem, ...]:
    items = []
    for review in reviews:
        link = await desk.platforms[review.card.place.platform].permalink(review.card) if review.card else ""
        items.append(QueueItem(review, await desk.store.escalations.get(review.escalation_id), link))
    return tuple(items)
