"""Changes that are tested together, and what becomes of each in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite

from bot.domain.digest import Value
from evals.figures import WITHIN, step
from evals.measuring import Figure, Measured
from evals.metric import Statistic
from evals.statistics import INDEPENDENT, Difference, Noise, discoveries

_LEAST = 20
"""Conversations of both weeks together below which a volume is not compared."""


@dataclass(frozen=True, slots=True)
class Tested:
    """A change beside its noise. `change` is None where there is nothing to be tested."""

    measured: Measured
    change: Difference | None
    noise: Noise


@dataclass(frozen=True, slots=True)
class Told:
    """A change after the correction: with the interval that holds although it was chosen among many."""

    measured: Measured
    change: Difference | None
    moved: bool


def tested(measured: Measured, noise: Noise | None) -> Tested:
    """The change, where both weeks have something of it and enough days to know what days differ by."""
    usable = noise is not None and _enough(measured)
    return Tested(measured, measured.change if usable else None, noise or INDEPENDENT)


def _enough(measured: Measured) -> bool:
    """Whether a count is of enough for its interval; other metrics have their own least n."""
    return measured.metric.statistic is not Statistic.COUNT or measured.now.n + measured.before.n >= _LEAST


def corrected(every: Iterable[Tested]) -> list[Told]:
    """What moved, after the correction for all of them; in the order given.

    The figures of all conversations have half of the weight, those of intents the other half (Genovese, Roeder &
    Wasserman 2006): a manager asks for the few first, and they shall not drown in the many.
    """
    found = list(every)
    known = [(each.change, each.noise) for each in found if each.change is not None]
    shares = weights([not each.measured.group for each in found if each.change is not None])
    weighed = [change.chance(noise) / weight for (change, noise), weight in zip(known, shares, strict=True)]
    moved, level = discoveries(weighed)
    told = iter(zip(moved, shares, strict=True))
    return [
        Told(each.measured, None, moved=False) if each.change is None else _told(each, each.change, level, *next(told))
        for each in found
    ]


def _told(each: Tested, change: Difference, level: float, moved: bool, weight: float) -> Told:
    held = change.at(min(0.05, level * weight), each.noise)
    share = each.measured.metric.statistic is Statistic.SHARE
    return Told(each.measured, held.within(1.0) if share else held, moved)


def weights(whole: Sequence[bool]) -> list[float]:
    """Half for those of all conversations and half for the rest; they average 1."""
    many, few = len(whole), sum(whole)
    if few in (0, many):
        return [1.0] * many
    return [many / (2 * few) if each else many / (2 * (many - few)) for each in whole]


def said(found: Told) -> str:
    """What became of the figure, in words."""
    now, before = found.measured.now, found.measured.before
    if found.moved and found.change is not None:
        return step(found.measured.metric, found.change)
    if found.change is not None:
        return WITHIN
    if not before.n:
        return "nothing to compare with" if now.n else ""
    if found.measured.change is None or not _enough(found.measured):
        return f"too few to tell (n = {min(now.n, before.n)})"
    return "too few days to compare"


def value(found: Figure) -> Value:
    """The figure as plain numbers; a bound that is not known is None."""
    if found.told is None:
        return Value(found.n)
    low, high = (each if isfinite(each) else None for each in (found.told.low, found.told.high))
    return Value(found.n, found.told.value, low, high)
