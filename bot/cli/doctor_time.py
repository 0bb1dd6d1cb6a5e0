"""What `ratchet doctor` says of the team's time: its hours, and whether somebody is on call."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.cli.findings import Health, Result

if TYPE_CHECKING:
    from bot.ports import Desk
    from bot.settings import Settings

AHEAD = timedelta(days=7)
"""How far the rota is looked at."""


def team_hours(desk: "Desk", settings: "Settings") -> Result:
    """What was understood of the team's hours, and what is next."""
    calendar, now = desk.policy.calendar, desk.clock.now()
    today = now.astimezone(calendar.zone).date()
    coming = sorted(day for day in calendar.holidays if day >= today)
    holidays = f"next holiday {coming[0]}" if coming else "no holidays"
    understood = f"{calendar.hours}, {calendar.zone.key}, {holidays}"
    open_now = calendar.is_open(now)
    change = calendar.next_closing(now) if open_now else calendar.next_opening(now)
    when = f"next {'closing' if open_now else 'opening'} {calendar.shown(change)}" if change else "for a year at least"
    found = f"{understood}. {'Open' if open_now else 'Closed'} now; {when}"
    if calendar.holidays and not coming:
        return Result(Health.WARN, "Team hours", found, "All RATCHET_TEAM_HOLIDAYS are past: add the next ones.")
    if not settings.team.model_fields_set:
        return Result(Health.OFF, "Team hours", found, "Set RATCHET_TEAM_TIME_ZONE and RATCHET_TEAM_HOURS to yours.")
    return Result(Health.GOOD, "Team hours", found)


async def on_call(desk: "Desk") -> AsyncIterator[Result]:
    """Who is on call, and when within the next week nobody is."""
    if desk.on_call is None:
        yield Result(Health.OFF, "On call", "not set up (no RATCHET_ONCALL_GROUP or RATCHET_ONCALL_ROTA)")
        return
    shift = await desk.on_call.now()
    involved = (*shift.people, *shift.next)
    names = {person.id: await desk.platforms[person.platform].name_of(person) for person in involved}
    if unknown := [identity for identity, name in names.items() if name in ("", identity)]:
        mend = "Write people's ids: “Copy member ID” in their profile gives it."
        yield Result(Health.WARN, "On call", f"not found: {', '.join(unknown)}", mend)
    gap = await desk.on_call.gap(desk.clock.now() + AHEAD)
    if gap is None:
        until = f" until {desk.policy.calendar.shown(shift.until)}" if shift.until else ""
        yield Result(Health.GOOD, "On call", ", ".join(names[person.id] for person in shift.people) + until)
        return
    from_when = f"from {desk.policy.calendar.shown(gap)}" if shift.people else "now"
    mend = "Add people to the user group or the rota: alerts would reach nobody in person."
    yield Result(Health.WARN, "On call", f"nobody {from_when}", mend)
