"""The durable run behind a captured case: would today's system pass it? The answer comes in the thread."""

from bot.cards.capture import tried_card
from bot.domain.quality import CaseResult, EvalCase
from bot.ports import Desk, Run
from bot.workflows import showing
from evals.judging import with_trusted_judge
from evals.runner import run_case


async def try_case(run: Run, desk: Desk, *, case: str, review: str) -> None:
    """Run the case as the live bot would answer it, and tell the thread of the review how it went."""
    found = await run.step("case", _case, desk, case)
    result = await run.step("try", _tried, desk, found)
    await showing.add(run, desk, review, tried_card(found, result), key=f"tried:{run.id}")


async def _case(desk: Desk, case_id: str) -> EvalCase:
    return await desk.store.cases.get(case_id)


async def _tried(desk: Desk, case: EvalCase) -> CaseResult:
    return await run_case(await with_trusted_judge(desk), case)
