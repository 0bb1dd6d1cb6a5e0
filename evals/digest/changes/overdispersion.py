"""How much more a desk's days differ than independent conversations would.

Who is on duty, a backlog or an outage moves all conversations of a day together. A change between two weeks is beyond
noise only if it is beyond that too. What a day's conversations have in common is estimated as their intraclass
correlation, from what days of one weekday differ by (an unweighted Henderson's method III: Searle, Casella & McCulloch
1992, 5.2); for counts as the excess over Poisson in units of the squared mean. How much it adds to the variance of a
week depends on how many conversations a day has (design effect: Kish 1965): with four a day next to nothing, with
hundreds it may be most of it. The variance is never taken for less than that of independent conversations.
"""

from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np

from evals.metric import Statistic
from evals.statistics import Mixture, Noise

DAYS = 7
_STEPS, _FAR = 100, 1e8  # how many degrees are looked at, and how much less likely the last is than the first
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Spread:
    """What one series shows of its days: squares `between` them, and `within` them those of the conversations of a day,
    each with its degrees of freedom. `load` is what the former grow by with the variance of days.

    What a Poisson process has within days is known, and so its `within` is nothing.
    """

    between: float = 0.0
    freedom: int = 0
    load: float = 0.0
    within: float = 0.0
    freedom_within: int = 0


@dataclass(frozen=True, slots=True)
class Alike:
    """How alike conversations of a day are: 0 where they have nothing to do with each other, 1 where they are all the
    same. `degrees` are those that it may be, with the chance of each.
    """

    degrees: Any
    chances: Any

    def noise(self, others: float) -> Noise:
        """That of a week in which a conversation shares its day with so many others."""
        return Mixture(tuple((1 + self.degrees * others).tolist()), tuple(self.chances.tolist()))


def alike(spreads: Iterable[Spread]) -> Alike | None:
    """How alike conversations of a day are in series that share their days; None where there are too few days.

    By Bayes' rule from the squares of all series together, with the prior that is usual for components of variance
    (Tiao & Tan 1965): where days are most of the noise this is Student's t, and where a day has few conversations their
    number bounds it. What series have by chance is their own; what days do to them may be the same for all, and has
    the degrees of freedom of one (Satterthwaite 1946).
    """
    known = [each for each in spreads if each.freedom > 0 and each.load > 0]
    if not known:
        return None
    between, freedom, load, within, left = (sum(each) for each in zip(*map(astuple, known), strict=True))
    ratio = max(1.0, between / freedom / max(_LEAST, within / left if left else 1.0))  # none is calmer than chance
    one, load = max(each.freedom for each in known), load / freedom
    times = np.geomspace(1, ratio * _FAR ** (2 / one), _STEPS)  # what days multiply the squares by
    free = times**2 / ((times - 1) ** 2 / one + (2 * times - 1) / freedom)
    chances = _likely(ratio / times, free, left) / times
    return Alike((times - 1) / (load + times if left else load), chances / chances.sum())


def _likely(ratio: Any, freedom: Any, left: float) -> Any:
    """The density of a ratio of two mean squares, the second of which may be known."""
    from scipy.special import betaln, gammaln, xlogy  # `scipy.stats` has it too, and takes half a second to import

    half = freedom / 2
    if not left:
        return np.exp(xlogy(half - 1, ratio * half) - ratio * half - gammaln(half)) * half
    share = freedom / left
    bent = xlogy(half + left / 2, 1 + share * ratio)
    return np.exp(xlogy(half, share) + xlogy(half - 1, ratio) - bent - betaln(half, left / 2))


def of_values(statistic: Statistic, values: Any, days: Any) -> Spread:
    """The spread of observed values, each on its day, counted from a Monday on.

    A value counts by how far it is from its week's share or mean; for a median by whether it is beyond it.
    """
    values, weeks = np.asarray(values, dtype=float), days // DAYS
    if not len(days):
        return Spread()
    if statistic is Statistic.MEDIAN:
        known, which = np.unique(weeks, return_inverse=True)
        middles = np.array([np.median(values[weeks == week]) for week in known])
        values = (values > middles[which]).astype(float)
    sizes = np.bincount(weeks)
    off = values - (np.bincount(weeks, values) / np.maximum(sizes, 1))[weeks]
    left = len(values) - int((sizes > 0).sum())
    variance = float((off**2).sum()) / left if left else 0.0
    if not variance:
        return Spread()
    counts, sums = np.bincount(days), np.bincount(days, off)
    between, freedom, load = _left(sums, counts)
    within = float((off**2).sum() - (sums**2 / np.maximum(counts, 1)).sum())
    freedom_within = len(values) - int((counts > 0).sum())
    return Spread(between / variance, freedom, load - freedom, within / variance, freedom_within)


def of_counts(counts: Any) -> Spread:
    """The spread of how many there were on each day (Pearson's chi-squared, given weekdays and weeks)."""
    expected = _independent(counts)
    if not expected.any():
        return Spread()
    off = np.where(expected > 0, np.pad(counts, (0, len(expected) - len(counts))) - expected, 0.0)
    return Spread(*_left(off, expected))


def others(per_day: Any) -> float:
    """With how many others a conversation shares its day, in two weeks whose figures are compared, each in a row: the
    smaller one counts for more, as it does in the variance of the difference of two shares or means.
    """
    sizes = per_day.sum(axis=1)
    if not sizes.all():
        return 0.0
    pairs = (per_day * (per_day - 1.0)).sum(axis=1)
    return float((pairs / sizes**2).sum() / (1 / sizes).sum())


def beside(week: int, spreads: Callable[[int], Iterable[Spread]]) -> Alike | None:
    """What this week is held against; `spreads` gives those of the first so many weeks.

    Those before it tell, so that what changed in the midst of it does not pass for its own noise; where they are not
    most of what is known, all do.
    """
    before, together = list(spreads(week)), list(spreads(week + 1))
    most = sum(each.freedom for each in before) > sum(each.freedom for each in together) / 2
    return alike(before if most else together)


def _independent(counts: Any) -> Any:
    """How many there would be on each day if every week had the same weekdays."""
    table = np.pad(counts, (0, -len(counts) % DAYS)).reshape(-1, DAYS).astype(float)
    return (table.sum(axis=1, keepdims=True) * table.sum(axis=0) / max(1.0, table.sum())).ravel()


def _left(sums: Any, sizes: Any) -> tuple[float, int, float]:
    """What weeks and weekdays leave of these sums over days: squares in units of one conversation, their degrees of
    freedom, and by how much they grow for each unit of variance between days.
    """
    days = np.flatnonzero(sizes > 0)
    size = sizes[days].astype(float)
    design = np.hstack([np.equal.outer(part, np.unique(part)) for part in (days // DAYS, days % DAYS)])
    base, strengths, _ = np.linalg.svd(design * np.sqrt(size)[:, None], full_matrices=False)
    base = base[:, strengths > 1e-9 * strengths[0]]
    scaled = sums[days] / np.sqrt(size)
    found = float(((scaled - base @ (base.T @ scaled)) ** 2).sum())
    kept = 1 - (base**2).sum(axis=1)
    return found, len(days) - base.shape[1], float(kept @ size)
