"""The team's time: when it works, which week it is there, and which moment a time on its clocks is.

Instants are aware datetimes in UTC; days and times of day are the team's. Clocks that are changed skip or repeat what
they skip or repeat: hours from 00:00 to 24:00 are 23 or 25 hours long on such days.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.errors import Rejected
from bot.domain.hours import MINUTES, Hours

DAY = timedelta(days=1)
AHEAD = timedelta(days=366)
"""How far the next opening or closing is looked for."""

_SECOND = timedelta(seconds=1)
_UTC = ZoneInfo("UTC")
_ALWAYS = Hours((((0, MINUTES),),) * 7)

Stretch = tuple[datetime, datetime]


def time_zone(name: str) -> ZoneInfo:
    """The time zone of this name, such as Europe/Berlin. Raises Rejected."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # OSError: a folder of zones, such as "Europe"
        raise Rejected(f"“{name[:60]}” is no time zone: write one as Europe/Berlin or UTC.") from error


def instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """When the zone's clocks first show this minute of the day; where they skip it, the moment at which they do."""
    shown = datetime.combine(day, time()) + timedelta(minutes=minute)
    found = shown.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == shown:
        return found
    return _changed(zone, shown.replace(tzinfo=zone, fold=1).astimezone(UTC), found)


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a team works: on its clocks within its hours, and never on a holiday."""

    zone: ZoneInfo = _UTC
    hours: Hours = _ALWAYS
    holidays: frozenset[date] = frozenset()

    def is_open(self, at: datetime) -> bool:
        """Tell whether the team works at this instant."""
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(start <= minute < end for start, end in self._hours_of(local.date()))

    def stretches(self, start: datetime, end: datetime) -> Iterator[Stretch]:
        """The stretches of working time from `start` to `end`, in order and apart from each other."""
        begun: Stretch | None = None
        for opens, closes in self._pieces(start, end):
            if begun is not None and begun[1] == opens:
                begun = (begun[0], closes)
                continue
            if begun is not None:
                yield begun
            begun = (opens, closes)
        if begun is not None:
            yield begun

    def business_seconds(self, start: datetime, end: datetime) -> float:
        """How long the team worked from `start` to `end`; 0 where that is before the start."""
        return sum((closes - opens).total_seconds() for opens, closes in self._pieces(start, end))

    def pace(self, start: datetime, end: datetime) -> tuple[list[float], list[float]]:
        """The time worked since `start` at every moment where work begins or ends, both in seconds, moments since 1970.

        Between two of them it grows evenly: what many conversations took is interpolated, and the calendar read once.
        """
        moments, worked = [start.timestamp()], [0.0]
        for opens, closes in self.stretches(start, end):
            moments += [opens.timestamp(), closes.timestamp()]
            worked += [worked[-1], worked[-1] + (closes - opens).total_seconds()]
        return [*moments, end.timestamp()], [*worked, worked[-1]]

    def next_opening(self, at: datetime) -> datetime | None:
        """When the team works next: at once while it does, None if not within a year."""
        return next((opens for opens, _ in self.stretches(at, at + AHEAD)), None)

    def next_closing(self, at: datetime) -> datetime | None:
        """When the team next stops working, None if not within a year."""
        closing = next((closes for _, closes in self.stretches(at, at + AHEAD)), None)
        return closing if closing is not None and closing < at + AHEAD else None

    def shown(self, at: datetime) -> str:
        """The instant as the team's clocks show it: "Mon 23 Nov 09:00 (Europe/Berlin)"."""
        return f"{at.astimezone(self.zone):%a %d %b %H:%M} ({self.zone.key})"

    def _pieces(self, start: datetime, end: datetime) -> Iterator[Stretch]:
        """The stretches of working time, cut at midnight and where clocks are changed."""
        for begins, ends, offset in _even(self.zone, start.astimezone(UTC), end.astimezone(UTC)):
            first, last = (begins + offset).replace(tzinfo=None), (ends + offset).replace(tzinfo=None)
            midnight = datetime.combine(first.date(), time())
            while midnight < last:
                for opens, closes in self._hours_of(midnight.date()):
                    begin = max(first, midnight + timedelta(minutes=opens))
                    finish = min(last, midnight + timedelta(minutes=closes))
                    if begin < finish:
                        yield (begin - offset).replace(tzinfo=UTC), (finish - offset).replace(tzinfo=UTC)
                midnight += DAY

    def _hours_of(self, day: date) -> tuple[tuple[int, int], ...]:
        return () if day in self.holidays else self.hours.days[day.weekday()]


@dataclass(frozen=True, order=True, slots=True)
class Week:
    """An ISO week in a time zone: from Monday's midnight there to the next."""

    year: int
    number: int
    zone: ZoneInfo = _UTC

    @classmethod
    def of(cls, at: datetime, zone: ZoneInfo) -> "Week":
        """The week in which this instant lies."""
        return cls._of_day(at.astimezone(zone).date(), zone)

    @classmethod
    def parse(cls, label: str, zone: ZoneInfo = _UTC) -> "Week":
        """The week of a label such as 2026-W47. Raises Rejected."""
        try:
            year, number = label.strip().upper().split("-W")
            day = date.fromisocalendar(int(year), int(number), 1)
        except ValueError as error:
            raise Rejected(f"“{label[:40]}” is no week: write one as 2026-W47.") from error
        return cls._of_day(day, zone)

    @classmethod
    def _of_day(cls, day: date, zone: ZoneInfo) -> "Week":
        iso = day.isocalendar()
        return cls(iso.year, iso.week, zone)

    @property
    def label(self) -> str:
        return f"{self.year}-W{self.number:02}"

    @property
    def monday(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def days(self) -> str:
        """What people call it: "16–22 November 2026"."""
        first, last = self.monday, self.monday + 6 * DAY
        begins = f"{first.day}" if first.month == last.month else f"{first.day} {first:%B}"
        begins += f" {first.year}" if first.year != last.year else ""
        return f"{begins}–{last.day} {last:%B %Y}"

    @property
    def start(self) -> datetime:
        """Its first instant."""
        return instant(self.monday, 0, self.zone)

    @property
    def end(self) -> datetime:
        """The first instant after it, which is the next one's start."""
        return self.next.start

    @property
    def next(self) -> "Week":
        return self._of_day(self.monday + 7 * DAY, self.zone)

    @property
    def previous(self) -> "Week":
        return self._of_day(self.monday - 7 * DAY, self.zone)


def _even(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """The span from `start` to `end` cut where the zone's clocks are changed, with each piece's offset from UTC."""
    while start < end:
        offset, upto = _offset(zone, start), start
        while upto < end:
            step = min(upto + DAY, end)
            if _offset(zone, step) != offset:
                upto = _changed(zone, upto, step)
                break
            upto = step
        yield start, upto, offset
        start = upto


def _changed(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The instant between these two at which the zone's clocks are changed; they are on whole seconds everywhere."""
    low, high = before.replace(microsecond=0), after.replace(microsecond=0)
    old = _offset(zone, before)
    while high - low > _SECOND:
        middle = low + (high - low) // _SECOND // 2 * _SECOND
        if _offset(zone, middle) == old:
            low = middle
        else:
            high = middle
    return high


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()
