"""Figures in words: with their unit, their interval and their n, or that there are too few."""

from collections.abc import Mapping
from functools import partial
from math import isfinite
from typing import Any

from evals.measuring import Figure, Measured
from evals.metric import Better, Metric, Unit
from evals.statistics import Difference, Estimate

WITHIN = "within noise"
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_VERDICT = {Better.HIGHER: ("better", "worse"), Better.LOWER: ("worse", "better"), Better.NEITHER: ("more", "less")}


def amount(unit: Unit, value: float) -> str:
    """A value in its unit, to two or three figures."""
    if not isfinite(value):
        return "∞"
    if unit is Unit.SHARE:
        return f"{value:.1%}".replace("%", " %") if 0 < value < 0.0995 else f"{value:.0%}".replace("%", " %")
    if unit is Unit.SECONDS:
        return _time(value)
    if unit is Unit.MONEY:
        return f"{value:.3g}" if value < 100 else f"{value:,.0f}"
    return f"{value:,.0f}"


def _time(seconds: float) -> str:
    for size, name, least in ((_DAY, "d", 2 * _DAY), (_HOUR, "h", _HOUR), (_MINUTE, "min", _MINUTE)):
        if seconds >= least:
            return f"{_two(seconds / size)} {name}"
    return f"{_two(seconds)} s"


def _two(number: float) -> str:
    """The number to two figures, as exactly as times are ever known; whole from 10 on."""
    return f"{number:,.0f}" if number >= 9.95 else f"{number:.2g}"


def figure(metric: Metric, found: Figure) -> str:
    """The figure with its interval; in words where it cannot be told."""
    if found.told is None:
        return "too few" if found.n else "none"
    if found.told.value is None:
        return f"not known yet: {found.going_on} of {found.n} go on"
    return _with_interval(*(amount(metric.unit, each) for each in (found.told.value, found.told.low, found.told.high)))


def _with_interval(value: str, low: str, high: str) -> str:
    """The value with both ends, which have no unit where it is the value's: "78 % (61–89)"."""
    number, _, name = value.rpartition(" ")
    if number and low.endswith(f" {name}") and high.endswith(f" {name}"):
        return f"{value} ({low.removesuffix(f' {name}')}–{high.removesuffix(f' {name}')})"
    return f"{value} ({_joined(low, high)})"


def _joined(low: str, high: str) -> str:
    """Both ends, the unit once where they share it."""
    number, _, name = high.rpartition(" ")
    shared = bool(number) and low.endswith(f" {name}")
    return f"{low.removesuffix(f' {name}') if shared else low}–{high}"


def change(found: Measured) -> str:
    """What changed against the period before; that it is within noise where it is."""
    if found.change is None:
        return "" if found.before.told is None else "not known"
    return step(found.metric, found.change) if found.change.beyond_noise else WITHIN


def step(metric: Metric, by: Difference) -> str:
    """The size of a change with its interval, and which way it went: "better by 6 points (2–10)"."""
    up, down = _VERDICT[metric.better]
    size, low, high = (by.value, by.low, by.high) if by.value > 0 else (-by.value, -by.high, -by.low)
    if metric.unit is Unit.SHARE:
        return f"{up if by.value > 0 else down} by {points(size)} ({number(low)}–{number(high)})"
    said = partial(amount, metric.unit)
    return f"{up if by.value > 0 else down} by {said(size)} ({_joined(said(low), said(high))})"


def points(share: float) -> str:
    """A difference of shares: "6 points"."""
    shown = number(share)
    return f"{shown} {'point' if shown in ('1', '-1', '−1') else 'points'}"


def number(share: float) -> str:
    """How many points, without the word; a small one with its tenth."""
    shown = f"{share * 100:.0f}" if abs(share) >= 0.0095 else f"{share * 100:.1f}"
    return shown.replace("-", "−")


def direction(metric: Metric) -> str:
    return {Better.HIGHER: "↑", Better.LOWER: "↓", Better.NEITHER: ""}[metric.better]


def flat(found: Measured) -> Mapping[str, Any]:
    """The figure as plain values for machines; what is not known or has no bound is None."""
    metric = found.metric
    return {
        "metric": metric.name, "title": metric.title, "group": found.group, "kind": found.kind,
        "unit": metric.unit.value, "better": metric.better.value, "statistic": metric.statistic.value,
        "since": found.period.since.isoformat(), "until": found.period.until.isoformat(),
        **_plain("", found.now), **_plain("before_", found.before),
        "change": found.change.value if found.change else None,
        "change_low": found.change.low if found.change else None,
        "change_high": found.change.high if found.change else None,
        "beyond_noise": found.change.beyond_noise if found.change else None,
        "least": metric.least, "numerator": metric.numerator, "denominator": metric.denominator,
        "source": metric.source,
    }  # fmt: skip


def _plain(prefix: str, found: Figure) -> Mapping[str, Any]:
    told = found.told or Estimate(None, float("nan"), float("nan"))
    values = {"value": told.value, "low": told.low, "high": told.high, "nine_in_ten": told.tail}
    plain = {name: value if value is not None and isfinite(value) else None for name, value in values.items()}
    return {f"{prefix}{name}": value for name, value in {"n": found.n, "going_on": found.going_on, **plain}.items()}
