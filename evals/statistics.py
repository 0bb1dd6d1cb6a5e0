"""Figures with their 95 % intervals, for shares, times, means and counts, and for the difference of two of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, sqrt
from typing import Any, Protocol

import numpy as np

from evals.metric import Statistic
from evals.metrics.reliability import wilson

_Z = 1.959964  # of a 95 % interval
_TAIL = 0.9
_RESAMPLES = 2_000
_AT_ONCE = 100  # resamples in memory
_MOST = 5_000  # values from which a mean is as good as normal
_SEED = 0  # the same values give the same interval


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval. `value` is None where it cannot be known yet (a median of what is mostly open).

    `tail` is the value that nine in ten stay within, for times; `high` may be infinite.
    """

    value: float | None
    low: float
    high: float
    tail: float | None = None


class Noise(Protocol):
    """How figures scatter, in standard errors of independent conversations."""

    def tail(self, quantile: float) -> float:
        """How likely it takes one further up than this."""
        ...

    def reach(self, tail: float) -> float:
        """How far up it takes one that often."""
        ...


@dataclass(frozen=True, slots=True)
class Student:
    """The noise of an error that was estimated with these degrees of freedom; a normal one where it is known."""

    freedom: float = inf

    def tail(self, quantile: float) -> float:
        from scipy.special import ndtr, stdtr

        return float(stdtr(self.freedom, -quantile) if isfinite(self.freedom) else ndtr(-quantile))

    def reach(self, tail: float) -> float:
        from scipy.special import ndtri, stdtrit

        return -float(stdtrit(self.freedom, tail) if isfinite(self.freedom) else ndtri(tail))


INDEPENDENT = Student()
"""That of conversations that have nothing to do with each other."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """Normal noise of a variance that is one of `spreads`, with these chances; in units of independent conversations'.

    Unlike Student's it knows how large a variance can be at all.
    """

    spreads: tuple[float, ...]
    chances: tuple[float, ...]

    @property
    def spread(self) -> float:
        """The variance that is expected."""
        return float(np.dot(self.spreads, self.chances))

    def tail(self, quantile: float) -> float:
        from scipy.special import ndtr

        return float(ndtr(-quantile / np.sqrt(self.spreads)) @ np.array(self.chances))

    def reach(self, tail: float) -> float:
        from scipy.optimize import brentq
        from scipy.special import ndtri

        low, high = (-ndtri(tail) * sqrt(each) for each in (min(self.spreads), max(self.spreads)))
        return float(low if high - low < 1e-9 else brentq(lambda each: self.tail(each) / tail - 1, low, high))


@dataclass(frozen=True, slots=True)
class Difference:
    """How much higher one figure is than another, with its interval."""

    value: float
    low: float
    high: float

    @property
    def beyond_noise(self) -> bool:
        return self.low > 0 or self.high < 0

    def chance(self, noise: Noise = INDEPENDENT) -> float:
        """How likely a difference of this size is, either way, where there is none: 1 less the level of the interval
        that just reaches 0. It says the same as `at`, for an interval grows in proportion to its quantile.
        """
        reach = self.value - self.low if self.value > 0 else self.high - self.value
        if self.value == 0 or not reach:
            return float(self.value == 0)
        return 2 * noise.tail(_Z * abs(self.value) / reach)

    def at(self, level: float, noise: Noise = INDEPENDENT) -> "Difference":
        """The same with the interval that misses the truth this often, in this noise."""
        scale = noise.reach(level / 2) / _Z
        return Difference(
            self.value, self.value - (self.value - self.low) * scale, self.value + (self.high - self.value) * scale
        )

    def within(self, most: float) -> "Difference":
        """The same where no difference can be larger than this, either way."""
        return Difference(*(max(-most, min(most, each)) for each in (self.value, self.low, self.high)))


def interval(value: float, error: float) -> Difference:
    """A difference that is as good as normal, with this standard error."""
    return Difference(value, value - _Z * error, value + _Z * error)


def discoveries(chances: Sequence[float], rate: float = 0.05) -> tuple[tuple[bool, ...], float]:
    """Which of the differences tested together are told, so that of those told at most this share is expected to be
    noise (Benjamini & Hochberg 1995); and the level at which their intervals hold in spite of having been chosen
    (Benjamini & Yekutieli 2005). Where nothing has changed anything at all is told in at most this share of times.
    """
    ordered = sorted(chances)
    told = max((rank for rank, each in enumerate(ordered, 1) if each <= rate * rank / len(ordered)), default=0)
    level = rate * max(1, told) / max(1, len(ordered))
    return tuple(bool(told) and each <= level for each in chances), level


def estimate(statistic: Statistic, values: Sequence[float], over: Sequence[int]) -> Estimate:
    """The statistic of at least one value; `over` is 0 for each that had not ended when it was looked at."""
    found = np.asarray(values, dtype=float)
    if statistic is Statistic.SHARE:
        return share(int(found.sum()), len(found))
    if statistic is Statistic.COUNT:
        return _count(len(found))
    if statistic is Statistic.MEAN:
        return _mean(np.sort(found))
    return median(found, np.asarray(over, dtype=bool))


def share(count: int, of: int) -> Estimate:
    """A share of at least one, with Wilson's interval (1927)."""
    low, high = wilson(count, of)
    return Estimate(count / of, min(low, count / of), max(high, count / of))  # rounding may put an end inside


