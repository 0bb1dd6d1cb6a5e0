"""Two runs over the same cases, case by case: what was fixed, what was broken, and whether it could be chance."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import comb

from bot.domain.quality import CaseResult, EvalCase
from evals.summary import Standing, standings


@dataclass(frozen=True, slots=True)
class Comparison:
    """The cases of two runs by their ids. Only `fixed`, `broken`, `passing` and `failing` are counted.

    `flaky` pass sometimes in one of the runs, `quarantined` were set aside before, `unscored` could not be judged in
    one of them, `unpaired` are in one only. `p` is how likely a difference so lopsided is by chance.
    """

    fixed: tuple[str, ...]
    broken: tuple[str, ...]
    passing: tuple[str, ...]
    failing: tuple[str, ...]
    flaky: tuple[str, ...]
    quarantined: tuple[str, ...]
    unscored: tuple[str, ...]
    unpaired: tuple[str, ...]
    p: float


def compare(before: Iterable[CaseResult], after: Iterable[CaseResult], cases: Iterable[EvalCase] = ()) -> Comparison:
    """Pair the runs by case."""
    old, new = standings(before), standings(after)
    set_aside = {case.id for case in cases if case.quarantined}
    paired = [name for name in new if name in old]
    counted = [name for name in paired if name not in set_aside]

    def where(holds: Callable[[Standing, Standing], bool]) -> tuple[str, ...]:
        return tuple(name for name in counted if holds(old[name], new[name]))

    def from_to(first: Standing, then: Standing) -> tuple[str, ...]:
        return where(lambda was, now: (was, now) == (first, then))

    fixed = from_to(Standing.FAILS, Standing.PASSES)
    broken = from_to(Standing.PASSES, Standing.FAILS)
    return Comparison(
        fixed=fixed,
        broken=broken,
        passing=from_to(Standing.PASSES, Standing.PASSES),
        failing=from_to(Standing.FAILS, Standing.FAILS),
        flaky=where(lambda *both: Standing.FLAKY in both and Standing.UNSCORED not in both),
        quarantined=tuple(name for name in paired if name in set_aside),
        unscored=where(lambda *both: Standing.UNSCORED in both),
        unpaired=tuple(name for name in {**old, **new} if (name in old) != (name in new)),
        p=mcnemar(len(fixed), len(broken)),
    )


def mcnemar(fixed: int, broken: int) -> float:
    """The exact two-sided p of McNemar's test (1947): of the cases that changed, half would go either way by chance."""
    changed = fixed + broken
    tail = sum(comb(changed, count) for count in range(min(fixed, broken) + 1))
    return min(1.0, 2 * tail / (1 << changed))
