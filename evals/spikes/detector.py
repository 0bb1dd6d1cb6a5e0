"""Reads a count series bucket by bucket and tells how far the last hours are beyond expectation."""

import math
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo

from evals.spikes.baseline import Baseline
from evals.spikes.rarity import Days, Dispersion, probability

BUCKET = timedelta(minutes=5)
SCALES = (1, 3, 12, 48)  # buckets: 5 and 15 minutes, 1 and 4 hours
_DAY = 288
_FEWEST = 3 * _DAY  # buckets before anything can be called rare
_AGREE = 2  # scales that must agree
_COMBINED = math.log(len(SCALES) / _AGREE)


def bucket_of(at: datetime) -> datetime:
    """The beginning of the bucket that this moment is in."""
    seconds = BUCKET.total_seconds()
    return datetime.fromtimestamp(at.timestamp() // seconds * seconds, UTC)


@dataclass(frozen=True, slots=True)
class Reading:
    """How things stand at the end of a bucket, at the second of the time scales that are furthest beyond expectation.

    `probability` is the chance that a day of this series goes so far; 1 while `ready` is False, because nothing can be
    said before three days were seen. `height` is the negative logarithm of how often a day does.
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

    Windows of four lengths are judged side by side. For each, the tail probability of its count times the windows of
    that length in a day is how often a day goes so far. The second smallest of four probabilities, doubled, is one
    again, however they depend on each other (Rüger 1978): so one stray bucket wakes nobody, two scales must agree. An
    hour of the week is one of the team's zone: one that the clocks repeat teaches twice, one that they skip not at all.
    """

    baseline: Baseline = field(default_factory=Baseline)
    dispersions: list[Dispersion] = field(default_factory=lambda: [Dispersion() for _ in SCALES])
    seen: list[int] = field(default_factory=list)
    expected: list[float] = field(default_factory=list)
    days: Days = field(default_factory=Days)
    until: datetime | None = None

    def update(self, at: datetime, count: int, zone: tzinfo = UTC) -> Reading:
        """Take in the count of the bucket that begins at this aware time; read the scales at its end.

        Buckets come in order; one that was read already changes nothing. After a gap, in which nobody counted, the
        windows begin anew: not knowing is not zero.
        """
        if self.until is not None and at < self.until:
            return self._tempered(self._reading(self.until))
        if self.until is not None and at > self.until:
            self.seen, self.expected = [], []
        if self.until is not None and (self.until - BUCKET).astimezone(UTC).date() != at.astimezone(UTC).date():
            self._close_day()
        local = at.astimezone(zone)
        hour = local.weekday() * 24 + local.hour
        self.seen = [*self.seen, count][-SCALES[-1] :]
        self.expected = [*self.expected, self.baseline.expected(hour)][-SCALES[-1] :]
        self.until = at + BUCKET
        reading = self._reading(self.until)
        self._learn(hour, count)
        if reading.ready:
            self.days.reach(reading.height)
        return self._tempered(reading)

    def _close_day(self) -> None:
        self.days.close()
        for dispersion in self.dispersions:
            dispersion.settle()

    def _tempered(self, reading: Reading) -> Reading:
        return replace(reading, height=self.days.temper(reading.height))

    def _learn(self, hour: int, count: int) -> None:
        self.baseline.learn(hour, count)
        for scale, dispersion in zip(SCALES, self.dispersions, strict=True):
            if len(self.seen) >= scale:
                dispersion.learn(sum(self.seen[-scale:]), sum(self.expected[-scale:]))

    def _reading(self, at: datetime) -> Reading:
        windows = [(sum(self.seen[-scale:]), sum(self.expected[-scale:])) for scale in SCALES]
        heights = [
            dispersion.surprise(seen, expected) - math.log(_DAY / scale)
            for scale, dispersion, (seen, expected) in zip(SCALES, self.dispersions, windows, strict=True)
        ]
        told = sorted(range(len(SCALES)), key=heights.__getitem__)[-_AGREE]
        seen, expected = windows[told]
        return Reading(
            at=at,
            minutes=min(SCALES[told], len(self.seen)) * int(BUCKET.total_seconds() // 60),
            seen=seen,
            expected=expected,
            height=heights[told] - _COMBINED,
            ready=self.baseline.learned >= _FEWEST,
        )
