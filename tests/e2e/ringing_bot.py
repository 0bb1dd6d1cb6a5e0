"""A bot with one job at set times, by a clock that the test sets: for proofs that each slot happens once.

    python -m tests.e2e.ringing_bot <folder> <name of the process> <database url or ""> <sandbox url> <bot port> <job>

It is the real product on the real engine and database; of its jobs it has this one, and it rings all the time. What
`<folder>/time` says is the time. The job "tell the slot" posts to the watched room; any other is the product's own.
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from zoneinfo import ZoneInfo

from bot.app import running
from bot.cards.elements import Card, Paragraph
from bot.domain.chat import Place
from bot.domain.schedule import Schedule, Slot
from bot.ports import Desk, Run
from bot.sandbox.server import Sandbox
from bot.workflows.showing import through_outages, wait_after
from bot.workflows.slots import Scheduled, begun
from evals.digest.weekly import weekly_digest
from handlers import jobs
from handlers.dispatch import Dispatcher
from tests.e2e.company import SetClock, settings_for

FOLDER, NAME, WANTED = Path(sys.argv[1]), sys.argv[2], sys.argv[6]
ROOM = "#escalations"
ALL_JOBS = jobs.table
MANAGERS = {
    "team": {"time_zone": "Europe/Berlin"},
    "digest": {"room": "#support-managers", "schedule": "mon 08:00"},
}
JOB = Scheduled("tell_the_slot", Schedule.parse("sun 02:30", ZoneInfo("Europe/Berlin")), catch_up=timedelta(days=20))


async def tell_the_slot(run: Run, desk: Desk, *, slot: str) -> None:
    """Post the slot to the watched room; `<folder>/runs` notes whoever begins to."""
    _note(slot)
    await through_outages(run, desk, "post", _post, run.id, await begun(run, desk, slot))


async def digest(run: Run, desk: Desk, *, slot: str) -> None:
    """The product's own digest; `<folder>/runs` notes whoever begins it."""
    _note(slot)
    await weekly_digest(run, desk, slot=slot)


def _note(slot: str) -> None:
    with (FOLDER / "runs").open("a") as runs:
        runs.write(f"{slot} {NAME}\n")


async def _post(desk: Desk, key: str, slot: Slot) -> float | None:
    said = f"Slot {slot.at:%d %b %H:%M}{' late' if slot.late else ''}."
    platform = desk.platforms["slack"]
    place = Place("slack", (await platform.room(ROOM)).id)
    return await wait_after(platform.post(place, Card(said, (Paragraph((said,)),)), key=key), key)


def only_job(desk: Desk, dispatcher: Dispatcher) -> tuple[jobs.Job, ...]:
    every = (*ALL_JOBS(desk, dispatcher), jobs.scheduled(desk, "tell the slot", JOB))
    return tuple(job for job in every if job.name == WANTED)


async def main(database: str, sandbox_url: str, port: int) -> None:
    running.WORKFLOWS = {**running.WORKFLOWS, "tell_the_slot": tell_the_slot, "weekly_digest": digest}
    jobs.table = only_job
    place = cast(Sandbox, SimpleNamespace(base_url=sandbox_url))
    settings = settings_for(place, FOLDER, port, core={"process": NAME, "database_url": database}, **MANAGERS)
    app = await running.build(settings, clock=SetClock(FOLDER / "time"))
    await app.start()
    (FOLDER / f"{NAME} is up").touch()
    while True:
        await app.jobs[WANTED]()
        await asyncio.sleep(0.01)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[3], sys.argv[4], int(sys.argv[5])))
