"""How rare a count is, under the dispersion that its series has shown and beside what its last days reached."""

import math
from dataclasses import dataclass, field
from statistics import median

_MEMORY = 28 * 288  # buckets over which the dispersion is averaged
_FAR = 20.0  # standard deviations up to which a count teaches
_LEAST = 1.01  # dispersion of what is as even as chance
_DEEPEST = 1e-300
_DAYS = 28  # that are remembered
_FEWEST = 3


@dataclass(slots=True)
class Dispersion:
    """How much more the counts of windows of one length vary than chance alone would have it; plain numbers.

    The variance is proportional to the mean (quasi-Poisson, as in Farrington et al. 1996), and the tail is the negative
    binomial distribution's of that mean and variance. A bursty series so needs more to be rare than an even one. What
    is further than twenty standard deviations of the day before away teaches as if it were there, so that a spike does
    not hide later ones.
    """

    squares: float = 0.0
    means: float = 0.0
    learned: int = 0
    settled: float | None = None

    def settle(self) -> None:
        """A day is over: from now on what is far is told by the dispersion of this moment."""
        self.settled = self.factor

    def learn(self, seen: float, expected: float) -> None:
        """Take in a window, beside what was expected of it."""
        self.learned += 1
        step = 1.0 / min(self.learned, _MEMORY)
        far = _FAR * math.sqrt((self.settled or self.factor) * expected) + 1.0
        off = min(seen - expected, far)
        self.squares += step * (off * off - self.squares)
        self.means += step * (expected - self.means)

    @property
    def factor(self) -> float:
        """The variance over the mean."""
        return max(self.squares / self.means, _LEAST) if self.means > 0 else _LEAST

    def surprise(self, seen: int, expected: float) -> float:
        """The negative logarithm of the chance to see more, with half of the chance to see as many; at most about 690.

        Half (Lancaster's mid-P, 1961), because a whole one makes thin counts look less rare than they are.
        """
        from scipy.special import betainc

        if seen <= 0:
            return 0.0
        factor = self.factor
        size, share = max(expected, 1e-3) / (factor - 1.0), 1.0 - 1.0 / factor
        tail = float(betainc(seen, size, share)) + float(betainc(seen + 1, size, share))
        return -math.log(max(tail / 2.0, _DEEPEST))


@dataclass(slots=True)
class Days:
    """How high the last days went; plain numbers.

    Where bursts are a habit, no distribution's tail is long enough. So no day is called rarer than one that half of the
    last days would have reached, with an exponential tail above it (as peaks over a threshold have it, Siffer et al.
    2017), however small its probability.
    """

    peaks: list[float] = field(default_factory=list)
    today: float | None = None

    def reach(self, height: float) -> None:
        """Today went so high, if not higher."""
        self.today = height if self.today is None else max(self.today, height)

    def close(self) -> None:
        """The day is over."""
        if self.today is not None:
            self.peaks, self.today = [*self.peaks, self.today][-_DAYS:], None

    def temper(self, height: float) -> float:
        """The height, or the lower one that it has beside the last days."""
        if len(self.peaks) < _FEWEST:
            return height
        return min(height, math.log(2.0) + height - median(self.peaks))


def probability(height: float) -> float:
    """The chance that a day goes so high: `height` is the negative logarithm of how often a day does on average."""
    return -math.expm1(-math.exp(-min(max(height, -6.0), 700.0)))


def height_of(days: float) -> float:
    """The height that is reached on one day in so many."""
    return -math.log(-math.log1p(-1.0 / days))
