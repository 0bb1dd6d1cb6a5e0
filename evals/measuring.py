"""Metrics of a period, beside those of the period before, of all conversations or group by group."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.discovery import find
from bot.domain.history import Conversation, Tried
from bot.ports import History
from evals.grouping import GROUPS, Record
from evals.metric import Lens, Metric, Observed, Paced, Section, Statistic
from evals.statistics import Difference, Estimate, difference, estimate, share

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
    """The period in which the metric is counted: this one, or so much earlier that its follow-up is over."""
    return period.earlier(
        max(timedelta(), metric.follow_up - (now - period.until)) if metric.follow_up else timedelta()
    )


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


class Tally:
    """Counts records as they come, each in the period that its metric puts it into; keeps numbers and no records."""

    def __init__(self, chosen: Sequence[Metric], period: Period, lens: Lens, *, by: str = "") -> None:
        """`by` is one of `GROUPS`, or "" for all together."""
        self._lens = lens
        self._by = GROUPS[by] if by else None
        self._chosen = chosen
        self._periods = {each.name: watched(period, each, lens.now) for each in chosen}
        self._bounds = {
            kind: [(each, *_bounds(self._periods[each.name])) for each in chosen if each.of is kind]
            for kind in (Conversation, Tried)
        }
        self._series: dict[tuple[str, bool, str], _Series] = defaultdict(_Series)
        self._called: dict[str, str] = {}

    def add(self, records: Iterable[Record]) -> None:
        """Count these records; each is given once."""
        for record in records:
            for metric, first, middle, last in self._bounds[type(record)]:
                for observed in metric.observe(record, self._lens):
                    if first <= observed.at < last:
                        self._count(metric.name, observed.at >= middle, record, observed)

    def _count(self, name: str, current: bool, record: Record, observed: Observed) -> None:
        key = ""
        if self._by is not None:
            group = self._by(record, observed)
            if group is None:
                return
            key = group[0]
            self._called[key] = group[1]  # a person's newest name stands for all of theirs
        series = self._series[name, current, key]
        series.values.append(observed.value)
        series.over.append(observed.over)
        if observed.kinds:
            series.kinds.update(observed.kinds)

    def measured(self) -> tuple[Measured, ...]:
        """Every figure: by metric as chosen, then by group and kind in the order of the alphabet."""
        return tuple(each for metric in self._chosen for each in self._of_metric(metric))

    def _of_metric(self, metric: Metric) -> Iterator[Measured]:
        keys = {key for name, _, key in self._series if name == metric.name} | ({""} if self._by is None else set())
        for key in sorted(keys, key=lambda each: (self._called.get(each, "").casefold(), each)):
            now, before = (self._series[metric.name, current, key] for current in (True, False))
            for kind in ("", *sorted({*now.kinds, *before.kinds})):
                yield self._one(metric, key, kind, now.figure(metric, kind), before.figure(metric, kind))

    def _one(self, metric: Metric, key: str, kind: str, now: Figure, before: Figure) -> Measured:
        even = metric.statistic is Statistic.MEAN
        change = difference(now.told, before.told, even=even) if now.told and before.told else None
        return Measured(metric, self._periods[metric.name], self._called.get(key, ""), kind, now, before, change)


def _bounds(period: Period) -> tuple[datetime, datetime, datetime]:
    return period.before.since, period.since, period.until


async def measure(
    history: History,
    period: Period,
    *,
    now: datetime,
    by: str = "",
    calendar: Paced | None = None,
    chosen: Sequence[Metric] | None = None,
) -> tuple[Measured, ...]:
    """Measure the metrics (all unless some are chosen) in the period and in the one before it."""
    wanted = metrics() if chosen is None else tuple(chosen)
    since = min((watched(period, each, now).before.since for each in wanted), default=period.since)
    tally = Tally(wanted, period, Lens(now, calendar=calendar, since=since - _LONGEST), by=by)
    async for batch in history.between(since, period.until):
        tally.add(batch)
    if any(each.of is Tried for each in wanted):
        for each in (period.before, period):
            tally.add(await history.tried(each.since, each.until))
    return tally.measured()
