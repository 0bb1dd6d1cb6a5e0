"""What happens at set times, once: each slot of a schedule starts one durable run, also after the process was down.

Any number of processes ring; a run is started once for its key, and the key is the slot. How far the schedule has come
is noted only after that, so a crash in between starts nothing twice and loses nothing.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.schedule import LATE, Schedule, Slot
from bot.ports import Desk, Run

log = logging.getLogger(__name__)

CATCH_UP = timedelta(days=7)
"""How long after its time a slot that was missed is still worth its work."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A workflow that each slot of the schedule starts, with `slot`, which `begun` reads."""

    workflow: str
    schedule: Schedule
    catch_up: timedelta = CATCH_UP


async def ring(desk: Desk, job: Scheduled) -> None:
    """Start what is due; what was missed longer ago than `catch_up` is left out, and said in the log."""
    now = desk.clock.now()
    reached = await desk.store.slots.reached(job.workflow, now)
    for at in job.schedule.slots(reached, now):
        if at < now - job.catch_up:
            log.warning("The slot %s of %s was missed and is too long ago.", at, job.workflow)
            continue
        moment = at.astimezone(UTC).isoformat(timespec="minutes")
        await desk.runtime.start(job.workflow, f"{job.workflow}:{moment}", slot=moment)
    await desk.store.slots.reach(job.workflow, now)


async def begun(run: Run, desk: Desk, slot: str) -> Slot:
    """The slot that this run is for, and whether its work begins late: the same after a crash as before."""
    at = datetime.fromisoformat(slot)
    return Slot(at, await run.step("is it late", _is_late, desk, at))


async def _is_late(desk: Desk, at: datetime) -> bool:
    return desk.clock.now() - at > LATE
