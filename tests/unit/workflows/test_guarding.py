import asyncio
import time
from collections.abc import Iterable
from dataclasses import replace

from bot.domain.answer import Finding, Level
from bot.ports import Desk, GuardInput, Guardrail
from bot.workflows.answer import guard
from tests.contracts.store_samples import draft, escalation, proposal


async def test_the_most_serious_finding_is_first_and_nobody_waits_while_a_draft_is_judged(desk: Desk) -> None:
    def slow(given: GuardInput) -> Iterable[Finding]:
        time.sleep(0.3)
        yield Finding("slow", Level.WARN, "Doubtful.")
        yield Finding("slow", Level.BLOCK, "Wrong.")

    judging = replace(await desk.workflows.live(), guardrails=(Guardrail("slow", "Slow", slow),))
    waiting = asyncio.create_task(guard(desk, judging, escalation(), proposal().triage, proposal().passages, draft()))
    turns = 0
    while not waiting.done():
        await asyncio.sleep(0.01)
        turns += 1
    assert turns > 5
    assert [finding.level for finding in await waiting] == [Level.BLOCK, Level.WARN]
