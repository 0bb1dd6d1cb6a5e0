"""What a week and the weeks before it have on record, day by day of the team's calendar."""

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
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

    def day(self, at: datetime) -> int | None:
        """Which day it is; None outside of these weeks and after the end of its week."""
        found = bisect_right(self._midnights, at) - 1
        if not 0 <= found < self.weeks * DAYS or at >= self._ends[found // DAYS]:
            return None
        return found

    def period(self, back: int = 0) -> Period:
        """The week so many before the last one."""
        at = self.weeks - 1 - back
        return Period(self._midnights[at * DAYS], self._ends[at])


@dataclass(slots=True)
class Series:
    """What was observed of one metric and intent: values, whether they are over, and their days."""

    values: "array[float]" = field(default_factory=lambda: array("d"))
    over: bytearray = field(default_factory=bytearray)
    days: "array[int]" = field(default_factory=lambda: array("h"))

    def joined(self, other: "Series") -> None:
        self.values.extend(other.values)
        self.over.extend(other.over)
        self.days.extend(other.days)

    def spread(self, metric: Metric, weeks: int) -> Spread:
        """How its days differ in the first so many weeks."""
        days = np.asarray(self.days, dtype=int)
        these = days < weeks * DAYS
        return of_values(metric.statistic, np.asarray(self.values)[these], days[these])

    def per_day(self, week: int) -> Any:
        """How many there are on each day of the week before this one and of this one, in two rows."""
        first = (week - 1) * DAYS
        counts = np.bincount(np.asarray(self.days, dtype=int), minlength=first + 2 * DAYS)
        return counts[first : first + 2 * DAYS].reshape(2, DAYS)

    def figure(self, metric: Metric, week: int) -> Figure:
        """The metric in this week, as `evals.measuring` tells it."""
        these = np.asarray(self.days) // DAYS == week
        values, over = np.asarray(self.values)[these], np.frombuffer(bytes(self.over), dtype=np.uint8)[these]
        n, going_on = len(values), int((over == 0).sum())
        if n < metric.least or (n == 0 and metric.statistic is not Statistic.COUNT):
            return Figure(n, None, going_on)
        return Figure(n, estimate(metric.statistic, values, over), going_on)


class Record:
    """What conversations showed of some metrics, by intent. It keeps numbers and no conversations."""

    def __init__(self, chosen: Sequence[Metric], days: Days, lens: Lens) -> None:
        self.chosen, self._days, self._lens = chosen, days, lens
        self._series: dict[str, dict[str, Series]] = {each.name: defaultdict(Series) for each in chosen}
        self.waited: dict[str, float] = defaultdict(float)
        """Seconds that customers waited for the first answer in the last week, all together, by intent."""

    def add(self, conversations: Iterable[Conversation]) -> None:
        """Count these; each is given once."""
        day, group, lens = self._days.day, GROUPS["intent"], self._lens
        this_week = (self._days.weeks - 1) * DAYS
        observing = [(each.observe, self._series[each.name], each.name == WAITING) for each in self.chosen]
        for conversation in conversations:
            for observe, by_intent, waiting in observing:
                for observed in observe(conversation, lens):
                    found = day(observed.at)
                    if found is None or (intent := group(conversation, observed)) is None:
                        continue
                    series = by_intent[intent[0]]
                    series.values.append(observed.value)
                    series.over.append(observed.over)
                    series.days.append(found)
                    if waiting and found >= this_week:
                        self.waited[intent[0]] += observed.value

    def of_intent(self, metric: Metric, intent: str) -> Series:
        return self._series[metric.name].get(intent) or Series()

    def together(self, metric: Metric) -> Series:
        """All intents in one."""
        whole = Series()
        for each in self._series[metric.name].values():
            whole.joined(each)
        return whole

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
LONGEST = timedelta(days=400)
"""How far before the first week working time is known."""
