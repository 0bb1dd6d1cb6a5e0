"""Which conversations an alert is about."""

from datetime import datetime

from bot.domain.spike import Alert
from bot.domain.watching import events, matter_of
from bot.ports import Desk


async def behind(desk: Desk, alert: Alert, limit: int = 500) -> tuple[str, ...]:
    """The conversations that count for what the alert is about, since it began and until it was over, oldest first.

    Of more than the limit the newest.
    """
    matter = matter_of(alert)
    until = alert.resolved_at or desk.clock.now()
    began: dict[str, datetime] = {}
    async for some in desk.store.history.between(alert.since, until):
        for conversation in some:
            counts = [e.at for e in events(conversation) if e.series == matter and alert.since <= e.at < until]
            if counts:
                began[conversation.id] = min(counts)
    return tuple(sorted(began, key=lambda name: (began[name], name))[-limit:])
