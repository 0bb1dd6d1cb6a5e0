"""How rare a height is: how often a day of this series goes so high."""

import math
from dataclasses import dataclass, field
from statistics import fmean, median

DAYS = 28  # that are remembered
FEWEST = 3  # full days before anything can be called rare
_SCALE, _WEIGHT = 0.3, 5  # what is believed of the scale before the first day, and how many days that is worth
_EULER = 0.5772156649
_MEDIAN = -math.log(math.log(2.0))  # of the standard Gumbel distribution
_MAD = 0.7675  # the median absolute deviation of the standard Gumbel distribution
_FAR = 4.0  # scales above the median up to which a day's peak teaches


@dataclass(slots=True)
class Extremes:
    """The highest value of each of the last days, and the Gumbel distribution that they come from; plain numbers.

    The highest of many values whose tail falls exponentially is Gumbel distributed (Gumbel 1958), and the logarithm of
    a bursty count has such a tail: what is bursty by nature needs more to be rare. The scale is the second L-moment
    over ln 2 (Hosking 1990), drawn to a prior scale while days are few, and peaks beyond four scales are cut first, so
    that past spikes do not teach that spikes are normal.
    """

    peaks: list[float] = field(default_factory=list)
    location: float = 0.0
    scale: float = _SCALE

    @property
    def ready(self) -> bool:
        return len(self.peaks) >= FEWEST

    def add(self, peak: float) -> None:
        """Take in the highest value of a day."""
        self.peaks = [*self.peaks, peak][-DAYS:]
        middle = median(self.peaks)
        spread = max(median(abs(each - middle) for each in self.peaks) / _MAD, _SCALE)
        cut = sorted(min(each, middle + _FAR * spread) for each in self.peaks)
        days = len(cut)
        scale = _second_l_moment(cut) / math.log(2.0)
        centre = fmean(cut) + (_MEDIAN - _EULER) * scale
        self.scale = (scale * days + _SCALE * _WEIGHT) / (days + _WEIGHT)
        self.location = centre - _MEDIAN * self.scale

    def height(self, value: float) -> float:
        """The value in scales above the location: about the logarithm of the days until it comes again."""
        return (value - self.location) / self.scale


def probability(height: float) -> float:
    """The chance that a day goes so high."""
    return -math.expm1(-math.exp(-min(max(height, -6.0), 700.0)))


def height_of(days: float) -> float:
    """The height that is reached once in so many days."""
    return -math.log(-math.log1p(-1.0 / days))


def _second_l_moment(ascending: list[float]) -> float:
    """Half the mean difference of two values."""
    n = len(ascending)
    if n < 2:
        return 0.0
    return sum((2 * i - n + 1) * value for i, value in enumerate(ascending)) / (n * (n - 1))
