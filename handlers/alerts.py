"""What people do with the card of an alert: acknowledge, snooze, call it a false alarm, open an incident."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.cards import alert as cards
from bot.domain.alerting import next_morning
from bot.domain.chat import Click
from bot.ports import Answer, Desk
from bot.workflows import alerts
from handlers.people import named


async def acknowledge(desk: Desk, click: Click) -> Answer:
    await alerts.acknowledge(desk, click.subject, await named(desk, click.actor))
    return None


async def call_false(desk: Desk, click: Click) -> Answer:
    await alerts.call_false(desk, click.subject, await named(desk, click.actor))
    return None


async def open_incident(desk: Desk, click: Click) -> Answer:
    await alerts.open_incident(desk, click.subject, await named(desk, click.actor))
    return None


def snooze(until: Callable[[Desk, datetime], datetime]) -> Callable[[Desk, Click], Awaitable[Answer]]:
    """The handler of a button that snoozes until this moment, given the present one."""

    async def snooze(desk: Desk, click: Click) -> Answer:
        wanted = until(desk, desk.clock.now())
        await alerts.snooze(desk, click.subject, await named(desk, click.actor), wanted)
        return None

    return snooze


ACTIONS = {
    cards.ACKNOWLEDGE: acknowledge,
    cards.FALSE_ALARM: call_false,
    cards.INCIDENT: open_incident,
    cards.SNOOZE["1h"]: snooze(lambda desk, now: now + timedelta(hours=1)),
    cards.SNOOZE["4h"]: snooze(lambda desk, now: now + timedelta(hours=4)),
    cards.SNOOZE["morning"]: snooze(lambda desk, now: next_morning(now, desk.policy.calendar.zone)),
}
