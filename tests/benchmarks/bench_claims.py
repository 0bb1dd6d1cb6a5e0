"""bench-claims: how often the weekly digest claims a change or a cause where there is none, and finds those there are.

On desks that are made up, so that it is known what happened to them. Run
`python -m tests.benchmarks.bench_claims [rounds] [conversations a week ...]`.
"""

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from rich.progress import Progress
from statsmodels.stats.multitest import multipletests

from bot.domain.digest import Proof
from evals.digest.changes.by_day import Days
from evals.digest.changes.correction import Tested, weights
from evals.digest.changes.drivers import Volumes
from evals.digest.changes.key_figures import WEEKS, looked_at, record_of, weeks_read
from evals.digest.releases.causes import causes
from evals.statistics import INDEPENDENT, discoveries
from tests.benchmarks.desks import LIVELY, PLAIN, WANDERING, WEEK, Change, Kind, Made, Rollout, desk, make
from tests.benchmarks.report import report

WEEKLY = (100, 1_000, 10_000)
ROUNDS = 200
RELEASED = WEEK.start + timedelta(days=1)
_LARGE = 5_000  # conversations a week from which a round takes seconds, and fewer do

Key = tuple[str, str]
Chances = dict[Key, float]
METHODS: dict[str, Callable[[Sequence[float]], Sequence[bool]]] = {
    "Benjamini-Hochberg": lambda chances: discoveries(chances)[0],
    "Holm": lambda chances: multipletests(chances, method="holm")[0],
}
PLANTED: dict[str, tuple[Change, Key]] = {
    "sent unchanged +10 points": (Change(unchanged=0.45), ("approved_unchanged", "")),
    "the same, one intent": (Change(unchanged=0.45, intents=(0,)), ("approved_unchanged", "intent_0")),
    "waits a third longer": (Change(wait=1.33), ("first_response_time", "")),
    "one intent +30 %": (Change(volume=1.3, intents=(1,)), ("volume", "intent_1")),
}


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    sizes = [int(each) for each in sys.argv[2:]] or list(WEEKLY)
    asyncio.run(_all(rounds, sizes))


async def _all(rounds: int, sizes: Sequence[int]) -> None:
    figures: dict[str, dict[str, float]] = {}
    with Progress(disable=not sys.stderr.isatty()) as progress:
        for size in sizes:
            many = rounds if size < _LARGE else max(20, rounds // 5)
            task = progress.add_task(f"{size:,} a week", total=many * (2 + len(PLANTED) + 5))
            tick = lambda: progress.update(task, advance=1)  # noqa: B023, E731  called before the next
            for kind in (PLAIN, LIVELY):
                await _quiet(figures, kind, size, many, tick)
            for name, (change, key) in PLANTED.items():
                await _found(figures, f"found, {size:,}: {name}", (change, key, size, many), tick)
            await _causes(figures, size, many, tick)
    ours = figures.pop("Benjamini-Hochberg")
    quiet = [value for name, value in ours.items() if name.startswith("claims")]
    shown = [value for name, value in ours.items() if name.startswith("shown") and "nothing" in name]
    aims = {
        "something is claimed in at most 5 % of quiet weeks": max(quiet) <= 0.05,
        "a release without effect is shown to have one in at most 5 %": max(shown) <= 0.05,
    }
    report("claims", ours, figures, aims, digits=2, rounds=rounds)


async def _quiet(
    figures: dict[str, dict[str, float]], kind: Kind, size: int, rounds: int, tick: Callable[[], None]
) -> None:
    """How often anything is claimed of a week in which nothing changed."""
    for seed in range(rounds):
        ours, alone = await _chances(make(kind, size, seed, weeks=_weeks(size)))
        for name, method in METHODS.items():
            for days, chances in (("", ours), (", days ignored", alone)):
                row = figures.setdefault(f"{name}{days}", {})
                key = f"claims, {size:,}: {kind.name}"
                row[key] = row.get(key, 0.0) + any(method(list(chances.values()))) / rounds
        tick()


async def _found(
    figures: dict[str, dict[str, float]], row: str, planted: tuple[Change, Key, int, int], tick: Callable[[], None]
) -> None:
    """How often a planted change is found."""
    change, key, size, rounds = planted
    for seed in range(rounds):
        chances, _ = await _chances(make(LIVELY, size, 50_000 + seed, change=change, weeks=_weeks(size)))
        for name, method in METHODS.items():
            told = dict(zip(chances, method(list(chances.values())), strict=True))
            figures[name][row] = figures[name].get(row, 0.0) + bool(told.get(key)) / rounds
        tick()


async def _chances(made: Made) -> tuple[Chances, Chances]:
    """What is tested of the week, with its weight: in the noise that its days show, and as if they were all alike."""
    here = desk(made)
    days = Days(WEEK, WEEKS, here.clock.now())
    volumes = Volumes(await here.store.history.volumes(days.bounds), days)
    record = await record_of(here, Days(WEEK, weeks_read(volumes), days.end))
    tested: dict[Key, Tested] = dict(looked_at(record, volumes))
    known = {key: each for key, each in tested.items() if each.change is not None}
    share = dict(zip(known, weights([not each.measured.group for each in known.values()]), strict=True))
    return (
        {key: min(1.0, each.change.chance(each.noise) / share[key]) for key, each in known.items() if each.change},
        {key: min(1.0, each.change.chance(INDEPENDENT) / share[key]) for key, each in known.items() if each.change},
    )


async def _causes(figures: dict[str, dict[str, float]], size: int, rounds: int, tick: Callable[[], None]) -> None:
    """How often a release is shown to have done something."""
    base = Rollout(RELEASED, (0, 3, 5))
    cases = {
        "nothing": (LIVELY, base),
        "nothing, intents wander": (WANDERING, base),
        "a trend of 8 points a week": (LIVELY, replace(base, a_week=0.4)),
        "+10 points": (LIVELY, replace(base, added=0.45)),
        "+20 points": (LIVELY, replace(base, added=1.0)),
    }
    row = figures["Benjamini-Hochberg"]
    for name, (kind, rollout) in cases.items():
        for seed in range(rounds):
            made = make(kind, size, 90_000 + seed, rollout=rollout, weeks=4)
            told = await causes(desk(made, rollout=rollout), WEEK)
            key = f"shown, {size:,}: {name}"
            row[key] = row.get(key, 0.0) + any(each.proof is Proof.SHOWN for each in told) / rounds
            tick()


def _weeks(size: int) -> int:
    """Weeks that are made: of a large desk no more are read."""
    return WEEKS if size < _LARGE else 3


if __name__ == "__main__":
    main()
