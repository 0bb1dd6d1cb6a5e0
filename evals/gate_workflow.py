"""The gate before a workflow release: the cases that it could answer otherwise, on it and on what is live."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.domain.answer import UNKNOWN_INTENT, Triage
from bot.domain.article import Release
from bot.domain.quality import CaseResult, EvalCase, GateResult
from bot.ports import Desk
from bot.workflows.answer import search_query
from evals.gate import Side, weigh
from evals.runner import escalation_of
from evals.scorers.intent import NAME as INTENT
from evals.selecting import Selection

_BY_TRIAGE = frozenset({"taxonomy", "tone"})
"""The parts of which an answer depends by what triage makes of them, and in no other way."""
_AT_ONCE = 4


async def judge_workflow(desk: Desk, *, candidate: int, live: int) -> GateResult:
    """Say whether the workflow candidate makes answers worse than the live release does, on today's knowledge.

    The verdict is that of `evals.gate.judge`, but a case whose known intent is misjudged fails here: risk and room hang
    on it, and it is what such a release changes. Raises what the desk raises where not even the selection can be made.
    """
    cases = await desk.store.cases.all()
    chosen = await affected(desk, cases, candidate=candidate, live=live)
    knowledge = (await desk.store.releases.live("knowledge")).number or None
    sides = (
        Side(f"live workflow v{live}", knowledge, live),
        Side(f"candidate workflow v{candidate}", knowledge, candidate),
    )
    named = {case.id for case in cases if case.intent not in ("", UNKNOWN_INTENT)}

    def reading(result: CaseResult) -> CaseResult:
        gating = (replace(score, gates=True) if score.scorer == INTENT else score for score in result.scores)
        return replace(result, scores=tuple(gating)) if result.case in named else result

    return await weigh(desk, chosen, *sides, skipped=len(cases) - len(chosen.tried), reading=reading)


async def affected(desk: Desk, cases: Sequence[EvalCase], *, candidate: int, live: int) -> Selection:
    """The cases that the candidate could answer otherwise, and the core set; in the order given.

    Where only what triage goes by has changed, those that are judged otherwise: the rest of an answer is made from the
    judgement and nothing else of it. Where anything else has changed, all.
    """
    releases = [await desk.store.releases.get("workflow", number) for number in (candidate, live)]
    if _changed(*releases) - _BY_TRIAGE:
        return Selection(tuple(cases), frozenset())
    triagers = [(await desk.workflows.get(number)).triager for number in (candidate, live)]
    slots = asyncio.Semaphore(_AT_ONCE)

    async def same(case: EvalCase) -> bool:
        escalation = escalation_of(case, desk)
        async with slots:
            one, other = [await triager.triage(escalation) for triager in triagers]
        return _judged(one) == _judged(other) and search_query(escalation, one) == search_query(escalation, other)

    alike = dict(zip(cases, await asyncio.gather(*map(same, cases)), strict=True))
    tried = tuple(case for case, judged_alike in alike.items() if case.core or not judged_alike)
    return Selection(tried, frozenset(case.id for case in tried if alike[case]))


def _changed(one: Release, other: Release) -> set[str]:
    names = {*one.manifest, *other.manifest}
    return {name for name in names if one.manifest.get(name) != other.manifest.get(name)}


def _judged(triage: Triage) -> Triage:
    """The judgement without how sure it is, why, and what else it could be: every example moves those a little.

    What is done with the sureness of an intent is seen in what is searched for.
    """
    needs = tuple(replace(need, confidence=0.0, because="", likely=()) for need in triage.needs)
    return replace(
        triage, intent_confidence=0.0, sentiment_confidence=0.0, urgency_confidence=0.0, because="", needs=needs
    )
