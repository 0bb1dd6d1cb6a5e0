"""What a series counts in five minutes when nothing is wrong: a level that follows, times the hour of the week."""

from dataclasses import dataclass, field

HOURS = 168
_DAY = 24
_BUCKETS = 12  # of an hour
_HALF_LIFE = 10 * 288  # buckets after which a lasting rise is half believed
_SHRINK = 12 * _BUCKETS  # buckets that an hour must have been seen to count as much as what it falls back on
_REMEMBERED = 8 * _BUCKETS  # buckets over which an hour of the week is averaged: eight weeks
_PLAUSIBLE = 3.0  # times the expected count up to which a count teaches in full


def _empty(length: int) -> list[float]:
    return [0.0] * length


@dataclass(slots=True)
class Baseline:
    """The expected count of five minutes; all state is plain numbers.

    An hour of the week falls back on that hour of the day, and that on the level alone, as long as little of it was
    seen. A count teaches at most three times what was expected (and three), so that a spike does not become normal,
    while a level that has risen for good is followed.
    """

    level: float = 0.0
    learned: int = 0
    week: list[float] = field(default_factory=lambda: _empty(HOURS))
    week_seen: list[float] = field(default_factory=lambda: _empty(HOURS))
    day: list[float] = field(default_factory=lambda: _empty(_DAY))
    day_seen: list[float] = field(default_factory=lambda: _empty(_DAY))

    def expected(self, hour: int) -> float:
        """The count to expect in five minutes of this hour of the week (0 is Monday's first)."""
        return self.level * self._share(hour)

    def learn(self, hour: int, count: float) -> None:
        """Take in what was counted; a constant cost."""
        share = self._share(hour)
        if not self.learned:
            self.level = count
        plausible = min(count, _PLAUSIBLE * self.level * share + 3.0)
        self.learned += 1
        step = max(1.0 - 0.5 ** (1.0 / _HALF_LIFE), 1.0 / self.learned)
        self.level += step * (plausible / share - self.level)
        told = min(plausible / max(self.level, 1e-3), 2.0 * _PLAUSIBLE)
        _average(self.week, self.week_seen, hour, told, _REMEMBERED)
        _average(self.day, self.day_seen, hour % _DAY, told, 7 * _REMEMBERED)

    def _share(self, hour: int) -> float:
        seen, of_day = self.day_seen[hour % _DAY], self.day[hour % _DAY]
        of_day = (seen * of_day + _SHRINK) / (seen + _SHRINK)
        seen = self.week_seen[hour]
        return (seen * self.week[hour] + _SHRINK * of_day) / (seen + _SHRINK)


def _average(means: list[float], seen: list[float], at: int, value: float, most: float) -> None:
    seen[at] = min(seen[at] + 1.0, most)
    means[at] += (value - means[at]) / seen[at]
