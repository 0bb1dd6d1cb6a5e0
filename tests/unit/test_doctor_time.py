"""What the doctor says of the team's time."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.app.timing import RotaOnCall
from bot.cli.doctor_time import on_call, team_hours
from bot.cli.findings import Health, Result
from bot.domain.calendar import Calendar
from bot.domain.chat import Person
from bot.domain.hours import Hours
from bot.domain.rota import Cover, Rota
from bot.ports import Desk
from bot.settings import Settings
from tests.unit.scripted import Clock, clock, desk, empty_store, judge, platform, runtime, store_file, surface

__all__ = ["clock", "desk", "empty_store", "judge", "platform", "runtime", "store_file", "surface"]

BERLIN = ZoneInfo("Europe/Berlin")
GIVEN = Settings(team={"time_zone": "Europe/Berlin"})


@pytest.fixture
def monday(clock: Clock) -> datetime:
    clock.at = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    return clock.at


def working(desk: Desk, hours: Hours, *holidays: date) -> Desk:
    return replace(desk, policy=replace(desk.policy, calendar=Calendar(BERLIN, hours, frozenset(holidays))))


async def rota(desk: Desk, clock: Clock, *covers: tuple[int, int, Person]) -> list[Result]:
    """What is said of a rota that covers days of November."""
    made = tuple(
        Cover(datetime(2026, 11, start, tzinfo=UTC), datetime(2026, 11, end, tzinfo=UTC), (person,))
        for start, end, person in covers
    )
    return [result async for result in on_call(replace(desk, on_call=RotaOnCall(Rota(made), clock)))]


async def test_it_says_what_it_understood_and_what_is_next(desk: Desk, monday: datetime) -> None:
    team = working(desk, Hours.parse("mon-fri 09:00-17:30"), date(2026, 12, 25))
    found = team_hours(team, GIVEN)
    assert found.health is Health.GOOD
    assert found.found == (
        "Mon-Fri 09:00-17:30, Europe/Berlin, next holiday 2026-12-25. Open now; next closing Mon 23 Nov 17:30 "
        "(Europe/Berlin)"
    )


async def test_it_warns_of_a_list_of_holidays_that_has_run_out(desk: Desk, monday: datetime) -> None:
    found = team_hours(working(desk, Hours.parse("tue 09:00-17:30"), date(2025, 12, 25)), GIVEN)
    assert found.health is Health.WARN
    assert "Closed now; next opening Tue 24 Nov 09:00" in found.found
    assert "add the next ones" in found.mend


async def test_it_says_that_the_hours_are_not_the_teams_own_yet(desk: Desk, monday: datetime) -> None:
    assert team_hours(desk, Settings()).health is Health.OFF


async def test_it_says_who_is_on_call_until_when(desk: Desk, clock: Clock, monday: datetime) -> None:
    ana, bo = Person("slack", "U1", "Ana"), Person("slack", "U2", "Bo")
    (found,) = await rota(desk, clock, (22, 24, ana), (24, 30, bo))
    assert (found.health, found.found) == (Health.WARN, "nobody from Mon 30 Nov 00:00 (UTC)")
    clock.at = datetime(2026, 11, 22, 9, tzinfo=UTC)
    (found,) = await rota(desk, clock, (22, 24, ana), (24, 30, bo))
    assert (found.health, found.found) == (Health.GOOD, "Ana until Tue 24 Nov 00:00 (UTC)")


async def test_it_warns_when_nobody_is_on_call_and_of_people_whom_slack_does_not_know(
    desk: Desk, clock: Clock, monday: datetime
) -> None:
    nobody = await rota(desk, clock)
    assert [(each.health, each.found) for each in nobody] == [(Health.WARN, "nobody now")]
    unknown, gap = await rota(desk, clock, (24, 30, Person("slack", "anna")))
    assert unknown.found == "not found: anna"
    assert gap.found == "nobody now"


async def test_a_team_without_a_rota_is_told_how_to_name_one(desk: Desk) -> None:
    (found,) = [result async for result in on_call(desk)]
    assert found.health is Health.OFF
    assert "RATCHET_ONCALL_GROUP" in found.found
