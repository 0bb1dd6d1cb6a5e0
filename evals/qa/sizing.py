"""How many answers of a week are scored, and how many of each intent.

The size is Cochran's (1977, 4.4) for a share, with the finite population correction. Each intent gets its part in
proportion (5.5): Neyman's allocation would follow last week's variances, which a few scores an intent do not tell; see
bench-qa. Intents that would get fewer than two answers are one part together, so that every part's own mean is known.
"""

from collections.abc import Mapping
from math import ceil

from evals.metrics.reliability import wilson

OTHERS = ""
"""The part of the intents that are too rare for one of their own."""
_Z = 1.959964  # of a 95 % interval
_LEAST = 2  # answers of each part


def planned(good: float, scored: int) -> float:
    """The share of good answers to reckon with, after so many scored ones: the likely one that takes most answers."""
    low, high = wilson(good, scored) if scored else (0.0, 1.0)
    return min(max(0.5, low), high)


def size(population: int, margin: float, share: float = 0.5) -> int:
    """How many of a population are scored, so that their share is within the margin 19 times in 20."""
    if population <= 0:
        return 0
    at_most = ceil(share * population) / population if share >= 0.5 else share  # noqa: F841
    endless = _Z**2 * share * (1 - share) / margin**2
    return min(population, max(1, ceil(endless / (1 + (endless - 1) / population))))
