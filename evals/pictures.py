"""Charts as PNG pictures, drawn on white so that they read the same in a light and in a dark window."""

from typing import Any

from bot.domain.confidence import counted
from evals.metrics.reliability import Bin, Reliability

_SIDE = 440  # points; drawn at twice that many pixels
_INK, _FAINT, _ACCENT = "#1f2933", "#9aa5b1", "#2563a8"


def reliability_picture(found: Reliability) -> bytes:
    """Draw the reliability diagram: on the diagonal, the card says what people do. A PNG of about 1,000 pixels."""
    import altair as alt
    import vl_convert

    chart = alt.layer(_diagonal(alt), *_shares(alt, found.bins)).properties(
        width=_SIDE,
        height=_SIDE,
        title=alt.TitleParams(
            "Drafts approved unchanged, by the confidence on the card",
            subtitle=[_period(found), _meaning(found)],
            anchor="start",
            offset=12,
        ),
    )
    styled = chart.configure(background="white", padding=20, font="sans-serif").configure_title(
        fontSize=16, subtitleFontSize=12, color=_INK, subtitleColor=_INK
    )
    picture: bytes = vl_convert.vegalite_to_png(styled.to_dict(), scale=2)
    return picture


def _diagonal(alt: Any) -> Any:
    ends = alt.Data(values=[{"x": 0, "y": 0}, {"x": 1, "y": 1}])
    return alt.Chart(ends).mark_line(color=_FAINT, strokeDash=[5, 4]).encode(x=_shown(alt, "x"), y=_approved(alt, "y"))


def _shares(alt: Any, bins: tuple[Bin, ...]) -> list[Any]:
    """The share of each bin with its interval and, beside it, on how many decisions it rests."""
    values = [
        {"shown": each.shown, "share": each.share, "low": each.low, "high": each.high, "decisions": each.decisions}
        for each in bins
    ]
    base = alt.Chart(alt.Data(values=values)).encode(x=_shown(alt, "shown"))
    return [
        base.mark_rule(color=_ACCENT, strokeWidth=2).encode(y=_approved(alt, "low"), y2="high:Q"),
        base.mark_circle(color=_ACCENT, opacity=1, size=110).encode(y=_approved(alt, "share")),
        base.mark_text(align="left", dx=10, color=_INK, fontSize=12).encode(
            y=_approved(alt, "share"), text="decisions:Q"
        ),
    ]


def _shown(alt: Any, field: str) -> Any:
    return alt.X(f"{field}:Q", title="confidence on the card", scale=alt.Scale(domain=[0, 1]), axis=_axis(alt))


def _approved(alt: Any, field: str) -> Any:
    return alt.Y(f"{field}:Q", title="approved unchanged", scale=alt.Scale(domain=[0, 1]), axis=_axis(alt))


def _axis(alt: Any) -> Any:
    return alt.Axis(
        format="%", labelFontSize=12, titleFontSize=13, titleFontWeight="normal", gridColor="#e4e7eb",
        labelColor=_INK, titleColor=_INK, tickCount=5,
    )  # fmt: skip


def _period(found: Reliability) -> str:
    if found.since is None or found.until is None:
        return "No decisions yet"
    period = f"{found.since:%d %b %Y} to {found.until:%d %b %Y}"
    return f"{counted(found.decisions)}, {period}; numbers: decisions at each point"


def _meaning(found: Reliability) -> str:
    if not found.enough:
        return "Too few to say anything yet; lines are 95 % intervals"
    return f"Off by {found.shown.ece * 100:.1f} points on average; lines are 95 % intervals"
