"""How much more a desk's days differ than independent conversations would.

Who is on duty, a backlog or an outage moves all conversations of a day together. A change between two weeks is beyond
noise only if it is beyond that too: the variance of conversations is multiplied by the `spread` of days of the same
weekday in the weeks before, which is the design effect of sampling days (Kish 1965; as quasi-likelihood: McCullagh &
Nelder 1989, 4.5). It is never taken for less than 1. The week that is judged is not among them, because what changes in
the midst of it would pass for its own noise; only where that leaves too few days all are taken.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from evals.metric import Statistic
from evals.statistics import Noise

DAYS = 7
_ENOUGH = 10
"""Degrees of freedom from which the weeks before tell how days differ; with fewer, t costs more than is won."""


@dataclass(frozen=True, slots=True)
class Spread:
    """What the days of one series add to its noise: squares `found`, squares `expected` of independent conversations,
    and the degrees of freedom of the days.
    """

    found: float
    expected: float
    freedom: int


def pooled(spreads: Iterable[Spread]) -> Noise | None:
    """The noise of series that share their days; None where there are too few days to know it."""
    known = [each for each in spreads if each.freedom > 0 and each.expected > 0]
    if not known:
        return None
    spread = sum(each.found for each in known) / sum(each.expected for each in known)
    return Noise(max(1.0, spread), max(each.freedom for each in known))


def beside(week: int, spreads: Callable[[int], Iterable[Spread]]) -> Noise | None:
    """The noise that this week is held against; `spreads` gives those of the first so many weeks."""
    earlier = pooled(spreads(week))
    return earlier if earlier and earlier.freedom >= _ENOUGH else pooled(spreads(week + 1))


def of_values(statistic: Statistic, values: Any, days: Any) -> Spread:
    """The spread of observed values, each on its day, counted from a Monday on.

    A value counts by how far it is from its week's share or mean; for a median by whether it is beyond it.
    """
    values, weeks = np.asarray(values), days // DAYS
    if not len(days):
        return Spread(0.0, 0.0, 0)
    if statistic is Statistic.MEDIAN:
        known, which = np.unique(weeks, return_inverse=True)
        middles = np.array([np.median(values[weeks == week]) for week in known])
        values = (values > middles[which]).astype(float)
    sizes = np.bincount(weeks)
    means = np.bincount(weeks, values) / np.maximum(sizes, 1)
    off = values - means[weeks]
    sums = _padded(np.bincount(days, off))
    counts = _padded(np.bincount(days))
    usual = sums.sum(axis=0) / np.maximum(counts.sum(axis=0), 1)  # what the same weekday is off every week
    filled = int((counts > 0).sum())
    freedom = filled - int((counts.sum(axis=1) > 0).sum()) - int((counts.sum(axis=0) > 0).sum()) + 1
    found = float(((sums - counts * usual) ** 2).sum())
    return Spread(found, float((off**2).sum()) * max(0, freedom) / max(1, filled), freedom)


def of_counts(counts: Any) -> Spread:
    """The spread of how many there were on each day (Pearson's chi-squared, given weekdays and weeks)."""
    table = _padded(counts)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if not table.size:
        return Spread(0.0, 0.0, 0)
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / table.sum()
    freedom = (table.shape[0] - 1) * (table.shape[1] - 1)
    return Spread(float(((table - expected) ** 2 / expected).sum()), float(freedom), freedom)


def _padded(days: Any) -> Any:
    """A row for each week."""
    return np.pad(days, (0, -len(days) % DAYS)).reshape(-1, DAYS).astype(float)
