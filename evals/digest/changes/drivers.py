"""What customers come for: intents by volume over eight weeks, with the hours that they waited for it."""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

import numpy as np

from bot.domain.digest import Driver
from evals.digest.changes.by_day import Days
from evals.digest.changes.correction import Told, said, value
from evals.digest.changes.overdispersion import DAYS, Alike, beside, of_counts
from evals.digest.names import Titles
from evals.statistics import Noise

_HOUR = 3_600
_RATED = "approved_unchanged"


class Volumes:
    """How many conversations each intent had on each day of some weeks, oldest first."""

    def __init__(self, counts: Mapping[str, Sequence[int]], days: Days) -> None:
        self._counts = {intent: np.array(each) for intent, each in counts.items()}
        self._days = days
        self._all = sum(self._counts.values(), np.zeros(days.weeks * DAYS, dtype=int))

    @property
    def intents(self) -> tuple[str, ...]:
        """Those of the last week, most conversations first."""
        last = {intent: int(each[-DAYS:].sum()) for intent, each in self._counts.items()}
        return tuple(sorted(filter(last.get, last), key=lambda intent: (-last[intent], intent)))

    @property
    def days(self) -> int:
        """For how many days of the last week anything is on record."""
        return int((self._all[-DAYS:] > 0).sum())

    def weekly(self, intent: str = "") -> tuple[int, ...]:
        """How many a week; of all of them without an intent."""
        return tuple(self._of(intent).reshape(-1, DAYS).sum(axis=1).tolist())

    def noise(self, intent: str = "") -> Noise | None:
        """That of its volume, of all together without an intent; None where too few whole weeks are on record."""
        known = self._alike_by_intent if intent else self._alike
        counts = self._of(intent)[-2 * DAYS :]
        return known.noise(float((counts * (counts - 1.0)).sum() / max(1, counts.sum()))) if known else None

    @cached_property
    def _alike(self) -> Alike | None:
        return self._known([self._all])

    @cached_property
    def _alike_by_intent(self) -> Alike | None:
        return self._known(self._counts.values())

    def _known(self, some: "Collection[np.ndarray]") -> Alike | None:
        if not self._comparable:
            return None
        return beside(self._days.weeks - 1, lambda weeks: [of_counts(self._whole(each, weeks)) for each in some])

    @property
    def first(self) -> int:
        """The first day that anything is on record of."""
        return int(np.argmax(self._all > 0)) if self._all.any() else len(self._all)

    @property
    def _comparable(self) -> bool:
        """Whether the week before the last one is on record from its Monday on."""
        return self.first <= (self._days.weeks - 2) * DAYS

    def _of(self, intent: str) -> "np.ndarray":
        return self._counts[intent] if intent else self._all

    def _whole(self, counts: "np.ndarray", weeks: int) -> "np.ndarray":
        """Those of whole weeks among the first: not of the one in which the record begins, nor of one that goes on."""
        begin = -(-self.first // DAYS) * DAYS
        return counts[begin : min(weeks, self._days.weeks if self._days.over else self._days.weeks - 1) * DAYS]


def drivers(
    intents: Sequence[str],
    volumes: Volumes,
    waited: Mapping[str, float],
    found: Mapping[tuple[str, str], Told],
    titles: Titles,
) -> tuple[Driver, ...]:
    """These intents as drivers: `waited` are the seconds that customers waited, `found` the changes by metric."""
    return tuple(
        Driver(
            intent=intent,
            title=titles.plain(intent),
            weekly=volumes.weekly(intent),
            pain=waited.get(intent, 0.0) / _HOUR,
            unchanged=value(found[_RATED, intent].measured.now),
            change=said(found["volume", intent]),
            moved=found["volume", intent].moved,
        )
        for intent in intents
    )
