"""Weekdays and times of day as people write them: "mon-fri 09:00-17:30, sat 10:00-14:00", "mon 08:00"."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.domain.errors import Rejected

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MINUTES = 24 * 60
"""Minutes that a day's clock shows; the last of them are shown twice or never where clocks are changed."""

_TIME = re.compile(r"(\d{1,2}):(\d{2})")
_LIKE = "write hours as in mon-fri 09:00-17:30, sat 10:00-14:00"

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of a week: for each day from Monday on its ranges, in minutes of that day's clock, in order."""

    days: tuple[tuple[Range, ...], ...] = ((),) * 7

    @classmethod
    def parse(cls, text: str) -> "Hours":
        """Read hours; without a day they are every day's, and past midnight they go on into the next day.

        Raises Rejected, naming what was not understood.
        """
        days: list[list[Range]] = [[] for _ in DAYS]
        named: tuple[int, ...] = ()
        waiting = False  # for the hours of the days that were named
        for word in _words(text):
            if word[0].isdigit():
                for day in named or range(7):
                    _add(days, day, *_range(word))
                waiting = False
            else:
                named = (*(named if waiting else ()), *weekdays(word))
                waiting = True
        if waiting or not any(days):
            raise Rejected(f"“{text[:80]}” names no hours: {_LIKE}.")
        return cls(tuple(_joined(ranges) for ranges in days))

    def __str__(self) -> str:
        """The hours in words, days with the same ones together: "Mon-Fri 09:00-17:30, Sat 10:00-14:00"."""
        parts = []
        for first, last, ranges in _alike(self.days):
            days = DAYS[first][:3] if first == last else f"{DAYS[first][:3]}-{DAYS[last][:3]}"
            if ranges:
                parts.append(f"{days} {' '.join(f'{clock(start)}-{clock(end)}' for start, end in ranges)}")
        return ", ".join(parts) or "never"


def weekdays(word: str) -> tuple[int, ...]:
    """The days that "mon", "mon-fri", "fri-mon" or "daily" names, from Monday = 0 on. Raises Rejected."""
    if word == "daily":
        return tuple(range(7))
    first, dash, last = word.partition("-")
    start, end = _weekday(first), _weekday(last) if dash else _weekday(first)
    return tuple((start + step) % 7 for step in range((end - start) % 7 + 1))


def minutes(word: str) -> int:
    """The minute of the day that "08:00" names, up to 24:00. Raises Rejected."""
    time = _TIME.fullmatch(word)
    found = int(time[1]) * 60 + int(time[2]) if time and int(time[2]) < 60 else MINUTES + 1
    if found > MINUTES:
        raise Rejected(f"“{word[:20]}” is no time of day: write it as 08:00.")
    return found


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _words(text: str) -> list[str]:
    if len(text) > 2_000:
        raise Rejected(f"The hours are too long: {_LIKE}.")
    tidied = re.sub(r"\s*[-–]\s*", "-", text.casefold().replace(",", " "))
    return tidied.split()


def _weekday(name: str) -> int:
    for day, full in enumerate(DAYS):
        if len(name) >= 3 and full.casefold().startswith(name):
            return day
    raise Rejected(f"“{name[:20]}” is no weekday: {_LIKE}.")


def _range(word: str) -> Range:
    start, dash, end = word.partition("-")
    if not dash:
        raise Rejected(f"“{word[:20]}” has no end: {_LIKE}.")
    opens, closes = minutes(start), minutes(end)
    if opens in (closes, MINUTES):
        raise Rejected(f"“{word[:20]}” is no time at all: for a whole day write 00:00-24:00.")
    return opens, closes


def _add(days: Sequence[list[Range]], day: int, opens: int, closes: int) -> None:
    if opens < closes:
        days[day].append((opens, closes))
        return
    days[day].append((opens, MINUTES))
    if closes:
        days[(day + 1) % 7].append((0, closes))


def _joined(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """The ranges in order, those that touch or overlap as one."""
    found: list[Range] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def _alike(days: Sequence[tuple[Range, ...]]) -> Iterator[tuple[int, int, tuple[Range, ...]]]:
    """Neighbouring days with the same ranges, as first day, last day and ranges."""
    first = 0
    for day in range(len(days)):
        if day + 1 == len(days) or days[day + 1] != days[first]:
            yield first, day, days[first]
            first = day + 1
