"""The picture of an alert: what was counted in the last hours, beside what was to be expected."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from math import ceil, isfinite, sqrt

from bot.domain.spike import Alert, AlertState, Count
from evals.svg import (
    ACCENT,
    FAINT,
    GRID,
    INK,
    MARKED,
    QUIET,
    WIDTH,
    bars,
    drawn,
    path,
    readable,
    rules,
    sheet,
    texts,
)

_HEIGHT = 160  # points
_LEFT = 30  # points for the scale's figures
_TOP = 1.18  # times the highest of all, so that words fit over it
_HALF = 0.98  # half of 1.96: a count's root has a standard deviation of 1/2
_STEPS = (5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440)  # minutes between times of day
_TICKS = 6
_LINES = 4
_APART = 70  # points that a word at a line takes


def alert_chart(alert: Alert, zone: tzinfo = UTC) -> bytes:
    """Draw the alert's counts as a PNG, 1,000 pixels wide, with times of this zone; nothing while it has none.

    The area is what chance makes of the expected counts 19 times in 20 if they come independently of each other: a
    count's square root has about the same variance wherever its mean is (Bartlett 1936). It informs; what was told is
    decided by the detector, which knows how bursty the series is.
    """
    if not alert.counts:
        return b""
    title, every = _title(alert), _span(alert.counts)[1]
    subtitle = f"Counted every {_minutes(every)}; times in {_local(alert.since, zone).tzname() or 'UTC'}"
    usual = "Black line: expected. Grey: what chance explains, 19 times in 20"
    return drawn(sheet(title, [subtitle, usual], _HEIGHT + 24, _layers(alert, zone)))


def alert_alt(alert: Alert, zone: tzinfo = UTC) -> str:
    """Say what the picture shows, for those who cannot see it."""
    began = f"{_local(alert.since, zone):%d %b %H:%M %Z}"
    counted = f" in {alert.minutes} minutes" if alert.minutes else ""
    over = " It is over." if alert.state is AlertState.RESOLVED else ""
    said = f"{_title(alert)} since {began}: {alert.seen:,}{counted}, where {alert.expected:,.3g} were expected."
    if not alert.counts:
        return said + over
    highest = max(alert.counts, key=lambda each: each.seen)
    at = f"{_local(highest.at, zone):%H:%M}"
    every, expected = _minutes(_span(alert.counts)[1]), f"{_usual(highest)[2]:,.3g}"
    return f"{said} The highest count of {every} is {highest.seen:,} at {at}, beside {expected} expected.{over}"


def _layers(alert: Alert, zone: tzinfo) -> list[str]:
    counts, (whole, every) = alert.counts, _span(alert.counts)
    high = _TOP * max(max(max(each.seen, _usual(each)[1]) for each in counts), 1)

    def across(at: datetime) -> float:
        return _LEFT + (WIDTH - _LEFT) * (at - counts[0].at) / whole

    def up(count: float) -> float:
        return _HEIGHT * (1 - count / high)

    def box(each: Count, low: float, top: float, gap: float) -> dict[str, float]:
        left, right = across(each.at), across(each.at + every)
        gap = min(gap, (right - left) / 6)
        return {"x": left + gap, "x2": min(right, WIDTH) - gap, "y": up(low), "y2": up(top)}

    began = min(max(across(alert.since), _LEFT), float(WIDTH))
    line = [{"x": x, "y": up(_usual(each)[2])} for each in counts for x in (across(each.at), across(each.at + every))]
    return [
        *_scale(high, up),
        bars([box(each, *_usual(each)[:2], gap=0) for each in counts], color=FAINT, opacity=0.3),
        bars([box(each, 0, each.seen, gap=1) for each in counts if each.at < alert.since], color=ACCENT),
        bars([box(each, 0, each.seen, gap=1) for each in counts if each.at >= alert.since], color=MARKED),
        path(line, color=INK, width=1.5),
        rules([{"x": began, "y": 0, "x2": began, "y2": _HEIGHT}], color=MARKED, width=1.5, dashed=True),
        _began(began, f"began {_local(alert.since, zone):%H:%M}"),
        _times(counts[0].at, counts[0].at + whole, across, zone),
    ]


def _scale(high: float, up: Callable[[float], float]) -> list[str]:
    """Lines at round counts from 0 on, with their figures."""
    step = _round(high / _TOP)
    counts = [step * n for n in range(int(high / _TOP / step) + 1)]
    lines = [{"x": _LEFT, "y": up(each), "x2": WIDTH, "y2": up(each)} for each in counts]
    figures = [({"x": _LEFT - 6, "y": up(each)}, f"{each:,}") for each in counts]
    return [rules(lines, color=GRID), texts(figures, size=12, color=QUIET, align="end")]


def _round(most: float) -> int:
    """The smallest of 1, 2, 5 times a power of ten that goes into this at most four times."""
    sizes = (each * 10**power for power in range(19) for each in (1, 2, 5))
    return next((each for each in sizes if most / each <= _LINES), 10**19)


def _began(x: float, said: str) -> str:
    """The word at the line of the beginning, on the side where there is room."""
    left = x > _LEFT + _APART
    row = ({"x": x - 5 if left else x + 5, "y": 6}, said)
    return texts([row], color=MARKED, bold=True, align="end" if left else "start")


def _times(first: datetime, last: datetime, across: Callable[[datetime], float], zone: tzinfo) -> str:
    """Round times of day under the bars."""
    minutes = (last - first) / timedelta(minutes=1)
    step = next((each for each in _STEPS if minutes / each <= _TICKS), _STEPS[-1] * ceil(minutes / _STEPS[-1] / _TICKS))
    local = _local(first, zone)
    past = (local.hour * 60 + local.minute) % step
    begin = first + timedelta(minutes=(step - past) % step, seconds=-local.second)
    marks = [begin + timedelta(minutes=step * n) for n in range(int(minutes // step) + 1)]
    shown = [at for at in marks if first <= at <= last]
    written = "%d %b" if step >= _STEPS[-1] else "%H:%M"
    words = [({"x": min(across(at), WIDTH - 16), "y": _HEIGHT + 14}, f"{_local(at, zone):{written}}") for at in shown]
    return texts(words, size=12, color=QUIET, align="middle")


def _span(counts: Sequence[Count]) -> tuple[timedelta, timedelta]:
    """How long the counts reach, and how long each of them counted."""
    spans = sorted(later.at - each.at for each, later in pairwise(counts) if later.at > each.at)
    every = spans[len(spans) // 2] if spans else timedelta(minutes=5)
    return max(counts[-1].at - counts[0].at, timedelta()) + every, every


def _usual(each: Count) -> tuple[float, float, float]:
    """From where to where a count like this usually is, and what is expected."""
    expected = max(each.expected, 0.0) if isfinite(each.expected) else 0.0
    root = sqrt(expected)
    return max(root - _HALF, 0.0) ** 2, (root + _HALF) ** 2, expected


def _title(alert: Alert) -> str:
    name = readable(alert.series[0].title if alert.series else "conversations")
    return f"{name[:1].upper()}{name[1:]}"


def _minutes(span: timedelta) -> str:
    minutes = max(round(span / timedelta(minutes=1)), 1)
    hours = minutes / 60
    return f"{minutes} minutes" if minutes % 60 else ("hour" if hours == 1 else f"{hours:.0f} hours")


def _local(at: datetime, zone: tzinfo) -> datetime:
    return at.astimezone(zone)
