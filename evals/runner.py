"""Running one eval case: through the live `prepare`, then before every scorer."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from bot.discovery import find
from bot.domain.answer import Proposal
from bot.domain.errors import RatchetError
from bot.domain.escalation import Customer, Escalation, Turn
from bot.domain.quality import CaseResult, EvalCase, Score
from bot.ports import Desk, Judge
from bot.workflows.answer import prepare
from bot.workflows.run import RecordedRun
from evals.conditions import Conditions, conditions, fingerprint
from evals.judging import opinion
from evals.scoring import Scorer


@cache
def scorers() -> tuple[Scorer, ...]:
    """Every scorer that is installed."""
    return find("evals.scorers", "SCORER", Scorer)


async def run_case(
    desk: Desk,
    case: EvalCase,
    *,
    release: int | None = None,
    workflow: int | None = None,
    trial: int = 0,
    under: Conditions | None = None,
) -> CaseResult:
    """Answer the case as the live bot would, on the live releases or on the numbered ones, and score the answer.

    Whatever goes wrong in answering or scoring is the result's `error`; nothing is raised but what `conditions` raises.
    `under` are the conditions of those releases, for who runs many cases and has learned them once.
    """
    under = under or await conditions(desk, release, workflow)
    key = fingerprint(case, under, trial)
    begin = time.perf_counter()
    try:
        run = RecordedRun(f"eval-{case.id}-{trial}", desk.clock)
        alone = replace(desk, precedents=None)  # else a case is answered by the answer that it was made of
        proposal = await prepare(run, alone, escalation_of(case, desk), release=under.release, workflow=under.workflow)
    except RatchetError as problem:
        return CaseResult(case.id, key, trial=trial, error=f"It could not be answered: {problem}")
    if proposal.draft.instead_of:
        why = next(iter(proposal.draft.notes), "")
        return CaseResult(case.id, key, trial=trial, error=f"It was answered by the fallback. {why}")
    spent = round((time.perf_counter() - begin) * 1000, 3)
    scores, error = await asyncio.to_thread(judged, case, proposal, scorers())
    if desk.judge and not error:
        scores, error = await _with_opinion(desk.judge, case, proposal, scores, gates=under.judge_gates)
    return CaseResult(
        case=case.id,
        fingerprint=key,
        scores=scores,
        trial=trial,
        answer=proposal.draft.text,
        abstained=proposal.draft.abstained,
        cited=tuple(dict.fromkeys(passage.slug for _, passage in proposal.cited_passages())),
        intent=proposal.triage.intent,
        confidence=proposal.confidence,
        duration_ms=spent,
        error=error,
    )


async def _with_opinion(
    judge: Judge, case: EvalCase, proposal: Proposal, scores: tuple[Score, ...], *, gates: bool
) -> tuple[tuple[Score, ...], str]:
    """The scores with the judge's opinion behind them; a judge that cannot say is a scorer that failed."""
    try:
        return (*scores, await opinion(judge, case, proposal, gates=gates)), ""
    except RatchetError as problem:
        return scores, f"The judge could not say: {problem}"


def escalation_of(case: EvalCase, desk: Desk) -> Escalation:
    """The case's conversation as if it had just arrived."""
    now = desk.clock.now()
    turns = tuple(Turn(f"{case.id}:{at}", turn.author, turn.text, now) for at, turn in enumerate(case.turns))
    return Escalation(f"eval_{case.id}", "eval", case.id, Customer("eval"), turns, now)


def judged(case: EvalCase, proposal: Proposal, by: Sequence[Scorer]) -> tuple[tuple[Score, ...], str]:
    """What the scorers say, and which of them failed to say anything."""
    scores: list[Score] = []
    for scorer in by:
        try:
            score = scorer.judge(case, proposal)
        except Exception as fault:  # noqa: BLE001  a plug-in's fault must be told, and must never look like a pass
            return tuple(scores), f"The scorer {scorer.name} failed: {type(fault).__name__}: {fault}"[:500]
        if score is not None:
            scores.append(score)
    return tuple(scores), ""
