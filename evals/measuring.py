"""Metrics of a period, beside those of the period before, of all conversations or group by group."""

from array import array
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.discovery import find
from bot.domain.history import Conversation, Tried
from evals.grouping import GROUPS, Record
from evals.metric import Lens, Metric, Observed, Paced, Section, Statistic
from evals.statistics import Difference, Estimate, difference, estimate, share


class Recorded(Protocol):
    """The part of a `History` that figures are counted from."""

    def between(self, since: datetime, until: datetime) -> AsyncIterator[Sequence[Conversation]]: ...

    async def tried(self, since: datetime, until: datetime) -> tuple[Tried, ...]: ...


_LONGEST = timedelta(days=400)
"""How far before a period working time is known: what took longer is told as this long."""


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` to before `until`."""

    since: datetime
    until: datetime

    def earlier(self, by: timedelta) -> "Period":
        return Period(self.since - by, self.until - by)

    @property
    def before(self) -> "Period":
        """The period of the same length that ends where this one begins."""
        return self.earlier(self.until - self.since)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its `n`, of which `going_on` had not ended. `told` is None where n is below the metric's least."""

    n: int
    told: Estimate | None
    going_on: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric in a period, of all or of one group or kind, and in the period before; `change` where both are told."""

    metric: Metric
    period: Period
    group: str
    kind: str
    now: Figure
    before: Figure
    change: Difference | None


def metrics() -> tuple[Metric, ...]:
    """Every metric there is, by section and title."""
    order = list(Section)
    found = find("evals.metrics", "METRIC", Metric)
    return tuple(sorted(found, key=lambda each: (order.index(each.section), each.title)))


def watched(period: Period, metric: Metric, now: datetime) -> Period:
    """The period in which the metric is counted: this one where its follow-up is over, else one that ends as long
    before, whole, so that it has the same weekdays.
    """
    return period if now - period.until >= metric.follow_up else period.earlier(metric.follow_up)


@dataclass(slots=True)
class _Series:
    """What was observed of one metric in one period and group."""

    values: "array[float]" = field(default_factory=lambda: array("d"))
    over: bytearray = field(default_factory=bytearray)
    kinds: Counter[str] = field(default_factory=Counter)

    def figure(self, metric: Metric, kind: str) -> Figure:
        n, going_on = len(self.values), self.over.count(0)
        if n < metric.least or (n == 0 and metric.statistic is not Statistic.COUNT):
            return Figure(n, None, going_on)
        told = share(self.kinds[kind], n) if kind else estimate(metric.statistic, self.values, self.over)
        return Figure(n, told, going_on)


class _Counted:
    """What was observed of one metric in its period and in the one before, for each way to group it."""

    def __init__(self, metric: Metric, ways: int) -> None:
        self.metric = metric
        self.series: tuple[tuple[dict[str, _Series], dict[str, _Series]], ...] = tuple(({}, {}) for _ in range(ways))

    def count(self, way: int, current: bool, key: str, observed: Observed) -> None:
        groups = self.series[way][current]
        series = groups.get(key)
        if series is None:
            series = groups[key] = _Series()
        series.values.append(observed.value)
        series.over.append(observed.over)
        if observed.kinds:
            series.kinds.update(observed.kinds)


class Tally:
    """Counts records as they come, each in the period that its metric puts it into; keeps numbers and no records."""

    def __init__(self, chosen: Sequence[Metric], period: Period, lens: Lens, *, by: str | Sequence[str] = "") -> None:
        """`by` is one of `GROUPS` or several of them, "" for all together."""
        self._lens = lens
        self._by = {name: GROUPS[name] if name else None for name in ((by,) if isinstance(by, str) else by)}
        self._ways = tuple(enumerate(self._by.values()))
        self._called: tuple[dict[str, str], ...] = tuple({} for _ in self._by)
        self._counted = {each.name: _Counted(each, len(self._by)) for each in chosen}
        self._periods = {each.name: watched(period, each, lens.now) for each in chosen}
        self._windows: dict[type, dict[Period, list[_Counted]]] = {Conversation: {}, Tried: {}}
        for each in chosen:
            window = self._windows[each.of].setdefault(self._periods[each.name], [])
            window.append(self._counted[each.name])

    def add(self, records: Iterable[Record]) -> None:
        """Count these records; each is given once."""
        windows = {
            kind: [(*_bounds(period), counted) for period, counted in found.items()]
            for kind, found in self._windows.items()
        }
        for record in records:
            earliest, latest = record.span
            for first, middle, last, counted in windows[type(record)]:
                if latest < first or earliest >= last:
                    continue
                for each in counted:
                    for observed in each.metric.observe(record, self._lens):
                        if first <= observed.at < last:
                            self._count(each, observed.at >= middle, record, observed)

    def _count(self, counted: _Counted, current: bool, record: Record, observed: Observed) -> None:
        for way, grouped in self._ways:
            key = ""
            if grouped is not None:
                group = grouped(record, observed)
                if group is None:
                    continue
                key = group[0]
                self._called[way][key] = group[1]  # a person's newest name stands for all of theirs
            counted.count(way, current, key, observed)

    def measured(self, by: str | None = None) -> tuple[Measured, ...]:
        """Every figure of one grouping (the first): by metric as chosen, then by group and kind in the alphabet."""
        names = tuple(self._by)
        way = names.index(by) if by is not None else 0
        return tuple(each for counted in self._counted.values() for each in self._of_metric(counted, way, names[way]))

    def _of_metric(self, counted: _Counted, way: int, by: str) -> Iterator[Measured]:
        befores, nows = counted.series[way]
        called = self._called[way]
        keys = {*befores, *nows} | ({""} if not by else set())
        for key in sorted(keys, key=lambda each: (called.get(each, "").casefold(), each)):
            now, before = nows.get(key, _NOTHING), befores.get(key, _NOTHING)
            for kind in ("", *sorted({*now.kinds, *before.kinds})):
                yield self._one(counted.metric, called.get(key, ""), kind, now, before)

    def _one(self, metric: Metric, group: str, kind: str, now: _Series, before: _Series) -> Measured:
        this, last = now.figure(metric, kind), before.figure(metric, kind)
        change = difference(this.told, last.told) if this.told and last.told else None
        return Measured(metric, self._periods[metric.name], group, kind, this, last, change)


_NOTHING = _Series()


def _bounds(period: Period) -> tuple[datetime, datetime, datetime]:
    return period.before.since, period.since, period.until


async def measure(
    history: Recorded,
    period: Period,
    *,
    now: datetime,
    by: str = "",
    calendar: Paced | None = None,
    chosen: Sequence[Metric] | None = None,
) -> tuple[Measured, ...]:
    """Measure the metrics (all unless some are chosen) in the period and in the one before it."""
    return (await measure_each(history, period, now=now, by=(by,), calendar=calendar, chosen=chosen))[by]


async def measure_each(
    history: Recorded,
    period: Period,
    *,
    now: datetime,
    by: Sequence[str],
    calendar: Paced | None = None,
    chosen: Sequence[Metric] | None = None,
) -> Mapping[str, tuple[Measured, ...]]:
    """Measure as `measure` does, for several groupings of one reading of the history."""
    wanted = metrics() if chosen is None else tuple(chosen)
    since = min((watched(period, each, now).before.since for each in wanted), default=period.since)
    tally = Tally(wanted, period, Lens(now, calendar=calendar, since=since - _LONGEST), by=by)
    async for batch in history.between(since, period.until):
        tally.add(batch)
    if any(each.of is Tried for each in wanted):
        for each in (period.before, period):
            tally.add(await history.tried(each.since, each.until))
    return {each: tally.measured(each) for each in by}
