"""The durable engine's order of work: what somebody waits for does not queue behind what nobody does."""

import asyncio
from pathlib import Path

from bot.ports import Desk, Run
from bot.runtime.durable import AT_ONCE, DurableRuntime
from tests.unit.scripted import Clock


async def test_a_page_goes_out_while_more_drafts_are_written_than_work_side_by_side(
    tmp_path: Path, desk: Desk, clock: Clock
) -> None:
    may_end, begun, paged = asyncio.Event(), asyncio.Semaphore(0), asyncio.Event()

    async def draft(run: Run, desk: Desk) -> None:
        begun.release()
        await may_end.wait()

    async def page(run: Run, desk: Desk) -> None:
        paged.set()

    workflows = {"draft": draft, "page": page}
    runtime = DurableRuntime(f"sqlite:///{tmp_path}/runs.db", workflows, clock, prompt=["page"])
    await runtime.launch(desk)
    try:
        for number in range(AT_ONCE + 4):
            await runtime.start("draft", f"draft:{number}")
        for _ in range(AT_ONCE):
            await begun.acquire()
        await runtime.start("page", "page:1")
        await asyncio.wait_for(paged.wait(), 5)
        assert begun.locked(), "the drafts above that number still wait"
    finally:
        may_end.set()
        await runtime.close()
