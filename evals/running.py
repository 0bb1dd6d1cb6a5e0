"""Running many cases, on pydantic-evals: what was scored before under equal conditions is not run again."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from bot.domain.quality import CaseResult, EvalCase, EvalRun
from bot.ports import Desk
from evals.conditions import Conditions, conditions, fingerprint
from evals.runner import run_case

Progress = Callable[[int, int, str], None]
"""Is told how many trials of how many are done, and which case was the last."""

_AT_ONCE = 8  # trials: a language model answers several as quickly as one, and offline ones share the cores anyway
_TOGETHER = 25  # results that are kept in one transaction; a crash loses fewer than these


async def run_cases(  # noqa: PLR0913  what a run is made of, each by name
    desk: Desk,
    cases: Sequence[EvalCase],
    *,
    release: int | None = None,
    workflow: int | None = None,
    trials: int = 1,
    label: str = "",
    progress: Progress | None = None,
    alike: Sequence[CaseResult] = (),
    fresh: bool = False,
) -> tuple[EvalRun, tuple[CaseResult, ...]]:
    """Run each case so many times on the live releases or the numbered ones, and keep the run with its results.

    A result with the same fingerprint that is in store is taken as it is. So a run that was broken off goes on where it
    stopped when it is started again, and more trials add to those that were made; with `fresh` everything is run anew.
    `alike` are results made elsewhere that are known to hold here as well. Results come by case, then trial.
    Raises NotFound for a release that never was, Conflict for a workflow that this program cannot answer as.
    """
    under = await conditions(desk, release, workflow)
    now = desk.clock.now()
    names = tuple(case.id for case in cases)
    chosen = hashlib.sha256(f"{names} {under.digest} {now.isoformat()}".encode()).hexdigest()[:6]
    run = EvalRun(f"run-{now:%Y%m%d-%H%M%S}-{chosen}", under.release, under.workflow, names, trials, now, label=label)
    await desk.store.eval_runs.begin(run)
    wanted = {
        (case.id, trial): (case, fingerprint(case, under, trial)) for case, trial in product(cases, range(trials))
    }
    known = {} if fresh else await desk.store.eval_runs.known([key for _, key in wanted.values()])
    for result in alike:
        if (at := (result.case, result.trial)) in wanted and not result.error:
            known[wanted[at][1]] = replace(result, fingerprint=wanted[at][1])
    records = _Records(desk, run.id, len(wanted), progress)
    await records.keep([replace(known[key], trial=at[1]) for at, (_, key) in wanted.items() if key in known])
    missing = [(case, trial) for (_, trial), (case, key) in wanted.items() if key not in known]
    try:
        if missing:
            await _evaluate(desk, missing, under, records)
    finally:
        await asyncio.shield(records.flush())
    run = replace(run, finished_at=desk.clock.now())
    await desk.store.eval_runs.finish(run)
    return run, tuple(records.made[at] for at in wanted)


async def _evaluate(
    desk: Desk, missing: Sequence[tuple[EvalCase, int]], under: Conditions, records: "_Records"
) -> None:
    from pydantic_evals import Case, Dataset  # 1.3 s, which a run that finds everything in store need not wait for

    async def solve(at: tuple[EvalCase, int]) -> None:
        case, trial = at
        await records.add(await run_case(desk, case, trial=trial, under=under))

    items = [Case(name=f"{case.id} {trial}", inputs=(case, trial)) for case, trial in missing]
    dataset = Dataset[tuple[EvalCase, int], None, None](name="ratchet", cases=items, evaluators=[])
    report = await dataset.evaluate(solve, max_concurrency=_AT_ONCE, progress=False, task_name="prepare")
    for failure in report.failures:
        case, trial = failure.inputs
        key = fingerprint(case, under, trial)
        await records.add(CaseResult(case.id, key, trial=trial, error=f"It could not be run: {failure.error_message}"))


@dataclass(slots=True)
class _Records:
    """What a run has made so far, kept in the store a few at a time."""

    desk: Desk
    run: str
    total: int
    progress: Progress | None
    made: dict[tuple[str, int], CaseResult] = field(default_factory=dict)
    waiting: list[CaseResult] = field(default_factory=list)

    async def add(self, result: CaseResult) -> None:
        self.made[result.case, result.trial] = result
        self.waiting.append(result)
        if self.progress:
            self.progress(len(self.made), self.total, result.case)
        if len(self.waiting) >= _TOGETHER:
            await self.flush()

    async def keep(self, results: Sequence[CaseResult]) -> None:
        self.made |= {(result.case, result.trial): result for result in results}
        await self.desk.store.eval_runs.record(self.run, results)
        if self.progress and results:
            self.progress(len(self.made), self.total, "in store")

    async def flush(self) -> None:
        waiting, self.waiting = self.waiting, []
        await self.desk.store.eval_runs.record(self.run, waiting)
