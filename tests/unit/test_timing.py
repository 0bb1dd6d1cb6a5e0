"""The team's time as settings and files give it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.app.timing import team_time
from bot.domain.errors import Misconfigured
from bot.settings import Settings
from tests.unit.scripted import Clock

CLOCK = Clock(datetime(2026, 11, 23, 9, 30, tzinfo=UTC))


def test_hours_are_those_of_the_teams_zone() -> None:
    time = team_time(Settings(team={"time_zone": "Europe/Berlin", "hours": "mon-fri 09:00-17:30"}), CLOCK)
    assert time.calendar.is_open(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    assert not time.calendar.is_open(datetime(2026, 11, 23, 16, 30, tzinfo=UTC))
    assert (time.quiet, time.on_call) == (None, None)


def test_holidays_are_listed_or_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "holidays.txt"
    file.write_text("# The office is closed\n2026-12-25 Christmas Day\n\n2027-01-01  # New Year\n", encoding="utf-8")
    listed = team_time(Settings(team={"holidays": "2026-12-25, 2027-01-01"}), CLOCK).calendar.holidays
    assert listed == team_time(Settings(team={"holidays": str(file)}), CLOCK).calendar.holidays
    assert listed == {date(2026, 12, 25), date(2027, 1, 1)}


def test_quiet_hours_go_past_midnight_on_the_teams_clocks() -> None:
    quiet = team_time(Settings(team={"time_zone": "Asia/Kolkata"}, oncall={"quiet_hours": "22:00-07:00"}), CLOCK).quiet
    assert quiet is not None
    assert quiet.is_open(datetime(2026, 11, 23, 1, 0, tzinfo=UTC))  # 06:30 there
    assert not quiet.is_open(datetime(2026, 11, 23, 1, 30, tzinfo=UTC))


async def test_who_is_on_call_is_read_from_the_rota(tmp_path: Path) -> None:
    file = tmp_path / "rota.yaml"
    file.write_text("days: {2026-11-23: U1, 2026-11-24: U2}", encoding="utf-8")
    rota = team_time(Settings(oncall={"rota": file}), CLOCK).on_call
    assert rota is not None
    shift = await rota.now()
    assert [person.id for person in (*shift.people, *shift.next)] == ["U1", "U2"]
    assert await rota.gap(datetime(2026, 11, 30, tzinfo=UTC)) == datetime(2026, 11, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sections", "says"),
    [
        ({"team": {"time_zone": "Berlin"}}, "RATCHET_TEAM_TIME_ZONE: “Berlin” is no time zone"),
        ({"team": {"hours": "weekdays"}}, "RATCHET_TEAM_HOURS: “weekdays” is no weekday"),
        ({"team": {"holidays": "2026-12-25,Easter"}}, "RATCHET_TEAM_HOLIDAYS: “Easter” is no day"),
        ({"team": {"holidays": "nowhere.txt"}}, "nowhere.txt cannot be read"),
        ({"oncall": {"quiet_hours": "at night"}}, "RATCHET_ONCALL_QUIET_HOURS: “at” is no weekday"),
        ({"oncall": {"rota": "nowhere.yaml"}}, "nowhere.yaml cannot be read"),
        ({"oncall": {"rota": "nowhere.yaml", "group": "@oncall"}}, "said twice"),
    ],
)
def test_what_cannot_be_read_stops_the_start_and_is_named(sections: dict[str, dict[str, str]], says: str) -> None:
    with pytest.raises(Misconfigured, match=says):
        team_time(Settings(**sections), CLOCK)


@pytest.mark.parametrize(("written", "says"), [("a: [", "is no YAML"), ("wekks: 1", "rota.yaml: The rota has “wekks”")])
def test_a_rota_that_cannot_be_read_is_named(tmp_path: Path, written: str, says: str) -> None:
    file = tmp_path / "rota.yaml"
    file.write_text(written, encoding="utf-8")
    with pytest.raises(Misconfigured, match=says):
        team_time(Settings(oncall={"rota": file}), CLOCK)
