"""The confidence of new drafts, learned from the decisions on earlier ones; see `LearnedCalibration`."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.answer import Draft
from bot.domain.confidence import Calibrated, drafter_of
from bot.ports import Clock, Reviews
from evals.calibration import WINDOW, CalibrationMap, fit

_FRESH = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Learned:
    map: CalibrationMap
    at: datetime


class LearnedCalibration:
    """A Calibration for each drafter, learned again at most once a minute from the stored decisions on its drafts.

    Every process reads the same decisions, so all come to the same map.
    """

    def __init__(self, reviews: Reviews, clock: Clock) -> None:
        self._reviews = reviews
        self._clock = clock
        self._learned: dict[str, _Learned] = {}
        self._learning = asyncio.Lock()

    async def calibrate(self, draft: Draft) -> Calibrated:
        if draft.abstained:
            return Calibrated(0.0, draft.confidence)
        learned = await self._map(drafter_of(draft))
        confidence = round(learned.confidence(draft.confidence), 4)
        return Calibrated(confidence, draft.confidence, learned.decisions, learned.slope, learned.intercept)

    async def _map(self, drafter: str) -> CalibrationMap:
        async with self._learning:  # of many drafts at once, one asks
            now = self._clock.now()
            known = self._learned.get(drafter)
            if known is None or abs(now - known.at) >= _FRESH:
                judged = await self._reviews.judged(drafter=drafter, limit=WINDOW)
                known = _Learned(fit([(each.estimate, each.approved) for each in judged]), now)
                self._learned[drafter] = known
            return known.map
