"""What a week and the weeks before it have on record, day by day of the team's calendar."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from bot.domain.calendar import DAY, Week, instant
from bot.domain.history import Conversation
from evals.digest.changes.overdispersion import DAYS, Spread, of_values
from evals.grouping import GROUPS
from evals.measuring import Figure, Measured, Period, watched
from evals.metric import Lens, Metric, Statistic
from evals.statistics import difference, estimate


class Days:
    """The days of some weeks up to one, counted from the first of them; each is as long as the team's clocks have it.

    While the last week goes on it ends `until`, and every week before is looked at up to the same day and time.
    """

    def __init__(self, week: Week, weeks: int, until: datetime) -> None:
        self.week, self.weeks = week, weeks
        first = week.monday - (weeks - 1) * DAYS * DAY
        self._midnights = [instant(first + n * DAY, 0, week.zone) for n in range(weeks * DAYS + 1)]
        self.end = min(until, self._midnights[-1])
        self._ends = [self._end(back) for back in range(weeks - 1, -1, -1)]
        self._starts = np.array([each.timestamp() for each in self._midnights])
        # the last one, which -1 finds too, is of what lies before the first midnight or after the last
        self._closing = np.array([*(each.timestamp() for each in self._ends), -np.inf])

    def _end(self, back: int) -> datetime:
        """Where the week so many before the last one ends."""
        if self.over:
            return self._midnights[(self.weeks - back) * DAYS]
        local = self.end.astimezone(self.week.zone)
        minute = local.hour * 60 + local.minute
        return instant(local.date() - back * DAYS * DAY, minute, self.week.zone)

    @property
    def over(self) -> bool:
        """Whether the last week has ended."""
        return self.end >= self._midnights[-1]

    @property
    def bounds(self) -> Sequence[datetime]:
        """The midnights between which the days lie; one more than days."""
        return self._midnights

    def of(self, moments: Sequence[datetime]) -> Any:
        """Which day each is; -1 outside of these weeks and after the end of its week."""
        at = np.array([each.timestamp() for each in moments], dtype=float)
        found = np.searchsorted(self._starts, at, side="right") - 1
        return np.where(at < self._closing[found // DAYS], found, -1)

    def period(self, back: int = 0) -> Period:
        """The week so many before the last one."""
        at = self.weeks - 1 - back
        return Period(self._midnights[at * DAYS], self._ends[at])


@dataclass(frozen=True, slots=True)
class Series:
    """What was observed of one metric and intent: values, whether they are over, and their days."""

    values: Any
    over: Any
    days: Any

    def spread(self, metric: Metric, weeks: int) -> Spread:
        """How its days differ in the first so many weeks."""
        these = self.days < weeks * DAYS
        return of_values(metric.statistic, self.values[these], self.days[these])

    def per_day(self, week: int) -> Any:
        """How many there are on each day of the week before this one and of this one, in two rows."""
        first = (week - 1) * DAYS
        counts = np.bincount(self.days, minlength=first + 2 * DAYS)
        return counts[first : first + 2 * DAYS].reshape(2, DAYS)

    def figure(self, metric: Metric, week: int) -> Figure:
        """The metric in this week, as `evals.measuring` tells it."""
        these = self.days // DAYS == week
        values, over = self.values[these], self.over[these]
        n, going_on = len(values), int((over == 0).sum())
        if n < metric.least or (n == 0 and metric.statistic is not Statistic.COUNT):
            return Figure(n, None, going_on)
        return Figure(n, estimate(metric.statistic, values, over), going_on)


@dataclass(slots=True)
class _Seen:
    """All that was observed of one metric, in columns, as it came; intents by number."""

    values: "array[float]" = field(default_factory=lambda: array("d"))
    over: bytearray = field(default_factory=bytearray)
    days: "array[int]" = field(default_factory=lambda: array("h"))
    intents: "array[int]" = field(default_factory=lambda: array("i"))

    def series(self, intent: int | None = None) -> Series:
        """What lies on a day, of all intents unless one is given."""
        days = np.array(self.days, dtype=int)
        these = days >= 0
        if intent is not None:
            these &= np.frombuffer(self.intents, dtype=np.int32) == intent
        over = np.frombuffer(self.over, dtype=np.uint8)
        return Series(np.array(self.values)[these], over[these], days[these])


class Record:
    """What conversations showed of some metrics, by intent. It keeps numbers and no conversations."""

    def __init__(self, chosen: Sequence[Metric], days: Days, lens: Lens) -> None:
        self.chosen, self._days, self._lens = chosen, days, lens
        self._seen = {each.name: _Seen() for each in chosen}
        self._intents: dict[str, int] = {}

    def add(self, conversations: Sequence[Conversation]) -> None:
        """Count these; each is given once."""
        group, lens, number = GROUPS["intent"], self._lens, self._intents
        for metric in self.chosen:
            seen, observe = self._seen[metric.name], metric.observe
            found = [
                (each, key[0]) for one in conversations for each in observe(one, lens) if (key := group(one, each))
            ]
            seen.days.extend(self._days.of([each.at for each, _ in found]).tolist())
            seen.values.extend([each.value for each, _ in found])
            seen.over.extend([each.over for each, _ in found])
            seen.intents.extend([number.setdefault(intent, len(number)) for _, intent in found])

    @property
    def waited(self) -> Mapping[str, float]:
        """Seconds that customers waited for the first answer in the last week, all together, by intent."""
        seen, last = self._seen[WAITING], (self._days.weeks - 1) * DAYS
        by_intent = {intent: seen.series(number) for intent, number in self._intents.items()}
        return {intent: float(each.values[each.days >= last].sum()) for intent, each in by_intent.items()}

    def of_intent(self, metric: Metric, intent: str) -> Series:
        return self._seen[metric.name].series(self._intents.get(intent, _NOBODYS))

    def together(self, metric: Metric) -> Series:
        """All intents in one."""
        return self._seen[metric.name].series()

    def week(self, metric: Metric) -> int:
        """Which week it is told of, counted from the first: what needs a week's watching is told of the week before
        the last one until that was watched.
        """
        whole = self._days.period()
        return self._days.weeks - 1 - int(watched(whole, metric, self._lens.now) != whole)

    def measured(self, metric: Metric, series: Series, intent: str = "") -> Measured:
        """The metric in its week and in the one before."""
        last = self.week(metric)
        now, before = series.figure(metric, last), series.figure(metric, last - 1)
        even = metric.statistic is Statistic.MEAN
        change = difference(now.told, before.told, even=even) if now.told and before.told else None
        return Measured(metric, self._days.period(self._days.weeks - 1 - last), intent, "", now, before, change)


WAITING = "first_response_time"
_NOBODYS = -1  # the number of an intent that nothing was observed of
LONGEST = timedelta(days=400)
"""How far before the first week working time is known."""
