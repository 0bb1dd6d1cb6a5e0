"""Reads a count series bucket by bucket and tells how far the last hours are beyond expectation."""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from evals.spikes.baseline import Baseline
from evals.spikes.extremes import Extremes, probability

BUCKET = timedelta(minutes=5)
SCALES = (1, 3, 12, 48)  # buckets: 5 and 15 minutes, 1 and 4 hours
_PSEUDO = 2.0  # added to seen and expected, so that the ratio of small counts stays small
_HALF_A_DAY = 144  # buckets from which a day's peak counts as one
_LOWEST = -1e9


@dataclass(frozen=True, slots=True)
class Reading:
    """How things stand at the end of a bucket, at the time scale that is furthest beyond expectation.

    `probability` is the chance that a usual day of this series goes so far at that scale; 1 while `ready` is False,
    because nothing can be said before three full days were seen. `height` is about the logarithm of 1 / probability.
    """

    at: datetime
    minutes: int
    seen: int
    expected: float
    height: float
    ready: bool

    @property
    def probability(self) -> float:
        return probability(self.height) if self.ready else 1.0

    @property
    def since(self) -> datetime:
        return self.at - timedelta(minutes=self.minutes)


@dataclass(slots=True)
class Detector:
    """What is remembered of one series; plain values, so that it can be kept as JSON. An update costs the same always.

    Each scale compares the logarithm of seen over expected with the highest that past days reached at that scale. A
    day is a UTC day, an hour of the week is one of the team's zone; an hour that the clocks repeat teaches twice,
    one that they skip not at all.
    """

    baseline: Baseline = field(default_factory=Baseline)
    extremes: list[Extremes] = field(default_factory=lambda: [Extremes() for _ in SCALES])
    seen: list[int] = field(default_factory=list)
    expected: list[float] = field(default_factory=list)
    peaks: list[float] = field(default_factory=lambda: [_LOWEST] * len(SCALES))
    buckets: int = 0
    until: datetime | None = None

    def update(self, at: datetime, count: int, zone: tzinfo = UTC) -> Reading:
        """Take in the count of the bucket that begins at this aware time; read the scales at its end.

        Buckets come in order; one that was read already changes nothing but is read again as it was. After a gap, in
        which nobody counted, the windows begin anew: not knowing is not zero.
        """
        if self.until is not None and at < self.until:
            return self._reading(self.until, self._heights())
        if self.until is not None and at > self.until:
            self.seen, self.expected = [], []
        self._close_day(at)
        local = at.astimezone(zone)
        hour = local.weekday() * 24 + local.hour
        self.seen = [*self.seen, count][-SCALES[-1] :]
        self.expected = [*self.expected, self.baseline.expected(hour)][-SCALES[-1] :]
        self.baseline.learn(hour, count)
        self.until = at + BUCKET
        self.buckets += 1
        ratios = self._ratios()
        self.peaks = [max(peak, ratio) for peak, ratio in zip(self.peaks, ratios, strict=True)]
        return self._reading(self.until, self._heights(ratios))

    def _close_day(self, at: datetime) -> None:
        """Remember the peaks of the day that ended before this bucket, unless too little of it was seen."""
        if self.until is None or (self.until - BUCKET).astimezone(UTC).date() == at.astimezone(UTC).date():
            return
        if self.buckets >= _HALF_A_DAY:
            for extremes, peak in zip(self.extremes, self.peaks, strict=True):
                extremes.add(peak)
        self.peaks, self.buckets = [_LOWEST] * len(SCALES), 0

    def _ratios(self) -> list[float]:
        return [
            math.log((sum(self.seen[-scale:]) + _PSEUDO) / (sum(self.expected[-scale:]) + _PSEUDO)) for scale in SCALES
        ]

    def _heights(self, ratios: list[float] | None = None) -> list[float]:
        ratios = self._ratios() if ratios is None else ratios
        return [extremes.height(ratio) for extremes, ratio in zip(self.extremes, ratios, strict=True)]

    def _reading(self, at: datetime, heights: list[float]) -> Reading:
        most = max(range(len(SCALES)), key=heights.__getitem__)
        length = min(SCALES[most], len(self.seen))
        return Reading(
            at=at,
            minutes=length * int(BUCKET.total_seconds() // 60),
            seen=sum(self.seen[-length:] if length else ()),
            expected=sum(self.expected[-length:] if length else ()),
            height=heights[most],
            ready=self.extremes[0].ready,
        )
