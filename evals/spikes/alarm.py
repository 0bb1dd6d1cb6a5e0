"""Decides when somebody should hear of a series, hear that it grows, and hear that it is over."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from evals.spikes.detector import Reading
from evals.spikes.rarity import height_of

RARITY_DAYS = 21.0  # an alert is for what comes about less than once in so many days
COOL_DOWN = timedelta(hours=24)
LATE = timedelta(minutes=30)  # what is older when it is read teaches, but wakes nobody
_LEAST = 5  # events in the window, below which nothing is worth an alert
_CALM = timedelta(hours=1)
_USUAL_DAYS = 2.0  # what half of all days reach is over
_RARER = math.log(10.0)
_GROWN = 2.0  # times the excess that was told last


class Change(StrEnum):
    """What became of a series with a reading."""

    NONE = "none"
    OPENED = "opened"
    GREW = "grew"
    RESOLVED = "resolved"


@dataclass(slots=True)
class Alarm:
    """Whether a series is beyond expectation; plain values.

    It opens at a rarity and stays open until an hour has passed in which the series did only what every other day
    does, so that a spike which wavers is one spike. For a day after it opened nothing opens anew, unless it is ten
    times rarer than all that was seen while it was open.
    """

    opened: datetime | None = None
    resolved: datetime | None = None
    calm_since: datetime | None = None
    highest: float = 0.0
    excess: float = 0.0

    @property
    def is_open(self) -> bool:
        return self.opened is not None and self.resolved is None

    def hear(self, reading: Reading, now: datetime, *, rarity_days: float = RARITY_DAYS) -> Change:
        """Take in a reading at the time `now`. One that is late can resolve, but neither opens nor grows."""
        if self.is_open:
            return self._while_open(reading, now)
        rare = reading.ready and reading.height >= height_of(rarity_days) and reading.seen >= _LEAST
        if not rare or now - reading.at > LATE or not self._may_open(reading):
            return Change.NONE
        self.opened, self.resolved, self.calm_since = reading.at, None, None
        self.highest, self.excess = reading.height, reading.seen - reading.expected
        return Change.OPENED

    def _may_open(self, reading: Reading) -> bool:
        if self.opened is None or reading.at - self.opened >= COOL_DOWN:
            return True
        return reading.height >= self.highest + _RARER

    def _while_open(self, reading: Reading, now: datetime) -> Change:
        if reading.height >= height_of(_USUAL_DAYS):
            self.calm_since = None
        elif self.calm_since is None:
            self.calm_since = reading.at
        elif reading.at - self.calm_since >= _CALM:
            self.resolved, self.calm_since = reading.at, None
            return Change.RESOLVED
        self.highest = max(self.highest, reading.height)
        excess = reading.seen - reading.expected
        if now - reading.at > LATE or excess < _GROWN * max(self.excess, 1.0):
            return Change.NONE
        self.excess = excess
        return Change.GREW
