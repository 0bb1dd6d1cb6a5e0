"""The gate before a release: the cases that it could affect, on the candidate and on what is live, and the verdict."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.answer import UNKNOWN_INTENT, Triage
from bot.domain.escalation import Escalation
from bot.domain.quality import CaseResult, EvalCase, GateResult, Verdict
from bot.ports import Desk
from bot.workflows.answer import Found, gather
from evals.comparing import Comparison, compare
from evals.runner import escalation_of
from evals.running import run_cases
from evals.summary import Standing, share, standings

_AT_ONCE = 8
_RETRIALS = 3
"""Trials of a case that came out otherwise than before: a system that only wavers has broken nothing."""


async def judge(desk: Desk, *, candidate: int, live: int, slug: str, intent: str = "") -> GateResult:
    """Say whether the candidate, which changes the article `slug`, makes answers worse than the live release does.

    Broken core cases hold it, and so do more cases broken than fixed. What cannot be judged never passes. Raises what
    the desk raises where not even the selection can be made.
    """
    cases = await desk.store.cases.all()
    chosen = await affected(desk, cases, candidate=candidate, live=live, slug=slug, intent=intent)
    counted = [case for case in chosen if not case.quarantined]
    set_aside = tuple(case.id for case in chosen if case.quarantined)
    before = await _results(desk, counted, release=live, label=f"gate: live v{live}")
    after = await _results(desk, counted, release=candidate, label=f"gate: candidate v{candidate}")
    found = compare(before, after, counted)
    if changed := [case for case in counted if case.id in {*found.fixed, *found.broken}]:
        before = await _again(desk, changed, before, release=live)
        after = await _again(desk, changed, after, release=candidate)
        found = compare(before, after, counted)
    return _verdict(found, counted, (before, after), skipped=len(cases) - len(chosen), set_aside=set_aside)


async def _results(
    desk: Desk, cases: Sequence[EvalCase], *, release: int, label: str, trials: int = 1
) -> tuple[CaseResult, ...]:
    if not cases:
        return ()
    return (await run_cases(desk, cases, release=release, trials=trials, label=label))[1]


async def _again(
    desk: Desk, changed: Sequence[EvalCase], results: Sequence[CaseResult], *, release: int
) -> tuple[CaseResult, ...]:
    """The results with more trials of the cases that changed."""
    names = {case.id for case in changed}
    label = f"gate: again on v{release}"
    more = await _results(desk, changed, release=release, label=label, trials=_RETRIALS)
    return (*(result for result in results if result.case not in names), *more)


def _verdict(
    found: Comparison,
    counted: Sequence[EvalCase],
    results: tuple[Sequence[CaseResult], Sequence[CaseResult]],
    *,
    skipped: int,
    set_aside: tuple[str, ...],
) -> GateResult:
    core = {case.id for case in counted if case.core}
    broken_core = tuple(name for name in found.broken if name in core)
    verdict, why = Verdict.PASSED, "Nothing gets worse."
    if found.unscored or found.unpaired:
        verdict, why = Verdict.FAILED, _unscored(found, (*results[0], *results[1]))
    elif broken_core:
        verdict = Verdict.HELD
        why = f"It breaks {_cases(len(broken_core))} of the core set."
    elif len(found.broken) > len(found.fixed):
        verdict = Verdict.HELD
        why = f"It breaks {_cases(len(found.broken))} and fixes {len(found.fixed)}."
    elif found.broken:
        why = f"It fixes as many cases as it breaks, or more: {len(found.fixed)} against {len(found.broken)}."
    return GateResult(
        verdict=verdict,
        why=f"{why} {_measured(found, *results)}",
        fixed=found.fixed,
        broken=found.broken,
        unchanged=(*found.passing, *found.failing),
        flaky=(*found.flaky, *set_aside),
        broken_core=broken_core,
        skipped=skipped,
    )


def _measured(found: Comparison, before: Sequence[CaseResult], after: Sequence[CaseResult]) -> str:
    """The shares that pass, with their intervals."""
    if not after:
        return "No eval case could be affected, so nothing was measured."
    told = [standings(results).values() for results in (after, before)]
    with_it, without = (share(sum(stands is Standing.PASSES for stands in each), len(each)) for each in told)
    return f"Of the cases that it could affect, {with_it} pass with it, {without} without (McNemar p = {found.p:.2g})."


def _unscored(found: Comparison, results: Sequence[CaseResult]) -> str:
    first = next((result for result in results if result.error), None)
    said = f" The first: {first.case}: {first.error}" if first else ""
    return f"The gate could not judge {_cases(len(found.unscored) + len(found.unpaired))}, so nothing goes live.{said}"


def _cases(count: int) -> str:
    return f"{count} case" if count == 1 else f"{count} cases"


# --- selection --------------------------------------------------------------------------------------------------------


async def affected(
    desk: Desk, cases: Sequence[EvalCase], *, candidate: int, live: int, slug: str, intent: str = ""
) -> tuple[EvalCase, ...]:
    """The cases that the candidate could answer otherwise, and the core set; in the order given.

    Those that cite the article or share an intent with one that does (or with the conversation that the fix is from),
    and every one for which the search finds anything else: an answer is made from what is found and nothing besides.
    """
    of_article = {case.intent for case in cases if slug in case.sources} | {intent}
    intents = of_article - {"", UNKNOWN_INTENT}
    slots = asyncio.Semaphore(_AT_ONCE)

    async def is_affected(case: EvalCase) -> bool:
        if case.core or slug in case.sources or case.intent in intents:
            return True
        async with slots:
            return await _finds_otherwise(desk, case, candidate=candidate, live=live)

    told = await asyncio.gather(*map(is_affected, cases))
    return tuple(case for case, yes in zip(cases, told, strict=True) if yes)


async def _finds_otherwise(desk: Desk, case: EvalCase, *, candidate: int, live: int) -> bool:
    escalation = escalation_of(case, desk)
    triage = await desk.triager.triage(escalation)
    return await _finds(desk, escalation, triage, candidate) != await _finds(desk, escalation, triage, live)


@dataclass(frozen=True, slots=True)
class _Findings:
    passages: tuple[tuple[str, str], ...]
    procedures: tuple[tuple[str, str], ...]


async def _finds(desk: Desk, escalation: Escalation, triage: Triage, release: int) -> _Findings:
    found: Found = await gather(desk, escalation, triage, release)
    return _Findings(
        tuple((passage.id, passage.text) for passage in found.passages),
        tuple((passage.id, passage.text) for passage in found.procedures),
    )
