"""The watch by the clock: it reads what happened, keeps what on-call should hear of, and has that told."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo

from bot.domain.alerting import CORRECTABLE, Patience
from bot.domain.codec import codec
from bot.domain.spike import Alert, AlertState, Count, Series, What, series_of_key
from bot.domain.watching import Event, events
from bot.ports import Desk
from bot.ports.watching import Watched
from bot.workflows.alerts import tend
from evals.spikes.alarm import COOL_DOWN, LATE, RARITY_DAYS, Alarm, Change
from evals.spikes.clusters import hear
from evals.spikes.correlation import Rise, correlated
from evals.spikes.detector import BUCKET, SCALES, Detector, bucket_of

log = logging.getLogger(__name__)

ALWAYS = tuple(Series(what) for what in What if what not in (What.INTENT, What.CLUSTER))
"""The series that are watched before anything was counted in them."""
LEARNED = timedelta(days=28)
"""How far back the first watch looks, to learn what is usual."""
_WINDOW = max(SCALES) * BUCKET


@dataclass(slots=True)
class Line:
    """What is remembered of one series."""

    detector: Detector = field(default_factory=Detector)
    alarm: Alarm = field(default_factory=Alarm)
    patience: Patience = field(default_factory=Patience)


async def watch(desk: Desk) -> None:
    """Read what happened since the last time; keep and log what on-call should hear, and have it told if that is on.

    Any number of processes may do this: who comes second looks again, from where the first one ended.
    """
    while not await _look(desk):
        log.info("Somebody else watched at the same time: looking again.")
    await tend(desk)


async def _look(desk: Desk) -> bool:
    """Keep what there is to be seen by now; False where somebody else did so meanwhile, so that nothing was kept.

    The first look learns from what is on record. After more than half an hour in which nobody watched, counting begins
    anew with the last five minutes, because what was not received in that time is not known; what was open a day ago
    and more has ended then.
    """
    now = desk.clock.now()
    until, watched = bucket_of(now), await desk.store.spikes.watched()
    if watched.until is not None and until <= watched.until:
        return True
    begin = watched.until if watched.until and until - watched.until <= LATE else until - BUCKET
    since = begin - _WINDOW if watched.until else until - LEARNED
    happened = await _events(desk, since, until)
    if watched.until is None:
        begin = min((bucket_of(event.at) for event in happened), default=begin)
    lines, before = lines_of(watched), await desk.store.spikes.alerts(now - CORRECTABLE - COOL_DOWN)
    if watched.until is not None and until - watched.until >= COOL_DOWN:
        for line in lines.values():
            line.alarm = Alarm()
    _learn_from_people(lines, before)
    rises = await asyncio.to_thread(advance, lines, happened, (begin, until), now, desk.policy.calendar.zone)
    heard = await hear(desk, watched, happened, until, before)
    risen = {series for series, line in lines.items() if line.alarm.is_open} | heard.open
    changed = await asyncio.to_thread(correlated, [*rises, *heard.rises], before, [*happened, *heard.events], risen)
    counted = [replace(each, counts=heard.counts.get(each.series[0], each.counts)) for each in changed]
    seen = [await _with_counts(desk, alert, lines) for alert in _told_if_on(desk, before, counted)]
    remembered = {series.key: codec(Line).dump_json(line).decode() for series, line in lines.items()}
    kept = await desk.store.spikes.keep(Watched(until, remembered | heard.kept), seen, after=watched.until)
    _log(seen if kept else [])
    return kept


def lines_of(watched: Watched) -> dict[Series, Line]:
    """What is remembered of each series that has a past; a cluster has none (see `evals.spikes.clusters`)."""
    series = ((series_of_key(key), text) for key, text in watched.series.items())
    return {each: codec(Line).validate_json(text) for each, text in series if each.what is not What.CLUSTER}


def _learn_from_people(lines: Mapping[Series, Line], alerts: Iterable[Alert]) -> None:
    """Series whose alert somebody called a false alarm wait for what is rarer."""
    for alert in alerts:
        line = lines.get(alert.series[0])
        if line is not None:
            line.patience.take(alert)


def _told_if_on(desk: Desk, before: Iterable[Alert], changed: Iterable[Alert]) -> list[Alert]:
    """What opens while alerts are on is told, to its end; what opened in shadow mode never is."""
    known = {alert.cause for alert in before}
    return [alert if alert.cause in known else replace(alert, told=desk.policy.alerts) for alert in changed]


async def _with_counts(desk: Desk, alert: Alert, lines: Mapping[Series, Line]) -> Alert:
    """The alert with the last counts of its first series; at its end, with how many conversations there were."""
    line = lines.get(alert.series[0])
    if line is not None and line.detector.until is not None:
        at, seen = line.detector.until, line.detector.seen
        counted = zip(reversed(seen), reversed(line.detector.expected), strict=True)
        counts = [Count(at - n * BUCKET, number, expected) for n, (number, expected) in enumerate(counted, 1)]
        alert = replace(alert, counts=tuple(reversed(counts)))
    if alert.state is not AlertState.RESOLVED or alert.resolved_at is None:
        return alert
    since_then = await _events(desk, alert.since, alert.resolved_at)
    behind = {event.conversation for event in since_then if event.series == alert.series[0]}
    return replace(alert, behind=len(behind))


async def _events(desk: Desk, since: datetime, until: datetime) -> list[Event]:
    found: list[Event] = []
    async for some in desk.store.history.lately(since, until):
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
    counts: Counter[tuple[Series, datetime]] = Counter((event.series, bucket_of(event.at)) for event in happened)
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
            change = line.alarm.hear(reading, now, rarity_days=RARITY_DAYS * line.patience.times(now))
            if change is not Change.NONE:
                rises.append((series, change, reading))
            bucket += BUCKET
    return sorted(rises, key=lambda rise: rise[2].at)


def _log(alerts: Iterable[Alert]) -> None:
    for alert in alerts:
        mode = "Alert" if alert.told else "Shadow"
        if alert.state is AlertState.RESOLVED:
            log.info("%s: %s is over.", mode, alert.cause)
        else:
            log.info(
                "%s: %s: %d in %d minutes where %.1f were expected, as on one day in %.0f.",
                mode, alert.cause, alert.seen, alert.minutes, alert.expected, alert.days,
            )  # fmt: skip
