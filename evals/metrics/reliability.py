"""Reliability: whether drafts shown at 90 % are approved unchanged nine times in ten.

Bins, expected calibration error (ECE) and diagram as in Guo et al. 2017, "On calibration of modern neural networks".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from bot.domain.confidence import ENOUGH, Judgement

_BINS = 10
_RESAMPLES = 1_000
_Z = 1.959964  # of a 95 % interval
_SEED = 0  # the same decisions give the same intervals


@dataclass(frozen=True, slots=True)
class Bin:
    """Drafts that the card showed at `first` to `last` per cent, and how many of them were approved unchanged.

    `shown` is the mean of what was shown, `share` of what was approved; `low` and `high` are Wilson's 95 % interval.
    """

    first: int
    last: int
    decisions: int
    approved: int
    shown: float
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Error:
    """How far probabilities are from what happened: `ece` in bins (0.05: off by 5 points), `brier` as mean square."""

    ece: float
    brier: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """What was shown held against what was decided.

    `low` and `high` are the bootstrap's 95 % interval of the ECE. `by_chance` is the ECE that a card without any error
    stays under 95 times in 100 with as many decisions: only one above it speaks against the card. `estimates` is the
    error of the drafters' own estimates. `enough` tells whether there are decisions enough to say anything.
    """

    decisions: int
    approved: int
    enough: bool
    since: datetime | None
    until: datetime | None
    bins: tuple[Bin, ...]
    shown: Error
    low: float
    high: float
    by_chance: float
    estimates: Error


def reliability(judged: Sequence[Judgement]) -> Reliability:
    """Hold the confidence that was shown against the decisions; without any, every error is 0 and there are no bins."""
    shown = np.array([each.shown for each in judged], dtype=float)
    estimates = np.array([each.estimate for each in judged], dtype=float)
    outcomes = np.array([each.approved for each in judged], dtype=float)
    low, high = _bootstrap(shown, outcomes)
    return Reliability(
        decisions=len(judged),
        approved=int(outcomes.sum()),
        enough=len(judged) >= ENOUGH,
        since=min((each.at for each in judged), default=None),
        until=max((each.at for each in judged), default=None),
        bins=_bins(shown, outcomes),
        shown=_error(shown, outcomes),
        low=low,
        high=high,
        by_chance=_by_chance(shown),
        estimates=_error(estimates, outcomes),
    )


def ece(shown: Any, outcomes: Any) -> float:
    """The mean distance between what was shown and the share approved, over bins of ten points."""
    numbers = _bin_of(shown)
    gaps = np.bincount(numbers, weights=shown - outcomes, minlength=_BINS)
    return float(np.abs(gaps).sum() / max(1, len(shown)))


def wilson(approved: float, decisions: float) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927): honest for few decisions and for shares near 0 and 1."""
    if not decisions:
        return 0.0, 1.0
    share, square = approved / decisions, _Z**2 / decisions
    middle = share + square / 2
    reach = _Z * np.sqrt(share * (1 - share) / decisions + square / (4 * decisions))
    low, high = (middle - reach) / (1 + square), (middle + reach) / (1 + square)
    return max(0.0, float(low)), min(1.0, float(high))


def _error(shown: Any, outcomes: Any) -> Error:
    brier = float(np.mean((shown - outcomes) ** 2)) if len(shown) else 0.0
    return Error(ece(shown, outcomes), brier)


def _bin_of(shown: Any) -> Any:
    """By the whole per cent that people saw, so that 90 % is never in the bin below it."""
    return np.clip(np.rint(shown * 100).astype(int) // 10, 0, _BINS - 1)


def _bins(shown: Any, outcomes: Any) -> tuple[Bin, ...]:
    numbers = _bin_of(shown)
    bins: list[Bin] = []
    for number in range(_BINS):
        inside = numbers == number
        decisions, approved = int(inside.sum()), int(outcomes[inside].sum())
        if decisions:
            first, last = number * 10, 100 if number == _BINS - 1 else number * 10 + 9
            mean, share = float(shown[inside].mean()), approved / decisions
            bins.append(Bin(first, last, decisions, approved, mean, share, *wilson(approved, decisions)))
    return tuple(bins)


def _bootstrap(shown: Any, outcomes: Any) -> tuple[float, float]:
    if not len(shown):
        return 0.0, 0.0
    chance = np.random.default_rng(_SEED)
    drawn = (chance.integers(len(shown), size=len(shown)) for _ in range(_RESAMPLES))
    low, high = np.quantile([ece(shown[these], outcomes[these]) for these in drawn], [0.025, 0.975])
    return float(low), float(high)


def _by_chance(shown: Any) -> float:
    if not len(shown):
        return 0.0
    chance = np.random.default_rng(_SEED)
    errors = [ece(shown, chance.random(len(shown)) < shown) for _ in range(_RESAMPLES)]
    return float(np.quantile(errors, 0.95))
