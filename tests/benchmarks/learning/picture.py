"""The curve as a picture: what share of the held-out questions is answered rightly, week by week."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.benchmarks.learning.found import Share
from tests.benchmarks.learning.weeks import Condition

_WIDTH, _HEIGHT = 332, 250  # points; with margins 500 wide, drawn at twice that many pixels
_INK, _GRID = "#1f2933", "#e4e7eb"
_LABELS = {
    Condition.GATED: ("gate on", "#2563a8"),
    Condition.UNGATED: ("gate off", "#b45309"),
    Condition.OFF: ("loop off", "#6b7280"),
}
_APART = 0.07  # of the scale: a label's height


def learning_picture(curves: Mapping[Condition, Sequence[Share]], subtitle: Sequence[str]) -> bytes:
    """Draw the share of held-out questions answered rightly under each condition, with 95 % intervals. A PNG."""
    import altair as alt
    import vl_convert

    chart = alt.layer(_bands(alt, curves), _lines(alt, curves), *_names(alt, curves)).properties(
        width=_WIDTH,
        height=_HEIGHT,
        title=alt.TitleParams(
            "Questions answered correctly, with a source", subtitle=list(subtitle), anchor="start", offset=12
        ),
    )
    styled = (
        chart.configure(background="white", padding=16, font="sans-serif")
        .configure_title(fontSize=16, subtitleFontSize=11, color=_INK, subtitleColor=_INK, subtitlePadding=5)
        .configure_view(stroke=None)
    )
    picture: bytes = vl_convert.vegalite_to_png(styled.to_dict(), scale=2)
    return picture


def _rows(curves: Mapping[Condition, Sequence[Share]]) -> list[dict[str, Any]]:
    return [
        {"week": week, "share": share.value, "low": share.low, "high": share.high, "name": condition.value}
        for condition, shares in curves.items()
        for week, share in enumerate(shares)
    ]


def _bands(alt: Any, curves: Mapping[Condition, Sequence[Share]]) -> Any:
    base = alt.Chart(alt.Data(values=_rows(curves)))
    y = alt.Y("low:Q", title=None, scale=alt.Scale(domain=[0, 1]))
    return base.mark_area(opacity=0.13).encode(x=_week(alt, curves), y=y, y2="high:Q", color=_color(alt))


def _lines(alt: Any, curves: Mapping[Condition, Sequence[Share]]) -> Any:
    base = alt.Chart(alt.Data(values=_rows(curves)))
    line = base.mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=45, opacity=1))
    return line.encode(x=_week(alt, curves), y=_share(alt), color=_color(alt))


def _names(alt: Any, curves: Mapping[Condition, Sequence[Share]]) -> list[Any]:
    """Each curve's name and last value at its end, moved apart where curves end close together."""
    ends = sorted((shares[-1].value, condition) for condition, shares in curves.items())
    placed = {condition: at for (_, condition), at in zip(ends, _apart([end for end, _ in ends]), strict=True)}
    layers = []
    for condition, shares in curves.items():
        name, color = _LABELS[condition]
        values = [{"week": len(shares) - 1, "share": placed[condition], "label": f"{shares[-1].value:.0%} {name}"}]
        text = alt.Chart(alt.Data(values=values)).mark_text(
            align="left", dx=10, fontSize=14, fontWeight="bold", color=color
        )
        layers.append(text.encode(x=_week(alt, curves), y=_share(alt), text="label:N"))
    return layers


def _apart(ends: Sequence[float]) -> list[float]:
    """The heights, lowest first, each at least a label above the one before."""
    placed: list[float] = []
    for end in ends:
        placed.append(max(end, placed[-1] + _APART) if placed else end)
    return placed


def _color(alt: Any) -> Any:
    domain, colors = zip(*((condition.value, color) for condition, (_, color) in _LABELS.items()), strict=True)
    return alt.Color("name:N", scale=alt.Scale(domain=list(domain), range=list(colors)), legend=None)


def _week(alt: Any, curves: Mapping[Condition, Sequence[Share]]) -> Any:
    last = max(len(shares) for shares in curves.values()) - 1
    axis = _axis(alt, values=list(range(last + 1)), labelExpr="datum.value == 0 ? 'start' : datum.value")
    return alt.X("week:Q", title="end of week", scale=alt.Scale(domain=[0, last]), axis=axis)


def _share(alt: Any) -> Any:
    return alt.Y("share:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=_axis(alt, format="%", tickCount=5))


def _axis(alt: Any, **more: Any) -> Any:
    return alt.Axis(
        labelFontSize=12,
        labelFlush=False,
        gridColor=_GRID,
        labelColor=_INK,
        titleColor=_INK,
        titleFontWeight="normal",
        titleFontSize=12,
        domain=False,
        ticks=False,
        labelPadding=6,
        **more,
    )
