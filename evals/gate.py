"""The gate before a release: the cases that it could affect, on the candidate and on what is live, and the verdict."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from bot.domain.quality import CaseResult, EvalCase, GateResult, Verdict
from bot.ports import Desk
from evals.comparing import Comparison, compare
from evals.judging import with_trusted_judge
from evals.running import run_cases
from evals.selecting import Selection, select
from evals.summary import Standing, share, standings

_RETRIALS = 3
"""Trials of a case that came out otherwise than before: a system that only wavers has broken nothing."""


async def judge(desk: Desk, *, candidate: int, live: int, slug: str, intent: str = "") -> GateResult:
    """Say whether the candidate, which changes the article `slug`, makes answers worse than the live release does.

    Broken core cases hold it, and so do more cases broken than fixed. What cannot be judged never passes. Raises what
    the desk raises where not even the selection can be made.
    """
    cases = await desk.store.cases.all()
    chosen = await select(desk, cases, candidate=candidate, live=live, slug=slug, intent=intent)
    workflow = (await desk.workflows.live()).release
    sides = Side(f"live v{live}", live, workflow), Side(f"candidate v{candidate}", candidate, workflow)
    return await weigh(desk, chosen, *sides, skipped=len(cases) - len(chosen.tried))


@dataclass(frozen=True, slots=True)
class Side:
    """What cases are tried on: a knowledge release (None: the live one) and a workflow release, by their numbers."""

    name: str
    release: int | None
    workflow: int


Reading = Callable[[CaseResult], CaseResult]
"""How a result counts in a verdict."""


def _as_it_is(result: CaseResult) -> CaseResult:
    return result


async def weigh(
    desk: Desk, chosen: Selection, live: Side, candidate: Side, *, skipped: int, reading: Reading = _as_it_is
) -> GateResult:
    """Try the chosen cases on both sides, those that come out otherwise again, and give the verdict as `judge` does."""
    counted = [case for case in chosen.tried if not case.quarantined]
    runs = _Runs(await with_trusted_judge(desk))
    before = await runs.results(counted, live)
    alike = [result for result in before if result.case in chosen.alike]
    after = await runs.results(counted, candidate, alike=alike)
    found = compare(map(reading, before), map(reading, after), counted)
    if changed := [case for case in counted if case.id in {*found.fixed, *found.broken}]:
        before = await runs.again(changed, before, live)
        after = await runs.again(changed, after, candidate)
        found = compare(map(reading, before), map(reading, after), counted)
    verdict = _verdict(found, counted, (tuple(map(reading, before)), tuple(map(reading, after))))
    set_aside = tuple(case.id for case in chosen.tried if case.quarantined)
    return replace(verdict, flaky=(*verdict.flaky, *set_aside), skipped=skipped, runs=tuple(runs.made))


@dataclass(slots=True)
class _Runs:
    """Runs cases, and notes the eval runs that the verdict rests on."""

    desk: Desk
    made: list[str] = field(default_factory=list)

    async def results(
        self, cases: Sequence[EvalCase], side: Side, *, again: int = 0, alike: Sequence[CaseResult] = ()
    ) -> tuple[CaseResult, ...]:
        if not cases:
            return ()
        run, results = await run_cases(
            self.desk,
            cases,
            release=side.release,
            workflow=side.workflow,
            trials=again or 1,
            label=f"gate: {'again on ' if again else ''}{side.name}",
            alike=alike,
        )
        self.made.append(run.id)
        return results

    async def again(
        self, changed: Sequence[EvalCase], results: Sequence[CaseResult], side: Side
    ) -> tuple[CaseResult, ...]:
        """The results with more trials of the cases that changed."""
        names = {case.id for case in changed}
        more = await self.results(changed, side, again=_RETRIALS)
        return (*(result for result in results if result.case not in names), *more)


def _verdict(
    found: Comparison,
    counted: Sequence[EvalCase],
    results: tuple[Sequence[CaseResult], Sequence[CaseResult]],
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
        flaky=found.flaky,
        broken_core=broken_core,
        failing=found.failing,
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