def difference(now: Estimate, before: Estimate, *, even: bool = False) -> Difference | None:
    """How much higher `now` is than `before`, of independent samples; None where one of them is not known.

    The interval recovers the variances from those of the two figures (MOVER: Zou & Donner 2008); for shares with
    Wilson's intervals it is Newcombe's hybrid score interval (1998, his method 10). `even` takes each side for half of
    the whole, as is right for means: their skewness is the same in both and leaves the difference.
    """
    if now.value is None or before.value is None or not (isfinite(now.high) and isfinite(before.high)):
        return None
    apart = now.value - before.value
    if even:
        reach = sqrt((now.high - now.low) ** 2 + (before.high - before.low) ** 2) / 2
        return Difference(apart, apart - reach, apart + reach)
    below = sqrt((now.value - now.low) ** 2 + (before.high - before.value) ** 2)
    above = sqrt((now.high - now.value) ** 2 + (before.value - before.low) ** 2)
    return Difference(apart, apart - below, apart + above)


def median(values: Any, over: Any) -> Estimate:
    """The median of times, some of which have not ended yet (Kaplan & Meier 1958).

    The interval is Brookmeyer & Crowley's (1982) on the scale of log(-log S), as in Klein & Moeschberger (2003, 4.5):
    it needs no resampling and no shape of the times. What has not ended counts for as long as it was seen, so that
    slow ones are not left out.
    """
    times, survival, variance = _kaplan_meier(values, over)
    if not len(times):
        return Estimate(None, 0.0, inf)
    near = np.abs(_distance(survival, variance, 0.5)) <= _Z
    inside = times[near]
    beyond = times[_distance(survival, variance, 0.5) < -_Z]
    middle = _quantile(times, survival, 0.5)
    low = float(inside[0]) if len(inside) else float(middle if middle is not None else times[-1])
    high = float(beyond[0]) if len(beyond) else inf
    return Estimate(middle, low, high, _quantile(times, survival, _TAIL))


def _kaplan_meier(values: Any, over: Any) -> tuple[Any, Any, Any]:
    """The times at which something ended, the share that goes on after each, and Greenwood's variance of its log."""
    ended, times_of = np.unique(values[over], return_counts=True)
    at_risk = len(values) - np.searchsorted(np.sort(values), ended, side="left")
    survival = np.cumprod(1 - times_of / at_risk)
    with np.errstate(divide="ignore"):
        variance = np.cumsum(times_of / (at_risk * (at_risk - times_of)))
    return ended, survival, variance


def _quantile(times: Any, survival: Any, share: float) -> float | None:
    """The time by which this share has ended, between two where both do; None where it has not."""
    passed = np.flatnonzero(survival <= 1 - share + 1e-9)
    if not len(passed):
        return None
    first = passed[0]
    exact = abs(survival[first] - (1 - share)) <= 1e-9 and first + 1 < len(times)
    return float((times[first] + times[first + 1]) / 2 if exact else times[first])


def _distance(survival: Any, variance: Any, share: float) -> Any:
    """How many standard errors the share that goes on is above the wanted one, on the scale of log(-log)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.log(np.clip(survival, 1e-300, 1))
        apart = np.log(-np.log(1 - share)) - np.log(-scale)
        told = apart / (np.sqrt(variance) / np.abs(scale))
    return np.where(survival <= 0, -inf, told)


def _mean(values: Any) -> Estimate:
    """The mean; its interval is the bootstrap's, corrected for bias and skewness (BCa: Efron 1987).

    Of many values it is the normal one, which by then is the same.
    """
    count, middle = len(values), float(values.mean())
    off = values - middle
    spread = float(np.sqrt((off**2).sum() / max(1, count - 1) / count))
    if count > _MOST or spread == 0:
        return Estimate(middle, middle - _Z * spread, middle + _Z * spread)
    from scipy.special import ndtr, ndtri

    chance = np.random.default_rng(_SEED)
    draws = (chance.integers(count, size=(_AT_ONCE, count)) for _ in range(_RESAMPLES // _AT_ONCE))
    drawn = np.concatenate([values[these].mean(axis=1) for these in draws])
    below = np.clip((drawn < middle).mean(), 1 / _RESAMPLES, 1 - 1 / _RESAMPLES)
    bias = ndtri(below)
    bend = (off**3).sum() / (6 * (off**2).sum() ** 1.5)  # what the jackknife gives for a mean
    ends = bias + np.array([-_Z, _Z])
    low, high = np.quantile(drawn, ndtr(bias + ends / (1 - bend * ends)))
    return Estimate(middle, float(low), float(high))


def _count(count: int) -> Estimate:
    """How many; its interval is that of the rate of a Poisson process with so many events (Garwood 1936)."""
    from scipy.special import gammaincinv

    low = float(gammaincinv(count, 0.025)) if count else 0.0
    return Estimate(float(count), low, float(gammaincinv(count + 1, 0.975)))
