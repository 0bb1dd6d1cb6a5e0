"""The watch by the clock, in its shadow mode: it keeps what it would have told, and wakes nobody."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from bot.domain.codec import codec
from bot.domain.spike import Alert, AlertState, Series, series_of_key
from bot.ports import Desk
from bot.ports.watching import Watched
from evals.spikes.alarm import LATE, Alarm, Change
from evals.spikes.causes import Rise, told
from evals.spikes.detector import BUCKET, SCALES, Detector
from evals.spikes.watching import ALWAYS, Event, events

log = logging.getLogger(__name__)

LEARNED = timedelta(days=28)
"""How far back the first watch looks, to learn what is usual."""
_WINDOW = max(SCALES) * BUCKET


@dataclass(slots=True)
class Line:
    """What is remembered of one series."""

    detector: Detector = field(default_factory=Detector)
    alarm: Alarm = field(default_factory=Alarm)


async def watch(desk: Desk) -> None:
    """Read what happened since the last time, and keep and log what on-call would have heard.

    Any number of processes may do this: who comes second changes nothing. The first watch learns from what is on
    record. After more than half an hour in which nobody watched, counting begins anew with the last five minutes,
    because what was not received in that time is not known.
    """
    now = desk.clock.now()
    until, watched = whole(now), await desk.store.spikes.watched()
    if watched.until is not None and until <= watched.until:
        return
    begin = watched.until if watched.until and until - watched.until <= LATE else until - BUCKET
    since = begin - _WINDOW if watched.until else until - LEARNED
    happened = await _events(desk, since, until)
    if watched.until is None:
        begin = min((whole(event.at) for event in happened), default=begin)
    lines = {series_of_key(key): codec(Line).validate_json(text) for key, text in watched.series.items()}
    rises = await asyncio.to_thread(advance, lines, happened, (begin, until), now, desk.policy.calendar.zone)
    before = await desk.store.spikes.alerts(now)
    changed = told(rises, before, happened, {series for series, line in lines.items() if line.alarm.is_open})
    kept = Watched(until, {series.key: codec(Line).dump_json(line).decode() for series, line in lines.items()})
    if await desk.store.spikes.keep(kept, changed, after=watched.until):
        _log(changed)


async def _events(desk: Desk, since: datetime, until: datetime) -> list[Event]:
    found: list[Event] = []
    async for some in desk.store.history.between(since, until):
        found += [event for each in some for event in events(each) if since <= event.at < until]
    return sorted(found, key=lambda event: (event.at, event.conversation))


def advance(
    lines: dict[Series, Line],
    happened: Iterable[Event],
    span: tuple[datetime, datetime],
    now: datetime,
    zone: tzinfo = UTC,
) -> list[Rise]:
    """Read every bucket of the span in each series; a series begins when something first counts in it."""
    begin, until = span
    counts: Counter[tuple[Series, datetime]] = Counter((event.series, whole(event.at)) for event in happened)
    first: dict[Series, datetime] = {}
    for series, bucket in counts:
        first[series] = min(bucket, first.get(series, bucket))
    rises: list[Rise] = []
    for series in {*ALWAYS, *lines, *first}:
        known = series in lines or series in ALWAYS
        line = lines.setdefault(series, Line())
        bucket = begin if known else max(begin, first[series])
        while bucket < until:
            reading = line.detector.update(bucket, counts[series, bucket], zone)
            change = line.alarm.hear(reading, now)
            if change is not Change.NONE:
                rises.append((series, change, reading))
            bucket += BUCKET
    return sorted(rises, key=lambda rise: rise[2].at)


def whole(at: datetime) -> datetime:
    """The beginning of the bucket that this moment is in."""
    seconds = BUCKET.total_seconds()
    return datetime.fromtimestamp(at.timestamp() // seconds * seconds, UTC)


def _log(alerts: Iterable[Alert]) -> None:
    for alert in alerts:
        if alert.state is AlertState.RESOLVED:
            log.info("Shadow: %s is over.", alert.cause)
        else:
            log.info(
                "Shadow: would alert on %s: %d in %d minutes where %.1f were expected, as on one day in %.0f.",
                alert.cause, alert.seen, alert.minutes, alert.expected, alert.days,
            )  # fmt: skip
