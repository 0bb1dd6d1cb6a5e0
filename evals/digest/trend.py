"""How the eval cases stood on each release that was live."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from bot.domain.calendar import Week
from bot.domain.digest import EvalPoint, Value
from bot.domain.quality import EvalCase, EvalRun
from bot.ports import Desk
from evals.metrics.reliability import wilson
from evals.summary import Standing, standings
from evals.went_live import KNOWLEDGE, WORKFLOW

MOST = 8
"""Releases that are told of, the newest."""
_RUNS, _RELEASES = 300, 100  # the newest that are looked at
_READ = 2  # runs of a release that are read beside its largest, the newest

Pair = tuple[int, int]
"""The knowledge and the workflow release that a run was made with."""


async def trend(desk: Desk, week: Week, cases: Mapping[str, EvalCase]) -> tuple[EvalPoint, ...]:
    """A point for each of the newest releases, oldest first: the share of cases that pass, as far as is known by then.

    The gate runs only the cases that a release could affect. Those that were not run on it stand as they did on the
    release before it; cases that are quarantined or deleted by now are left out.
    """
    live = {kind: await _live(desk, kind) for kind in (KNOWLEDGE, WORKFLOW)}
    runs = await _runs(desk, week, live)
    counting = {name for name, case in cases.items() if not case.quarantined}
    stands: dict[str, bool] = {}
    points, before = [], (0, 0)
    for pair, some in list(runs.items())[-MOST:]:
        for run in _telling(some):
            _, results = await desk.store.eval_runs.get(run.id)
            told = standings(result for result in results if result.case in counting)
            stands |= {case: how is Standing.PASSES for case, how in told.items() if how is not Standing.UNSCORED}
        if stands:
            made = (live[KNOWLEDGE].get(pair[0]), live[WORKFLOW].get(pair[1]))
            at = max(filter(None, made), default=some[0].started_at)
            points.append(EvalPoint(_label(pair, before), at, _passed(stands)))
            before = pair
    return tuple(points)


def _telling(runs: Sequence[EvalRun]) -> list[EvalRun]:
    """The runs of a release that tell most of it, oldest first: the one of most cases, and the newest."""
    largest = max(runs, key=lambda run: (len(run.cases), run.started_at))
    return [run for run in runs if run == largest or run in runs[-_READ:]]


async def _runs(desk: Desk, week: Week, live: Mapping[str, Collection[int]]) -> dict[Pair, list[EvalRun]]:
    """The finished runs on releases that were live, by release, and those of each in order of time."""
    found: dict[Pair, list[EvalRun]] = {}
    for run in reversed(await desk.store.eval_runs.newest(_RUNS)):
        pair = (run.knowledge_release, run.workflow_release)
        was_live = pair[0] in live[KNOWLEDGE] and pair[1] in live[WORKFLOW]
        if was_live and run.finished_at is not None and run.started_at < week.end:
            found.setdefault(pair, []).append(run)
    return dict(sorted(found.items()))


async def _live(desk: Desk, kind: str) -> dict[int, datetime | None]:
    """When those were made that were live; 0 stands for what answers before the first release."""
    newest = await desk.store.releases.newest(kind, _RELEASES)
    return {0: None} | {release.number: release.at for release in newest if release.was_live}


def _label(pair: Pair, before: Pair) -> str:
    """What changed since the point before it: the workflow where only that did, else the knowledge."""
    return f"workflow v{pair[1]}" if pair[0] == before[0] and pair[1] != before[1] else f"knowledge v{pair[0]}"


def _passed(stands: Mapping[str, bool]) -> Value:
    passed, of = sum(stands.values()), len(stands)
    low, high = wilson(passed, of)
    return Value(of, passed / of, low, high)
