"""What `ratchet doctor` says of alerts: whether they are told, where, and whom they page. It pages nobody."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.cli.findings import Health, Result

if TYPE_CHECKING:
    from bot.settings import Settings


async def alerts(settings: "Settings") -> AsyncIterator[Result]:
    """Whether alerts are on, and what would hear of them. Raises Misconfigured for a pager that cannot be right."""
    from bot.app.paging import pagers
    from bot.app.parts import SystemClock, home_room

    told = pagers(settings, SystemClock())  # nothing is connected before something is told
    section = settings.alerts
    room = settings.oncall.room or home_room(settings)
    if section.mode == "shadow":
        mend = "Look at `ratchet spikes` for a week or two, then set RATCHET_ALERTS_MODE=on."
        yield Result(Health.OFF, "Alerts", "in shadow mode: what would be told is only kept", mend)
    elif not room and not told:
        yield Result(Health.BAD, "Alerts", "on, but nobody would hear of them", "Set RATCHET_ONCALL_ROOM.")
    else:
        hosts = {"pagerduty": section.pagerduty_url, "webhook": section.webhook_url}
        others = [f"{pager.name} at {urlsplit(hosts[pager.name]).hostname}" for pager in told]
        quiet = f"; quiet {settings.oncall.quiet_hours}" if settings.oncall.quiet_hours else ""
        found = (
            f"on, told in {', '.join(filter(None, [room, *others]))}; again after {section.repage_minutes:g} minutes"
        )
        yield Result(Health.GOOD, "Alerts", found + quiet, "`ratchet spikes test` sends a marked test there.")
