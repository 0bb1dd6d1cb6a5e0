"""The curve as a picture: what share of the held-out questions is answered rightly, week by week."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from evals.chart import ACCENT, MARKED, QUIET, Chart, Rows, percents
from tests.benchmarks.learning.found import Share
from tests.benchmarks.learning.weeks import Condition

if TYPE_CHECKING:
    from evals.chart import Plot

_HEIGHT = 250  # points
_LABELS = {
    Condition.GATED: ("gate on", ACCENT),
    Condition.UNGATED: ("gate off", MARKED),
    Condition.OFF: ("loop off", QUIET),
}
_APART = 0.07  # of the scale: a label's height


def learning_picture(curves: Mapping[Condition, Sequence[Share]], subtitle: Sequence[str]) -> bytes:
    """Draw the share of held-out questions answered rightly under each condition, with 95 % intervals. A PNG."""
    title = "Questions answered correctly, with a source"
    return Chart("learning", title, subtitle, ". ".join(subtitle), partial(_plot, curves)).png()


def _plot(curves: Mapping[Condition, Sequence[Share]]) -> "Plot":
    import altair as alt

    last = max(len(shares) for shares in curves.values()) - 1
    weeks = alt.Axis(values=list(range(last + 1)), labelExpr="datum.value == 0 ? 'start' : datum.value")
    scale = alt.Scale(domain=[0, 1])
    week = alt.X("week:Q", title="end of week", scale=alt.Scale(domain=[0, last]), axis=weeks)
    base = alt.Chart().encode(x=week, color=alt.Color("color:N", scale=None))
    curve = base.transform_filter("!datum.label")
    share = alt.Y("low:Q", scale=scale, axis=percents(0, 0.2, 0.4, 0.6, 0.8, 1))
    ends = base.transform_filter("datum.label")
    return alt.layer(
        curve.mark_area(opacity=0.13).encode(y=share, y2="high:Q"),
        curve.mark_line(strokeWidth=2.5).encode(y="share:Q"),
        curve.mark_circle(size=45).encode(y="share:Q"),
        ends.mark_text(align="left", dx=10, fontSize=14, fontWeight="bold").encode(y="share:Q", text="label:N"),
        data=alt.InlineData(values=[*_rows(curves), *_ends(curves)]),
    ).properties(height=_HEIGHT)


def _rows(curves: Mapping[Condition, Sequence[Share]]) -> Rows:
    return [
        {"week": week, "share": share.value, "low": share.low, "high": share.high, "color": _LABELS[condition][1]}
        for condition, shares in curves.items()
        for week, share in enumerate(shares)
    ]


def _ends(curves: Mapping[Condition, Sequence[Share]]) -> Rows:
    """Each curve's name and last value at its end, moved apart where curves end close together."""
    ends = sorted((shares[-1].value, condition) for condition, shares in curves.items())
    rows: Rows = []
    for end, condition in ends:
        name, color = _LABELS[condition]
        placed = max(end, rows[-1]["share"] + _APART) if rows else end
        week = len(curves[condition]) - 1
        rows.append({"week": week, "share": placed, "label": f"{end:.0%} {name}", "color": color})
    return rows
