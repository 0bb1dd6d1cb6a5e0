"""Slots that are due are started once, whatever happened in between."""

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.errors import Unavailable
from bot.domain.schedule import Schedule
from bot.ports import Desk
from bot.workflows.slots import Scheduled, begun, ring
from tests.contracts.store_samples import NOON
from tests.unit.scripted import Clock, LiveRun, NotingRuntime

JOB = Scheduled("digest", Schedule.parse("daily 08:00", ZoneInfo("UTC")), catch_up=timedelta(days=3))
EIGHT = NOON.replace(hour=8, minute=0, second=0, microsecond=0)


def keys(runtime: NotingRuntime) -> list[str]:
    return [key for _, key in runtime.started]


def at(days: int) -> str:
    return f"digest:{EIGHT + timedelta(days=days):%Y-%m-%dT%H:%M}+00:00"


async def test_a_new_schedule_makes_up_for_nothing(desk: Desk, clock: Clock, runtime: NotingRuntime) -> None:
    await ring(desk, JOB)
    clock.pass_by(days=1)
    await ring(desk, JOB)
    await ring(desk, JOB)
    assert keys(runtime) == [at(1)]


async def test_what_was_missed_is_started_and_what_is_too_old_is_told_to_the_log(
    desk: Desk, clock: Clock, runtime: NotingRuntime, caplog: pytest.LogCaptureFixture
) -> None:
    await ring(desk, JOB)
    clock.pass_by(days=5)
    with caplog.at_level(logging.WARNING):
        await ring(desk, JOB)
    assert keys(runtime) == [at(3), at(4), at(5)]
    assert caplog.text.count("too long ago") == 2


async def test_a_slot_that_could_not_be_started_is_started_by_the_next_ring(
    desk: Desk, clock: Clock, runtime: NotingRuntime
) -> None:
    await ring(desk, JOB)
    clock.pass_by(days=1)
    tried = runtime.start

    async def fail(workflow: str, key: str, **arguments: str | int) -> None:
        raise Unavailable("The database is away.")

    runtime.start = fail  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        await ring(desk, JOB)
    runtime.start = tried  # type: ignore[method-assign]
    await ring(desk, JOB)
    assert keys(runtime) == [at(1)]


async def test_a_schedule_that_was_moved_to_later_the_same_day_does_not_make_up_for_today(
    desk: Desk, clock: Clock, runtime: NotingRuntime
) -> None:
    await ring(desk, JOB)
    clock.pass_by(days=1)
    await ring(desk, JOB)
    moved = Scheduled("digest", Schedule.parse("daily 09:00", ZoneInfo("UTC")))
    await ring(desk, moved)  # at noon
    assert keys(runtime) == [at(1)]


@pytest.mark.parametrize(("minutes", "late"), [(0, False), (10, False), (11, True), (3 * 24 * 60, True)])
async def test_a_slot_is_late_when_its_work_begins_late(
    desk: Desk, run: LiveRun, clock: Clock, minutes: int, late: bool
) -> None:
    clock.at = EIGHT + timedelta(minutes=minutes)
    slot = await begun(run, desk, EIGHT.isoformat())
    assert (slot.at, slot.late) == (datetime.fromisoformat(EIGHT.isoformat()), late)
