"""How a share moved in some intents, beside those that were left alone: the difference of the two changes.

An intent counts by its own change from before to after, so that a shift from hard questions to easy ones changes
nothing. Each change has the noise of its conversations, and intents wander besides: what an intent's share does from
one week to the next without a release is estimated from all that had none, in this week and the one before, and the
touched ones are held to wander as much. This is a meta-analysis with random effects (DerSimonian & Laird 1986) of the
changes by intent; to take the noise from the untouched is Conley & Taber's way (2011) where few are touched.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from typing import Any

import numpy as np

from evals.metric import LEAST
from evals.statistics import INDEPENDENT, Difference, Student, interval

WEEK = timedelta(days=7)
_FEWEST_DRAFTS = 5  # of an intent in either period; with fewer its change says nothing
_FEWEST_FREE = 3  # degrees of freedom from which it is known how intents wander

Judged = tuple[datetime, str, bool]
"""One draft: when it was begun, its intent, and whether it counts for the share."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The two changes: shares before and after of the touched and of the others, and the drafts behind the touched."""

    touched: tuple[float, float]
    others: tuple[float, float]
    n: int
    others_n: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What a release did, and what was under way in the week before it; None where that cannot be told.

    Their intervals are normal ones; those that hold are of `noise`, which says how well it is known how intents wander.
    """

    sides: Sides | None
    change: Difference | None = None
    before: Difference | None = None
    noise: Student = INDEPENDENT


def effect(drafts: Iterable[Judged], at: datetime, touched: Collection[str], others: Collection[str]) -> Effect:
    """What happened to the touched at this moment that did not happen to the others.

    After it all that there is, the week before it, and for what was under way the week before that.
    """
    counts = _counts(drafts, at, [*sorted(touched), *sorted(others)])
    mine = np.arange(len(touched) + len(others)) < len(touched)
    now, earlier = _Contrast(counts[2], counts[1], mine), _Contrast(counts[1], counts[0], mine)
    if not now.known:
        return Effect(now.sides if now.enough else None)
    scattered = [now.scatter(~mine), earlier.scatter(~mine), earlier.scatter(mine)]
    freedom = sum(each[1] for each in scattered)
    if freedom < _FEWEST_FREE:
        return Effect(now.sides)
    wander = max(0.0, sum(q - free for q, free, _ in scattered) / sum(scale for _, _, scale in scattered))
    before = earlier.difference(wander) if earlier.known else None
    return Effect(now.sides, now.difference(wander), before, Student(freedom))


def beyond(change: Difference, before: Difference) -> Difference:
    """The change less what was under way in the same direction and may have gone on (after Rambachan & Roth 2023)."""
    going_on = max(0.0, before.value) if change.value > 0 else min(0.0, before.value)
    return Difference(change.value - going_on, change.low - going_on, change.high - going_on)


def _counts(drafts: Iterable[Judged], at: datetime, intents: list[str]) -> Any:
    """Drafts and how many of them count, by period (two weeks before, week before, after) and intent."""
    cells = [{intent: [0, 0] for intent in intents} for _ in range(3)]
    earlier, before = at - 2 * WEEK, at - WEEK
    for begun, intent, hit in drafts:
        cell = cells[2 if begun >= at else 1 if begun >= before else 0].get(intent)
        if cell is not None and begun >= earlier:
            cell[0] += 1
            cell[1] += hit
    return np.array([list(each.values()) for each in cells], dtype=float).reshape(3, len(intents), 2)


class _Contrast:
    """The touched against the others, from one period to the next."""

    def __init__(self, after: Any, before: Any, mine: Any) -> None:
        n, hits = np.stack([after[:, 0], before[:, 0]]), np.stack([after[:, 1], before[:, 1]])
        self._used = (n >= _FEWEST_DRAFTS).all(axis=0)
        self._shares = hits / np.maximum(n, 1)
        smooth = (hits + 1) / (n + 2)  # as Agresti & Caffo (2000): no intent is certain for having had no failure yet
        self._variance = (smooth * (1 - smooth) / np.maximum(n, 1)).sum(axis=0)
        self._changes = self._shares[0] - self._shares[1]
        weight = np.where(self._used, 1 / (1 / np.maximum(n, 1)).sum(axis=0), 0.0)
        self._weights = [np.where(side, weight, 0.0) for side in (mine, ~mine)]
        self._n = [int(n[:, side & self._used].sum(axis=1).min()) for side in (mine, ~mine)]

    @property
    def enough(self) -> bool:
        """Whether there is anything on either side to speak of."""
        return all(weights.sum() > 0 for weights in self._weights)

    @property
    def known(self) -> bool:
        """Whether both sides have drafts enough for a figure."""
        return self.enough and min(self._n) >= LEAST

    @property
    def sides(self) -> Sides:
        touched, others = (
            (float(self._shares[1] @ each / each.sum()), float(self._shares[0] @ each / each.sum()))
            for each in self._weights
        )
        return Sides(touched, others, *self._n)

    def scatter(self, side: Any) -> tuple[float, int, float]:
        """How far the changes of these intents are apart: Cochran's Q, its degrees of freedom, and what one unit of
        variance between intents adds to it.
        """
        these = side & self._used
        if these.sum() < 2:
            return 0.0, 0, 0.0
        changes, precise = self._changes[these], 1 / self._variance[these]
        middle = (precise * changes).sum() / precise.sum()
        q = float((precise * (changes - middle) ** 2).sum())
        return q, int(these.sum()) - 1, float(precise.sum() - (precise**2).sum() / precise.sum())

    def difference(self, wander: float) -> Difference:
        """The change of the touched less that of the others, where intents wander with this variance."""
        mine, others = (each / each.sum() for each in self._weights)
        loads = mine - others
        error = sqrt(float((loads**2 * (np.where(self._used, self._variance, 0.0) + wander)).sum()))
        return interval(float(loads @ self._changes), error)
