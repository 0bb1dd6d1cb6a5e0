"""What a run says about the system: which cases pass, how surely, and which cannot make up their mind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import comb

from bot.domain.quality import CaseResult, EvalCase
from evals.metrics.reliability import wilson


class Standing(StrEnum):
    """How a case stands after its trials: FLAKY passes sometimes, UNSCORED could not be judged in every trial."""

    PASSES = "passes"
    FAILS = "fails"
    FLAKY = "flaky"
    UNSCORED = "unscored"


def standings(results: Iterable[CaseResult]) -> dict[str, Standing]:
    """How each case stands, by its id."""
    return {case: _standing(trials) for case, trials in by_case(results).items()}


def _standing(trials: Sequence[CaseResult]) -> Standing:
    if any(trial.error for trial in trials):
        return Standing.UNSCORED
    passed = sum(trial.passed for trial in trials)
    if 0 < passed < len(trials):
        return Standing.FLAKY
    return Standing.PASSES if passed else Standing.FAILS


def by_case(results: Iterable[CaseResult]) -> dict[str, list[CaseResult]]:
    """The trials of each case, by its id."""
    found: dict[str, list[CaseResult]] = {}
    for result in results:
        found.setdefault(result.case, []).append(result)
    return found


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval (Wilson's)."""

    of: int
    count: int
    low: float
    high: float

    @property
    def value(self) -> float:
        return self.count / self.of if self.of else 0.0

    def __str__(self) -> str:
        return f"{self.count} of {self.of} ({self.value:.0%}, 95 % interval {self.low:.0%} to {self.high:.0%})"


def share(count: int, of: int) -> Share:
    """The share with its interval; of nothing, it may be anything."""
    low, high = wilson(count, of)
    return Share(of, count, low, high)


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in figures. Quarantined cases are in `quarantined` and nowhere else; the others count.

    `passing` is the share of cases that passed every trial; `hat` the chance that a case passes k trials in a row, for
    each k. `scorers` is the share of the cases to which each scorer applies that passed it every time.
    """

    passing: Share
    failing: tuple[str, ...]
    flaky: tuple[str, ...]
    unscored: tuple[str, ...]
    quarantined: tuple[str, ...]
    hat: tuple[float, ...]
    scorers: Mapping[str, Share]

    @property
    def good(self) -> bool:
        """Whether every case that counts passed every time."""
        return not (self.failing or self.flaky or self.unscored)


def summarise(cases: Iterable[EvalCase], results: Iterable[CaseResult]) -> Summary:
    """Put the run into figures."""
    set_aside = {case.id for case in cases if case.quarantined}
    every = by_case(results)
    counted = {case: trials for case, trials in every.items() if case not in set_aside}
    found = {case: _standing(trials) for case, trials in counted.items()}

    def standing(wanted: Standing) -> tuple[str, ...]:
        return tuple(case for case, stands in found.items() if stands is wanted)

    return Summary(
        passing=share(len(standing(Standing.PASSES)), len(found)),
        failing=standing(Standing.FAILS),
        flaky=standing(Standing.FLAKY),
        unscored=standing(Standing.UNSCORED),
        quarantined=tuple(case for case in every if case in set_aside),
        hat=_pass_hat(list(counted.values())),
        scorers=_by_scorer(counted.values()),
    )


def _pass_hat(cases: Sequence[Sequence[CaseResult]]) -> tuple[float, ...]:
    """pass^k for k = 1, 2, ...: the mean over cases of C(passed, k) / C(trials, k) (Yao et al. 2024, tau-bench)."""
    fewest = min((len(trials) for trials in cases), default=0)
    return tuple(
        sum(comb(sum(trial.passed for trial in trials), k) / comb(len(trials), k) for trials in cases) / len(cases)
        for k in range(1, fewest + 1)
    )


def _by_scorer(cases: Iterable[Sequence[CaseResult]]) -> dict[str, Share]:
    """By case and not by trial: trials of one case are no independent evidence."""
    given: dict[str, list[bool]] = {}
    for trials in cases:
        passed: dict[str, bool] = {}
        for score in (score for trial in trials for score in trial.scores):
            passed[score.scorer] = passed.get(score.scorer, True) and score.passed
        for name, holds in passed.items():
            given.setdefault(name, []).append(holds)
    return {name: share(sum(holds), len(holds)) for name, holds in sorted(given.items())}
