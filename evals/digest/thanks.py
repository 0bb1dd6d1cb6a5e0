"""Who made the desk better in a week, for thanks: in the order of the alphabet, and compared with nobody."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.domain.calendar import Week
from bot.domain.chat import Person
from bot.domain.digest import Thanks
from bot.domain.fix import FixState, KnowledgeFix
from bot.domain.intents import LabelSource
from bot.domain.text.plain import shortened
from bot.ports import Desk
from bot.workflows.room_readers import RoomReaders
from evals.digest.facts import Facts
from evals.proof import TAG

_APPROVED = frozenset({FixState.TESTING, FixState.HELD, FixState.LIVE})
_LONGEST = 60


async def thanks(desk: Desk, facts: Facts, readers: RoomReaders) -> tuple[Thanks, ...]:
    """Who captured cases, proposed or approved fixes, and set the right intent; what follows from that by itself is
    not counted twice (the case that proves a fix, the label of a captured case)."""
    people = _People()
    week = facts.week
    for case in facts.cases.values():
        if _within(week, case.created_at) and TAG not in case.tags:
            people.give(case.by, "cases")
    for fix in await _fixes(desk, facts):
        if _within(week, fix.opened_at):
            people.give([fix.by], "fixes")
        if fix.decided_by and fix.state in _APPROVED and _within(week, fix.decided_at):
            people.give([fix.decided_by], "fixes")
    for label in await desk.store.labels.between(week.start, week.end):
        if label.source is LabelSource.RELABEL:
            people.give([label.by], "labels")
    return await people.named(readers)


async def _fixes(desk: Desk, facts: Facts) -> Iterable[KnowledgeFix]:
    """The newest, those on their way, and those that went live in the week, each once."""
    newest = await desk.store.fixes.newest()
    live = [each.fix for each in facts.releases if each.fix]
    return {fix.id: fix for fix in (*newest, *facts.fixes, *live)}.values()


def _within(week: Week, at: datetime | None) -> bool:
    return at is not None and week.start <= at < week.end


class _People:
    """What each account gave, whatever name it was seen under."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, str], Thanks] = {}
        self._people: dict[tuple[str, str], Person] = {}

    def give(self, people: Iterable[Person], what: str) -> None:
        for person in people:
            key = (person.platform, person.id)
            if person.name or key not in self._people:
                self._people[key] = person
            given = self._given.get(key, Thanks(""))
            self._given[key] = replace(given, **{what: getattr(given, what) + 1})

    async def named(self, readers: RoomReaders) -> tuple[Thanks, ...]:
        found = [
            replace(given, name=shortened(await readers.name(self._people[key]), _LONGEST))
            for key, given in self._given.items()
        ]
        return tuple(sorted(found, key=lambda each: (each.name.casefold(), each.name)))
