"""Who is on call when, as the team's rota says: turns, and what overrides them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.calendar import DAY, Week, instant, time_zone
from bot.domain.chat import Person
from bot.domain.errors import Rejected
from bot.domain.hours import minutes

AHEAD = timedelta(days=92)
"""How far the next change of people is looked for."""
EVERY = {"day": 1, "week": 7}

_KEYS = ("time_zone", "handover", "turns", "weeks", "days", "overrides")

People = tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """Who is on call until when, and who is `next` from then on; nobody is on call where there are no people.

    Without `until` it is not known, or never, that this changes.
    """

    people: People = ()
    until: datetime | None = None
    next: People = ()


@dataclass(frozen=True, slots=True)
class Cover:
    """People who are on call from `start` to `end`, whoever's turn it is."""

    start: datetime
    end: datetime
    people: People


@dataclass(frozen=True, slots=True)
class Turns:
    """People who take over from each other every so many days, at a time of day, from the first day on."""

    people: tuple[People, ...]
    first: date
    days: int
    handover: int
    zone: ZoneInfo

    def at(self, moment: datetime) -> People:
        """Whose turn it is; nobody's before the first."""
        number = self._number(moment)
        return self.people[number % len(self.people)] if number >= 0 else ()

    def handovers(self, after: datetime, until: datetime) -> Iterator[datetime]:
        number = self._number(after) + 1
        while (moment := self._start(number)) <= until:
            yield moment
            number += 1

    def _number(self, moment: datetime) -> int:
        number = (moment.astimezone(self.zone).date() - self.first).days // self.days
        return number if self._start(number) <= moment else number - 1

    def _start(self, number: int) -> datetime:
        return instant(self.first + number * self.days * DAY, self.handover, self.zone)


@dataclass(frozen=True, slots=True)
class Rota:
    """Turns and what overrides them; of covers that overlap the first counts."""

    covers: tuple[Cover, ...] = ()
    turns: Turns | None = None

    def people(self, at: datetime) -> People:
        """Who is on call at this instant."""
        for cover in self.covers:
            if cover.start <= at < cover.end:
                return cover.people
        return self.turns.at(at) if self.turns else ()

    def shift(self, at: datetime) -> Shift:
        """Who is on call at this instant, until when, and who is next."""
        people = self.people(at)
        for change in self._changes(at, at + AHEAD):
            if (others := self.people(change)) != people:
                return Shift(people, change, others)
        return Shift(people)

    def gap(self, start: datetime, end: datetime) -> datetime | None:
        """The first moment of the span at which nobody is on call, None where somebody always is."""
        return next((at for at in (start, *self._changes(start, end)) if not self.people(at)), None)

    def _changes(self, after: datetime, until: datetime) -> list[datetime]:
        """When people may change, in order."""
        edges = {edge for cover in self.covers for edge in (cover.start, cover.end) if after < edge < until}
        return sorted(edges | set(self.turns.handovers(after, until) if self.turns else ()))


def parse_rota(raw: object, *, zone: ZoneInfo, platform: str) -> Rota:
    """Read a rota as a YAML file gives it. Raises Rejected, naming what cannot be read.

        time_zone: Europe/Berlin          # default: `zone`
        handover: 09:00                   # when weeks and days begin; default 00:00
        turns: {every: week, from: 2026-11-16, people: [U0ANA, [U0BO, U0SUE]]}
        weeks: {2026-W52: U0MAE}          # instead of the turn
        days: {2026-12-25: [U0SUE]}       # instead of the week
        overrides:                        # instead of all
          - {from: 2026-12-24 18:00, to: 2026-12-25 08:00, people: U0BO}

    People are ids of `platform`, or say which ("teams:..."); an empty list says that nobody is on call.
    """
    told = _mapping(raw, "The rota", _KEYS)
    zone = time_zone(str(told["time_zone"])) if told.get("time_zone") else zone
    reader = _Reader(zone, _handover(told.get("handover")), platform)
    covers = (
        *reader.overrides(told.get("overrides") or ()),
        *reader.days(_mapping(told.get("days"), "days")),
        *reader.weeks(_mapping(told.get("weeks"), "weeks")),
    )
    return Rota(covers, reader.turns(_mapping(told.get("turns"), "turns", ("every", "from", "people"))))


@dataclass(frozen=True, slots=True)
class _Reader:
    zone: ZoneInfo
    handover: int
    platform: str

    def turns(self, told: Mapping[str, Any]) -> Turns | None:
        if not told:
            return None
        every = str(told.get("every", "week"))
        if every not in EVERY or not isinstance(told.get("people"), list):
            raise Rejected("In “turns” of the rota, `every` is week or day, `from` a day and `people` a list.")
        people = tuple(self._people(entry) for entry in told["people"])
        return Turns(people, _day(told.get("from")), EVERY[every], self.handover, self.zone) if people else None

    def weeks(self, told: Mapping[str, Any]) -> Iterator[Cover]:
        for label, people in told.items():
            week = Week.parse(label, self.zone)
            yield Cover(self._begin(week.monday), self._begin(week.next.monday), self._people(people))

    def days(self, told: Mapping[str, Any]) -> Iterator[Cover]:
        for day, people in told.items():
            yield Cover(self._begin(_day(day)), self._begin(_day(day) + DAY), self._people(people))

    def overrides(self, told: object) -> Iterator[Cover]:
        if not isinstance(told, list | tuple):
            raise Rejected("“overrides” of the rota is a list of entries with from, to and people.")
        for raw in told:
            entry = _mapping(raw, "overrides", ("from", "to", "people"))
            start, end = self._moment(entry.get("from")), self._moment(entry.get("to"))
            if end <= start:
                raise Rejected(f"The rota's override from {entry.get('from')} ends before it begins.")
            yield Cover(start, end, self._people(entry.get("people")))

    def _begin(self, day: date) -> datetime:
        return instant(day, self.handover, self.zone)

    def _moment(self, told: object) -> datetime:
        try:
            moment = datetime.fromisoformat(str(told))
        except ValueError as error:
            raise Rejected(f"“{str(told)[:40]}” in the rota is no time: write it as 2026-12-24 18:00.") from error
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
        return instant(moment.date(), moment.hour * 60 + moment.minute, self.zone)

    def _people(self, told: object) -> People:
        named = told if isinstance(told, list) else [told]
        if not all(isinstance(name, str) and name.strip() for name in named):
            raise Rejected(f"“{str(told)[:40]}” in the rota names nobody: write a user id, or a list of them.")
        return tuple(self._person(name.strip()) for name in dict.fromkeys(named))

    def _person(self, name: str) -> Person:
        platform, colon, identity = name.partition(":")
        return Person(platform, identity) if colon and platform.isalpha() else Person(self.platform, name)


def _mapping(raw: object, what: str, keys: tuple[str, ...] = ()) -> Mapping[str, Any]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        raise Rejected(f"{what} must be names with values, as in the example of the documentation.")
    told = {str(key): value for key, value in raw.items()}
    if unknown := [key for key in told if keys and key not in keys]:
        raise Rejected(f"{what} has “{unknown[0][:40]}”, which is none of {', '.join(keys)}.")
    return told


def _handover(told: object) -> int:
    """YAML reads 10:00 as 600, which is the minute of the day."""
    return told if isinstance(told, int) and 0 <= told < 24 * 60 else minutes(str(told or "00:00")) % (24 * 60)


def _day(told: object) -> date:
    try:
        return date.fromisoformat(str(told))
    except ValueError as error:
        raise Rejected(f"“{str(told)[:40]}” in the rota is no day: write it as 2026-12-25.") from error
