"""Krippendorff's alpha: agreement beyond chance on an ordered scale: "no" is further from "yes" than "partly" is.

As in Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability". The interval is Bayesian like that of kappa
(`evals.metrics.agreement`): resampling what nearly always agrees would leave it without any width.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from bot.domain.digest import Value

_PRIOR = 2.0  # cases in all, as many as kappa's interval begins with
_DRAWS = 20_000
_SEED = 0  # the same scores give the same interval


def alpha(units: Sequence[Sequence[int]], levels: int) -> float | None:
    """Alpha of what was said of each unit, each level from 0 on; None where all said the same of everything.

    Units of which one person alone said something tell nothing.
    """
    seen = np.zeros((levels, levels))
    for said in units:
        for first in range(len(said)):
            for second in range(len(said)):
                if first != second:
                    seen[said[first], said[second]] += 1 / (len(said) - 1)
    found = float(_alpha(seen[None])[0])
    return None if np.isnan(found) else found


def alpha_of_pairs(pairs: Sequence[tuple[int, int]], levels: int, *, least: int) -> Value:
    """Alpha of two people's scores with its 95 % interval; no figure below `least` pairs, or where none differ."""
    value = alpha(pairs, levels) if len(pairs) >= least else None
    if value is None:
        return Value(len(pairs))
    tables = np.zeros((levels, levels))
    for first, second in pairs:
        tables[first, second] += 1
    drawn = np.random.default_rng(_SEED).dirichlet(tables.ravel() + _PRIOR / levels**2, _DRAWS)
    drawn = drawn.reshape(-1, levels, levels) * len(pairs)
    low, high = np.nanquantile(_alpha(drawn + drawn.swapaxes(1, 2)), [0.025, 0.975])
    return Value(len(pairs), value, min(float(low), value), max(float(high), value))


def _alpha(seen: Any) -> Any:
    """Alpha of each matrix of coincidences; not a number where no two values differ."""
    each = seen.sum(axis=2)
    apart = _apart(each)
    observed = (seen * apart).sum(axis=(1, 2))
    expected = (each[:, :, None] * each[:, None, :] * apart).sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(expected > 0, 1 - (each.sum(axis=1) - 1) * observed / expected, np.nan)


def _apart(each: Any) -> Any:
    """The squared ordinal distance of two levels: how many values lie between them, half of both ends' counted."""
    upto = each.cumsum(axis=1)
    middle = upto - each / 2
    return (middle[:, :, None] - middle[:, None, :]) ** 2
