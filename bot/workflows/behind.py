"""Which conversations an alert is about."""

from datetime import datetime

from bot.domain.escalation import Escalation
from bot.domain.review import Review
from bot.domain.spike import Alert, What
from bot.domain.watching import belongs, events, matter_of
from bot.ports import Desk


async def behind(desk: Desk, alert: Alert, limit: int = 500) -> tuple[str, ...]:
    """The conversations that count for what the alert is about, since it began and until it was over, oldest first.

    Of more than the limit the newest.
    """
    matter = matter_of(alert)
    if matter.what is What.CLUSTER:
        return (await desk.store.spikes.watched()).members(matter)[-limit:]
    until = alert.resolved_at or desk.clock.now()
    began: dict[str, datetime] = {}
    async for some in desk.store.history.between(alert.since, until, previous=False):
        for conversation in some:
            counts = [e.at for e in events(conversation) if e.series == matter and alert.since <= e.at < until]
            if counts:
                began[conversation.id] = min(counts)
    return tuple(sorted(began, key=lambda name: (began[name], name))[-limit:])


async def is_behind(desk: Desk, alert: Alert, escalation: Escalation, review: Review) -> bool:
    """Whether a conversation whose newest draft this is asks about what the alert is about."""
    matter = matter_of(alert)
    if matter.what is What.CLUSTER:
        return escalation.id in (await desk.store.spikes.watched()).members(matter)
    return review.proposal is not None and belongs(alert, escalation, review.proposal, review.opened_at)
