"""The picture of an alert: what was counted in the last hours, beside what was to be expected."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from itertools import pairwise
from math import isfinite, sqrt
from typing import TYPE_CHECKING

from bot.domain.spike import Alert, AlertState, Count
from evals.chart import ACCENT, FAINT, INK, MARKED, Chart, Rows, readable

if TYPE_CHECKING:
    from evals.chart import Plot

_HALF = 0.98  # half of 1.96: a count's root has a standard deviation of 1/2
_BARE = 0.08  # of a count's time is left bare on both sides of its bar


def alert_chart(alert: Alert, zone: tzinfo = UTC) -> Chart:
    """Give the picture of the alert's counts, of which it has some, with times of this zone.

    The area is what chance makes of the expected counts 19 times in 20 if they come independently of each other: a
    count's square root has about the same variance wherever its mean is (Bartlett 1936). It informs; what was told is
    decided by the detector, which knows how bursty the series is.
    """
    every = _minutes(_span(alert.counts)[1])
    lines = (
        f"Counted every {every}; times in {_local(alert.since, zone).tzname() or 'UTC'}",
        "Black line: expected. Grey: what chance explains, 19 times in 20",
    )
    return Chart("alert", _title(alert), lines, alert_alt(alert, zone), partial(_plot, alert, zone))


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


def _plot(alert: Alert, zone: tzinfo) -> "Plot":
    import altair as alt

    rows = _rows(alert, zone)
    days = _span(alert.counts)[0] > timedelta(days=2)
    clock = alt.Scale(type="utc", domain=[rows[0]["at"], rows[-1]["at"]], clamp=True)
    times = alt.Axis(format="%d %b" if days else "%H:%M", tickCount=6, grid=False)
    scale = alt.Axis(format=",d", tickCount=3, tickMinStep=1)
    base = alt.Chart().encode(x=alt.X("at:T", scale=clock, axis=times))
    usual = base.encode(y=alt.Y("low:Q", axis=scale), y2="high:Q")
    bars = base.transform_filter("isValid(datum.seen)").encode(x="left:T", x2="right:T", y="seen:Q", y2=alt.datum(0))
    began = base.transform_filter("isValid(datum.began)").encode(x="since:T")
    return alt.layer(
        usual.mark_area(interpolate="step-after", color=FAINT, opacity=0.3),
        bars.mark_bar().encode(color=alt.Color("color:N", scale=None)),
        base.mark_line(interpolate="step-after", color=INK).encode(y="expected:Q"),
        began.mark_rule(color=MARKED, strokeWidth=1.5, strokeDash=[4, 3]),
        began.mark_text(color=MARKED, fontWeight="bold", dy=-9).encode(y=alt.value(0), text="began:N"),
        data=alt.InlineData(values=rows),
    ).properties(height=160)


def _rows(alert: Alert, zone: tzinfo) -> Rows:
    """A row for each count, and a last one for when they end and when the alert began.

    Times are what a clock at UTC shows when the team's shows them, so that the axis tells the team's; as the line under
    the title says, in the time that the alert began in, even where clocks change on that day.
    """
    whole, every = _span(alert.counts)
    ahead = _local(alert.since, zone).utcoffset() or timedelta()

    def clock(at: datetime) -> float:
        return 1000 * (at + ahead).timestamp()

    rows: Rows = []
    for each in alert.counts:
        row = dict(zip(("low", "high", "expected"), _usual(each), strict=True), at=clock(each.at), seen=each.seen)
        ends = {"left": clock(each.at + _BARE * every), "right": clock(each.at + (1 - _BARE) * every)}
        rows.append(row | ends | {"color": ACCENT if each.at < alert.since else MARKED})
    end = {"at": clock(alert.counts[0].at + whole), "since": clock(alert.since)}
    usual = {key: rows[-1][key] for key in ("low", "high", "expected")}
    return [*rows, usual | end | {"began": f"began {_local(alert.since, zone):%H:%M}"}]


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
