"""What the team does about an alert, and what the clock does: cards that lag are shown, pages that are due are sent."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from bot.domain.alerting import (
    acknowledged,
    called_false,
    check_may_act,
    incident_name,
    page_due,
    patience_of,
    snoozed,
    with_incident,
)
from bot.domain.chat import Person
from bot.domain.errors import Conflict, RatchetError
from bot.domain.spike import Alert
from bot.ports import Desk

STALE = timedelta(minutes=30)
"""After so long without a look nobody is paged for what was open then: it may be over."""
_YEAR = timedelta(days=366)  # in which all that a false alarm taught has faded
_GIVEN_UP = timedelta(days=1)  # a card that lags for longer has no room any more


# --- what people do ---------------------------------------------------------------------------------------------------


async def acknowledge(desk: Desk, cause: str, actor: Person) -> Alert:
    """Note that the actor looks at it. Raises Conflict when it is over, or somebody else does."""
    return await _act(desk, cause, actor, lambda alert, now: acknowledged(alert, actor, now))


async def snooze(desk: Desk, cause: str, actor: Person, until: datetime) -> Alert:
    """Page nobody until then. Raises Conflict when there is nothing to silence."""
    return await _act(desk, cause, actor, lambda alert, now: snoozed(alert, until, actor, now))


async def call_false(desk: Desk, cause: str, actor: Person) -> Alert:
    """Note that it was nothing; its series waits for something twice as rare from now on."""
    record = await desk.store.spikes.alerts(desk.clock.now() - _YEAR)

    def change(alert: Alert, now: datetime) -> Alert:
        return called_false(alert, actor, now, before=patience_of(alert.series[0], record).times(now))

    return await _act(desk, cause, actor, change)


async def open_incident(desk: Desk, cause: str, actor: Person) -> Alert:
    """Begin an incident: a thread of its own in the on-call room, which pagers hear of too."""
    zone = desk.policy.calendar.zone
    return await _act(desk, cause, actor, lambda alert, now: with_incident(alert, incident_name(alert, zone), now))


async def _act(desk: Desk, cause: str, actor: Person, change: Callable[[Alert, datetime], Alert]) -> Alert:
    """The alert after this change; where the watch or somebody else was quicker, it is looked at again."""
    await _check_may_act(desk, actor)
    while True:
        wanted = change(await desk.store.spikes.get(cause), desk.clock.now())
        with suppress(Conflict):
            changed = await desk.store.spikes.change(wanted)
            await show_later(desk, changed)
            return changed


async def _check_may_act(desk: Desk, actor: Person) -> None:
    role = await desk.people.role(actor)
    shift = await desk.on_call.now() if role is None and desk.on_call else None
    check_may_act(role, on_call=shift is not None and any(person.same_as(actor) for person in shift.people))


# --- what the clock does ----------------------------------------------------------------------------------------------


async def tend(desk: Desk) -> None:
    """Have every card shown that lags behind its alert, and everybody paged who is due. Again it changes nothing."""
    now = desk.clock.now()
    for alert in await desk.store.spikes.alerts(now):
        if not alert.told:
            continue
        if alert.shown < alert.version and now - alert.changed_at < _GIVEN_UP:
            await show_later(desk, alert)
        due = page_due(alert, timedelta(minutes=desk.policy.repage_minutes))
        if due is not None and due <= now and await _may_page(desk, now):
            key = f"page:{alert.cause}:{due.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
            await desk.runtime.start("page_alert", key, alert=alert.cause, at=now.isoformat())


async def show_later(desk: Desk, alert: Alert) -> None:
    """Have this version told: by its card, and by the pagers. What could not be shown in an hour is tried again."""
    hour = f"{desk.clock.now():%Y-%m-%dT%H}"
    await desk.runtime.start("show_alert", f"alert:{alert.cause}:{alert.version}:{hour}", alert=alert.cause)


async def _may_page(desk: Desk, now: datetime) -> bool:
    """Quiet means quiet, however rare it is: what is still open at the end of the quiet hours pages then."""
    quiet = desk.policy.quiet is not None and desk.policy.quiet.is_open(now)
    if quiet or not desk.policy.alerts:
        return False
    until = (await desk.store.spikes.watched()).until
    return until is not None and now - until <= STALE


async def link_to_card(desk: Desk, alert: Alert) -> str:
    """The address of the alert's card; "" where it cannot be had now: nothing waits for it."""
    if alert.card is None:
        return ""
    try:
        return await desk.platforms[alert.card.place.platform].permalink(alert.card)
    except (RatchetError, KeyError):
        return ""
