"""Calibration: from what a drafter estimates to how often people send such a draft unchanged.

Platt's logistic map (Platt 1999, "Probabilistic outputs for support vector machines"), on the log-odds of the estimate
and with Gaussian priors centred on the identity: without decisions the estimate stands, and each decision moves it by
as much as it can tell. `tests/benchmarks/bench_confidence.py` compares it with others and says how its constants were
chosen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

WINDOW = 2_000
"""The newest decisions that are learned from; older ones would weigh less than a hundredth."""
_HALF_LIFE = 300  # decisions after which one counts half, so that the map follows a drafter that changes
_SLOPE_SPREAD, _INTERCEPT_SPREAD = 0.5, 1.0  # standard deviations of the priors
_SURE = 0.01  # neither estimate nor confidence is nearer to 0 or 1: nothing is certain
_STEPS, _CONVERGED = 30, 1e-9


@dataclass(frozen=True, slots=True)
class CalibrationMap:
    """Never falls, and never leaves 1 % to 99 %. As it is made without arguments, it gives the estimate back."""

    slope: float = 1.0
    intercept: float = 0.0
    decisions: int = 0

    def confidence(self, estimate: float) -> float:
        """The probability that people send a draft of this estimate unchanged; 0.5 for one that is not a number."""
        return float(_within(_chance(self.slope * _log_odds([estimate]) + self.intercept))[0])


def fit(judged: Sequence[tuple[float, bool]]) -> CalibrationMap:
    """Learn the map from (estimate, sent unchanged), newest first: the most probable one, given the priors."""
    if not judged:
        return CalibrationMap()
    newest = judged[:WINDOW]
    outcomes = np.array([float(approved) for _, approved in newest])
    weights = 0.5 ** (np.arange(len(newest)) / _HALF_LIFE)
    log_odds = _log_odds([estimate for estimate, _ in newest])
    inputs = np.column_stack([log_odds, np.ones_like(log_odds)])
    slope, intercept = _most_probable(inputs, outcomes, weights, _PRIOR_MEAN, _PRIOR_PRECISION)
    if slope < 0:  # higher estimates do worse: then none says anything, and what is left is the share approved
        slope, intercept = (
            0.0,
            _most_probable(inputs[:, 1:], outcomes, weights, _PRIOR_MEAN[1:], _PRIOR_PRECISION[1:])[0],
        )
    return CalibrationMap(float(slope), float(intercept), len(newest))


_PRIOR_MEAN = np.array([1.0, 0.0])
_PRIOR_PRECISION = np.array([_SLOPE_SPREAD, _INTERCEPT_SPREAD]) ** -2.0


def _most_probable(inputs: Any, outcomes: Any, weights: Any, mean: Any, precision: Any) -> Any:
    """Newton's method on the weighted log-loss plus the priors' penalty: convex, so there is one answer."""
    found = mean.copy()
    loss = _loss(found, inputs, outcomes, weights, mean, precision)
    for _ in range(_STEPS):
        chances = _chance(inputs @ found)
        gradient = inputs.T @ (weights * (chances - outcomes)) + precision * (found - mean)
        curvature = (inputs.T * (weights * chances * (1 - chances))) @ inputs + np.diag(precision)
        step, before = np.linalg.solve(curvature, gradient), loss
        while (loss := _loss(found - step, inputs, outcomes, weights, mean, precision)) > before + _CONVERGED:
            step /= 2
        found = found - step
        if before - loss < _CONVERGED:
            break
    return found


def _loss(found: Any, inputs: Any, outcomes: Any, weights: Any, mean: Any, precision: Any) -> float:
    log_odds = inputs @ found
    told = weights @ (np.logaddexp(0.0, log_odds) - outcomes * log_odds)
    return float(told + 0.5 * precision @ (found - mean) ** 2)


def _log_odds(estimates: Sequence[float]) -> Any:
    within = _within(np.nan_to_num(np.asarray(estimates, dtype=float), nan=0.5))
    return np.log(within / (1 - within))


def _within(chances: Any) -> Any:
    return np.clip(chances, _SURE, 1 - _SURE)


def _chance(log_odds: Any) -> Any:
    return 1 / (1 + np.exp(-np.clip(log_odds, -50, 50)))
