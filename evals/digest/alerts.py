"""What on-call was told of in a week, or would have been in shadow mode, a sentence each."""

from datetime import datetime, timedelta

from bot.domain.calendar import Week
from bot.domain.spike import Alert
from bot.domain.text.phrases import counted, span
from bot.domain.text.plain import shortened
from bot.ports import Desk
from bot.workflows.room_readers import RoomReaders

MOST = 20
_LONGEST = 80


async def alerts(desk: Desk, week: Week, readers: RoomReaders) -> tuple[str, ...]:
    """The alerts that opened in the week, oldest first; of very many the newest."""
    found = [alert for alert in await desk.store.spikes.alerts(week.start) if _opened_in(week, alert)]
    return tuple([await _said(alert, week, readers) for alert in found[-MOST:]])


def _opened_in(week: Week, alert: Alert) -> bool:
    return week.start <= alert.opened_at < week.end


async def _said(alert: Alert, week: Week, readers: RoomReaders) -> str:
    """ "Tue 14:05: conversations about refunds, 31 in an hour where 4 were expected; over after 2 hours"."""
    what = shortened(alert.series[0].title, _LONGEST) if alert.series else "something unusual"
    if len(alert.series) > 1:
        what += f" and {counted(len(alert.series) - 1, 'other count')}"
    beyond = f"{alert.seen:,} in {span(timedelta(minutes=alert.minutes))} where {_expected(alert)} expected"
    said = [f"{alert.opened_at.astimezone(week.zone):%a %H:%M}: {what}, {beyond}"]
    if alert.by is not None:
        after = f" after {span(alert.acknowledged_at - alert.opened_at)}" if alert.acknowledged_at else ""
        said.append(f"taken up by {await readers.name(alert.by)}{after}")
    if alert.false_alarm:
        said.append(f"a false alarm, says {await readers.name(alert.false_by)}" if alert.false_by else "a false alarm")
    said.append(_ended(alert, alert.resolved_at))
    if not alert.told:
        said.append("only recorded")
    return "; ".join(said)


def _expected(alert: Alert) -> str:
    number = f"{alert.expected:.0f}" if alert.expected >= 1 else "less than 1"
    return f"{number} {'were' if alert.expected >= 1.5 else 'was'}"


def _ended(alert: Alert, at: datetime | None) -> str:
    return "not over yet" if at is None else f"over after {span(at - alert.since)}"
