"""What the month's customers write, and when: about business hours, thin at weekends, some of them again. Pure."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

ZONE = ZoneInfo("Europe/Amsterdam")
FIRST, WEEKS = date(2026, 10, 19), 5
"""The Monday on which the month begins, and how many weeks it has; the last one is reported on."""
MONDAY = datetime(2026, 11, 23, 8, tzinfo=ZONE)
"""When the digest of the last week is due."""

_DAYS = (1.3, 1.15, 1.05, 1.0, 0.95, 0.25, 0.2)  # Monday to Sunday
_HOURS = (8, 9, 9, 10, 10, 10, 11, 11, 12, 13, 13, 14, 14, 15, 15, 16, 16, 17, 18, 19, 20, 21)
_BUSY = (0.3, 0.4, 0.6, 1.0, 1.0)  # how busy each week is: the autumn sets in
_GROWING = (1, 2, 4, 8, 13)  # conversations a week about what fits no intent
_AGAIN = 0.06  # share of customers who write once more about the same within days
_NAMES = ("Jana Vos", "Tom Bakker", "Ines Moreau", "Lars Holm", "Aylin Kaya", "Piet de Wit", "Marta Silva", "Ben Roth")
_HELLO = ("", "Hi, ", "Hello, ", "Good morning, ", "Dear team, ", "hey ")
_THANKS = ("", "", " Thanks!", " Thank you.", " Best, {name}", " Kind regards, {name}")


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that customers ask; an answer is right if it says all of `says`. Nothing is right without any."""

    name: str
    intent: str
    weekly: int
    says: tuple[str, ...]
    answer: str
    asks: tuple[str, ...]

    def right(self, text: str) -> bool:
        return bool(self.says) and all(words in text for words in self.says)


@dataclass(frozen=True, slots=True)
class Asked:
    """One conversation as it arrives; `before` is the number of an earlier one by the same customer."""

    number: int
    at: datetime
    matter: Matter
    name: str
    text: str
    before: int = 0

    @property
    def id(self) -> str:
        return f"month-{self.number:04d}"

    @property
    def customer(self) -> str:
        return f"customer-{self.before or self.number:04d}"


def matters() -> tuple[Matter, ...]:
    """All matters that the month knows."""
    raw = yaml.safe_load(Path(__file__).with_name("matters.yaml").read_text(encoding="utf-8"))
    return tuple(Matter(**{**each, "says": tuple(each["says"]), "asks": tuple(each["asks"])}) for each in raw)


def arriving(seed: int) -> tuple[Asked, ...]:
    """The conversations of the month in order of time; the same for the same seed."""
    chance = random.Random(f"month {seed}")
    came = sorted(_weeks(chance), key=lambda each: each[0])
    found: list[Asked] = []
    for at, matter in came:
        found.append(_asked(chance, len(found) + 1, at, matter, ""))
    again = [each for each in found if chance.random() < _AGAIN]
    for first in again:
        later = first.at + timedelta(hours=chance.uniform(20, 90))
        if later < midnight(WEEKS):
            found.append(_asked(chance, len(found) + 1, later, first.matter, first.name, first.number))
    return tuple(sorted(found, key=lambda each: each.at))


def _weeks(chance: random.Random) -> Iterator[tuple[datetime, Matter]]:
    for week in range(WEEKS):
        for matter in matters():
            usual = matter.weekly * _BUSY[week]
            count = round(chance.gauss(usual, usual**0.5 / 2)) if usual else _GROWING[week]
            for _ in range(max(0, count)):
                yield _moment(chance, week), matter


def _moment(chance: random.Random, week: int) -> datetime:
    day = chance.choices(range(7), _DAYS)[0]
    clock = timedelta(hours=chance.choice(_HOURS), minutes=chance.randrange(60), seconds=chance.randrange(60))
    return midnight(week) + timedelta(days=day) + clock


def midnight(week: int) -> datetime:
    """Midnight on the team's clocks at the beginning of this week of the month."""
    return datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=ZONE) + timedelta(weeks=week)


def _asked(chance: random.Random, number: int, at: datetime, matter: Matter, name: str, before: int = 0) -> Asked:
    name = name or chance.choice(_NAMES)
    text = chance.choice(_HELLO) + chance.choice(matter.asks) + chance.choice(_THANKS).format(name=name.split()[0])
    return Asked(number, at, matter, name, text, before)
