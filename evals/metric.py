"""What a metric is: what it counts, of what, in which unit, and which direction is good."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from bot.domain.history import Conversation, Drafted

WEEK = timedelta(days=7)
"""How long a conversation is watched for what comes after: exactly seven times 24 hours, whatever the clocks do."""

LEAST = 20
"""The least n of a figure that is told. At twenty a share is known to within 21 points (Wilson's 95 % interval)."""


class Section(StrEnum):
    """Where a metric stands on a page."""

    CUSTOMERS = "What customers got"
    DRAFTS = "What people made of drafts"
    KNOWLEDGE = "What the knowledge can answer"
    COST = "What it cost"


class Unit(StrEnum):
    SHARE = "share"
    SECONDS = "seconds"
    MONEY = "money"
    TOKENS = "tokens"
    CONVERSATIONS = "conversations"


class Better(StrEnum):
    """Which direction is good. NEITHER: the figure says what is, not how well."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Statistic(StrEnum):
    """What is told of the observed values; see `evals.statistics`."""

    SHARE = "share"
    MEDIAN = "median"
    MEAN = "mean"
    COUNT = "count"


class Observed(NamedTuple):
    """One thing that is counted. `at` puts it into a period.

    `value` is 1 or 0 for a share. Not `over`: it took at least `value` so far. `draft` is the one that it is about;
    without, it is about the conversation. `kinds` are what the metric tells apart by itself.
    """

    at: datetime
    value: float
    over: bool = True
    draft: Drafted | None = None
    kinds: tuple[str, ...] = ()


class Paced(Protocol):
    """A calendar that knows how fast working time passes; see `bot.domain.calendar.Calendar`."""

    def pace(self, start: datetime, end: datetime) -> tuple[list[float], list[float]]: ...


class Lens:
    """How conversations are looked at: until when (`now`), and whether time is the calendar's or the team's hours."""

    def __init__(self, now: datetime, *, calendar: Paced | None = None, since: datetime | None = None) -> None:
        """With a calendar time is working time; `since` is a moment that nothing counted lies before."""
        self.now = now
        self._pace = calendar.pace(since or now, now) if calendar else None

    def elapsed(self, start: datetime, end: datetime) -> float:
        """Seconds from start to end, 0 where clocks that differ have the end before the start."""
        if self._pace is None:
            return max(0.0, (end - start).total_seconds())
        return max(0.0, self._worked(end) - self._worked(start))

    def waited(self, start: datetime, end: datetime | None) -> tuple[float, bool]:
        """How long something took and that it is over; or how long it has been going on, and that it is not."""
        if end is not None and end <= self.now:
            return self.elapsed(start, end), True
        return self.elapsed(start, self.now), False

    def _worked(self, at: datetime) -> float:
        moments, worked = self._pace or ([], [])
        when = at.timestamp()
        after = bisect_right(moments, when)
        if after == 0 or after == len(moments):
            return worked[min(after, len(worked) - 1)]
        span = moments[after] - moments[after - 1]
        part = (when - moments[after - 1]) / span if span else 0.0
        return worked[after - 1] + part * (worked[after] - worked[after - 1])


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. Its module's text defines it; `numerator` and `denominator` say it in a line each.

    `observe` gives what a record (of the type `of`) has to count. What needs `follow_up` is counted in the period that
    ends so much earlier, so that everything in it was watched as long. Below `least` no figure is told. `kinds` names
    what the metric tells apart by itself (a failure mode), if anything.
    """

    name: str
    title: str
    section: Section
    numerator: str
    denominator: str
    unit: Unit
    better: Better
    statistic: Statistic
    source: str
    observe: Callable[[Any, Lens], Iterable[Observed]]
    of: type = Conversation
    follow_up: timedelta = timedelta()
    least: int = LEAST
    kinds: str = ""


def within(start: datetime, end: datetime | None, span: timedelta = WEEK) -> bool:
    """Whether the end came from the start on and at most this long after it."""
    return end is not None and start <= end <= start + span
