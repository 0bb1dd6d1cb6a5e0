"""How the digest's pictures are drawn, for altair; what they hold and say is in `charts`."""

from typing import TYPE_CHECKING, cast

import altair as alt

from evals.chart import FAINT, MARKED, QUIET, SOFT, WIDTH, Rows, percents

if TYPE_CHECKING:
    from evals.chart import Plot

_NAME, _FIGURE = 208, 98  # points on the left of a plot for a row's name, and on its right for what it comes to


def rates(rows: Rows) -> "Plot":
    """Each share as a dot on its interval, or that there are too few to tell it."""
    base = alt.Chart().encode(y=alt.Y("row:O", axis=None))
    known, few = base.transform_filter("datum.known"), base.transform_filter("!datum.known")
    known = known.encode(color=alt.Color("color:N", scale=None))
    share = alt.X("low:Q", scale=alt.Scale(domain=[0, 1]), axis=percents(0, 0.5, 1))
    layers = (
        known.mark_rule().encode(x=share, x2="high:Q"),
        known.mark_circle().encode(x="share:Q"),
        few.mark_text(align="left", dx=8, color=QUIET).encode(x=alt.value(0), text=alt.value("too few to tell")),
    )
    picture = alt.layer(_names(base), *layers, *_figures(base), data=alt.InlineData(values=rows))
    return picture.properties(height=26 * len(rows))


def volumes(rows: Rows, weeks: int) -> "Plot":
    """Each row's counts as columns on a scale of its own, the week reported on, 0, as the last of these weeks."""
    base = alt.Chart().encode(y=alt.value(11))
    last = base.transform_filter("datum.last")
    week = alt.X("week:O", scale=alt.Scale(domain=list(range(1 - weeks, 1))), axis=_foot())
    bars = base.mark_bar().encode(x=week, y=alt.Y("count:Q", axis=None), color=alt.Color("color:N", scale=None))
    row = alt.layer(_names(last), bars, *_figures(last), data=alt.InlineData(values=rows))
    row = row.properties(width=WIDTH - _NAME - _FIGURE, height=21)
    each_its_own = row.facet(row=alt.Row("row:O", header=None), spacing=5).resolve_scale(y="independent")
    return cast("Plot", each_its_own.resolve_axis(x="independent"))


def failures(rows: Rows) -> "Plot":
    """This week's counts beside those of the week before."""
    apart = alt.Scale(paddingInner=0.32, paddingOuter=0.16)
    base = alt.Chart().encode(y=alt.Y("row:O", axis=_foot(), scale=apart))
    each = base.encode(x=alt.X("count:Q", axis=None), yOffset=alt.YOffset("last:O", sort="descending"))
    now, before = each.transform_filter("datum.last"), each.transform_filter("!datum.last")
    layers = (
        now.mark_bar(),
        before.mark_bar(color=SOFT),
        now.mark_text(align="left", dx=6, fontWeight="bold").encode(text="figure:N"),
        before.mark_text(align="left", dx=6, color=QUIET).encode(text="figure:N"),
    )
    return alt.layer(_names(base), *layers, data=alt.InlineData(values=rows)).properties(height=19 * len(rows))


def trend(rows: Rows) -> "Plot":
    """The share of each release as a dot on its interval, the first on the left."""
    base = alt.Chart().encode(x=alt.X("n:O", axis=None, scale=alt.Scale(type="point", padding=0.5)))
    below, size = base.encode(y=alt.value("height")), 10 if len(rows) > 6 else 12
    width = 0.85 * WIDTH / len(rows)
    share = alt.Y("low:Q", scale=alt.Scale(domain=[0, 1]), axis=percents(0, 0.5, 1))
    layers = (
        base.mark_rule().encode(y=share, y2="high:Q"),
        base.mark_line().encode(y="share:Q"),
        base.mark_circle().encode(y="share:Q"),
        base.mark_text(dy=-9, fontWeight="bold").encode(y="high:Q", text="figure:N"),
        below.mark_text(dy=16, fontSize=size, limit=width).encode(text="kind:N"),
        below.mark_text(dy=30, fontSize=size, limit=width).encode(text="version:N"),
        below.mark_text(dy=44, fontSize=size, color=QUIET).encode(text="on:N"),
    )
    return alt.layer(*layers, data=alt.InlineData(values=rows)).properties(height=150)


def _names(base: alt.Chart) -> alt.Chart:
    """Each row's name on the left of the plot, cut where its column ends."""
    text = base.mark_text(align="left", fontSize=12, limit=_NAME - 8)
    placed: alt.Chart = text.encode(x=alt.value(-_NAME), text="name:N")
    return placed


def _figures(base: alt.Chart) -> tuple[alt.Chart, alt.Chart]:
    """What each row comes to, on the right of the plot."""
    right = base.encode(x=alt.value("width"), text="figure:N")
    return (
        right.transform_filter("!datum.moved").mark_text(align="right", dx=_FIGURE),
        right.transform_filter("datum.moved").mark_text(align="right", dx=_FIGURE, color=MARKED, fontWeight="bold"),
    )


def _foot() -> alt.Axis:
    """The line that bars stand on."""
    return alt.Axis(domain=True, domainColor=FAINT, labels=False, grid=False)
