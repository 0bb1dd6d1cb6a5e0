"""The reliability diagram as a picture: whether the confidence on the cards can be believed."""

from functools import partial
from typing import TYPE_CHECKING

from bot.domain.confidence import counted
from evals.chart import QUIET, Chart, percents
from evals.metrics.reliability import Reliability

if TYPE_CHECKING:
    from evals.chart import Plot


def reliability_chart(found: Reliability) -> Chart:
    """Give the reliability diagram: on the diagonal, the card says what people do."""
    title, lines = "Drafts approved unchanged, by the confidence on the card", (_period(found), _meaning(found))
    return Chart("reliability", title, lines, ". ".join(lines), partial(_plot, found))


def _plot(found: Reliability) -> "Plot":
    import altair as alt

    rows = [
        {"shown": each.shown, "share": each.share, "low": each.low, "high": each.high, "of": f"{each.decisions:,}"}
        for each in found.bins
    ]
    scale, axis = alt.Scale(domain=[0, 1]), percents(0, 0.25, 0.5, 0.75, 1)
    x = alt.X("shown:Q", title="confidence on the card", scale=scale, axis=axis)
    y = alt.Y("low:Q", title="approved unchanged", scale=scale, axis=axis)
    diagonal = alt.Chart(alt.InlineData(values=[{"both": 0}, {"both": 1}])).mark_line(color=QUIET)
    points = alt.Chart(alt.InlineData(values=rows)).encode(x=x)
    return alt.layer(
        points.mark_rule().encode(y=y, y2="high:Q"),
        diagonal.encode(x="both:Q", y="both:Q"),
        points.mark_circle().encode(y="share:Q"),
        points.mark_text(align="left", dx=10).encode(y="share:Q", text="of:N"),
    ).properties(height=360)


def _period(found: Reliability) -> str:
    if found.since is None or found.until is None:
        return "No decisions yet"
    period = f"{found.since:%d %b %Y} to {found.until:%d %b %Y}"
    return f"{counted(found.decisions)}, {period}; numbers: decisions at each point"


def _meaning(found: Reliability) -> str:
    if not found.enough:
        return "Too few to say anything yet; lines are 95 % intervals"
    return f"Off by {found.shown.ece * 100:.1f} points on average; lines are 95 % intervals"
