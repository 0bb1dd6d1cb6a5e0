"""Schedules on the team's clocks: a slot a day, whatever the clocks do."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import Rejected
from bot.domain.schedule import Schedule
from tests.unit.domain.test_calendar import near_changes

BERLIN = ZoneInfo("Europe/Berlin")


def shown(schedule: Schedule, start: str, days: int) -> list[str]:
    after = datetime.fromisoformat(start).replace(tzinfo=UTC)
    found = schedule.slots(after, after + timedelta(days=days))
    return [f"{at.astimezone(schedule.zone):%a %d %b %H:%M %z}" for at in found]


def test_a_slot_keeps_its_time_on_the_wall_when_clocks_are_changed() -> None:
    monday = Schedule.parse("mon 08:00", BERLIN)
    assert shown(monday, "2026-10-19", 14) == ["Mon 19 Oct 08:00 +0200", "Mon 26 Oct 08:00 +0100"]


def test_a_slot_in_the_hour_that_is_skipped_comes_at_the_next_moment_that_there_is() -> None:
    early = Schedule.parse("sun 02:30", BERLIN)
    assert shown(early, "2026-03-28", 3) == ["Sun 29 Mar 03:00 +0200"]


def test_a_slot_in_the_hour_that_is_doubled_comes_once() -> None:
    early = Schedule.parse("sun 02:30", BERLIN)
    assert shown(early, "2026-10-24", 3) == ["Sun 25 Oct 02:30 +0200"]


def test_a_slot_belongs_to_the_span_that_ends_with_it() -> None:
    daily = Schedule.parse("daily 08:00", ZoneInfo("UTC"))
    eight = datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert list(daily.slots(eight - timedelta(seconds=1), eight)) == [eight]
    assert list(daily.slots(eight, eight + timedelta(hours=1))) == []
    assert daily.next(eight) == eight + timedelta(days=1)


@settings(max_examples=150, deadline=None)
@given(
    near_changes, st.sets(st.integers(0, 6), min_size=1), st.integers(0, 1439),
    st.lists(st.integers(0, 20_000), max_size=6),
)  # fmt: skip
def test_however_often_it_is_asked_for_each_slot_is_due_once(
    near: tuple[ZoneInfo, datetime], days: set[int], minute: int, rings: list[int]
) -> None:
    zone, start = near
    schedule = Schedule(frozenset(days), minute, zone)
    moments = [start, *(start + timedelta(minutes=ring) for ring in sorted(rings)), start + timedelta(days=14)]
    piecewise = [at for after, until in pairwise(moments) for at in schedule.slots(after, until)]
    assert piecewise == list(schedule.slots(moments[0], moments[-1])) == sorted(set(piecewise))
    assert schedule.next(start) == piecewise[0]


@pytest.mark.parametrize(("text", "said"), [
    ("mon 08:00", "Mon 08:00"), ("Monday, thu 16:30", "Mon, Thu 16:30"), ("mon-wed 07:05", "Mon, Tue, Wed 07:05"),
])  # fmt: skip
def test_a_schedule_is_read_as_people_write_it(text: str, said: str) -> None:
    assert str(Schedule.parse(text, BERLIN)) == said


@pytest.mark.parametrize("text", ["", "mon", "08:00", "mon 24:00", "mon 8", "weekly 08:00", "0 8 * * mon", "\x00"])
def test_a_schedule_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(Rejected, match="write"):
        Schedule.parse(text, BERLIN)
