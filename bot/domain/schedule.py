"""What happens at set times: "mon 08:00" on the team's clocks, and the moments, called slots, that this comes to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.calendar import DAY, instant
from bot.domain.errors import Rejected
from bot.domain.hours import DAYS, MINUTES, clock, minutes, weekdays

LATE = timedelta(minutes=10)
"""From when on what happens at a slot says that it is late."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A scheduled moment, as it is when its work begins."""

    at: datetime
    late: bool = False


@dataclass(frozen=True, slots=True)
class Schedule:
    """A time of day on some days of every week, by the clocks of a time zone."""

    days: frozenset[int]
    minute: int
    zone: ZoneInfo

    @classmethod
    def parse(cls, text: str, zone: ZoneInfo) -> "Schedule":
        """Read "mon 08:00", "mon-fri 08:00", "tue, thu 16:30" or "daily 07:00". Raises Rejected."""
        *named, time = text[:200].casefold().replace(",", " ").split() or [""]
        days = frozenset(day for word in named for day in weekdays(word))
        minute = minutes(time)
        if not days or minute == MINUTES:
            raise Rejected(f"“{text[:40]}” is no schedule: write it as mon 08:00 or daily 07:00.")
        return cls(days, minute, zone)

    def slots(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """The slots after the one instant up to and including the other, in order.

        A day has one: where clocks skip that time, the moment at which they do; where they repeat it, the first.
        """
        day, last = after.astimezone(self.zone).date() - DAY, until.astimezone(self.zone).date() + DAY
        while day <= last:
            if day.weekday() in self.days and after < (at := instant(day, self.minute, self.zone)) <= until:
                yield at
            day += DAY

    def next(self, after: datetime) -> datetime:
        """The first slot after this instant."""
        return next(self.slots(after, after + 9 * DAY))  # a week, and the days that a zone may skip

    def __str__(self) -> str:
        return f"{', '.join(DAYS[day][:3] for day in sorted(self.days))} {clock(self.minute)}"
