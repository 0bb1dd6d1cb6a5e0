"""While an alert is open, the drafts of its conversations say that they are part of it."""

from datetime import timedelta

from bot.cards.elements import Element
from bot.cards.review import part_of
from bot.domain.escalation import Escalation
from bot.domain.review import Review, ReviewState
from bot.domain.watching import matter_of
from bot.ports import Desk
from bot.workflows.alerts import link_to_card
from bot.workflows.behind import behind, is_behind

_MARKED = 200  # conversations of an alert whose cards say so, the newest; more would keep other cards waiting
_LATELY = timedelta(hours=1)
_LONGEST = timedelta(days=14)  # that an alert is open


async def notice_for(desk: Desk, escalation: Escalation, review: Review) -> Element | None:
    """What the card of a draft that waits says of an open alert that its conversation is part of."""
    if review.state is not ReviewState.READY:
        return None
    for alert in await desk.store.spikes.alerts(desk.clock.now()):
        if alert.card is not None and not alert.settled and await is_behind(desk, alert, escalation, review):
            return part_of(matter_of(alert).title, alert.since, await link_to_card(desk, alert))
    return None


async def group(desk: Desk) -> None:
    """Have drafts that wait say that they are part of an alert, and no more once it is over; each card once.

    Nothing is posted: cards that are there change.
    """
    now = desk.clock.now()
    for alert in await desk.store.spikes.alerts(now - _LONGEST):
        if alert.card is None or (alert.settled and now - alert.changed_at > _LATELY):
            continue
        key = f"{'over' if alert.settled else 'part'}:{alert.cause}"
        inside = await behind(desk, alert, _MARKED)
        reviews = await desk.store.reviews.of_escalations(inside)
        for newest in (reviews[name][-1] for name in inside if name in reviews):
            if newest.state is ReviewState.READY and newest.card is not None:
                await desk.runtime.start("show", f"show:{newest.id}:{key}", review=newest.id)
