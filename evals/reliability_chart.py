"""The reliability diagram as a picture: whether the confidence on the cards can be believed."""

from bot.domain.confidence import counted
from bot.domain.text.phrases import percent
from evals.metrics.reliability import Bin, Reliability
from evals.svg import ACCENT, GRID, QUIET, WIDTH, Row, dots, drawn, path, rules, sheet, texts

_LEFT, _SIDE = 50, 380  # points: where the square begins, and how long its sides are
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def reliability_picture(found: Reliability) -> bytes:
    """Draw the reliability diagram: on the diagonal, the card says what people do. A PNG of 1,000 pixels."""
    points = [(_at(each.shown, each.share), each) for each in found.bins]
    marks = [
        *_axes(),
        path([_at(0, 0), _at(1, 1)], color=QUIET),
        rules([_line(each) for each in found.bins], color=ACCENT, width=3),
        dots([point for point, _ in points], color=ACCENT),
        texts([({**point, "x": point["x"] + 10}, f"{each.decisions:,}") for point, each in points]),
    ]
    title = "Drafts approved unchanged, by the confidence on the card"
    return drawn(sheet(title, [_period(found), _meaning(found)], _SIDE + 42, marks))


def _at(shown: float, share: float) -> Row:
    return {"x": _LEFT + _SIDE * shown, "y": _SIDE * (1 - share)}


def _line(each: Bin) -> Row:
    low, high = _at(each.shown, each.low), _at(each.shown, each.high)
    return {**low, "x2": high["x"], "y2": high["y"]}


def _axes() -> list[str]:
    right, top = _LEFT + _SIDE, 0
    across = [{"x": _LEFT, "y": _at(0, each)["y"], "x2": right, "y2": _at(0, each)["y"]} for each in _TICKS]
    up = [{"x": _at(each, 0)["x"], "y": top, "x2": _at(each, 0)["x"], "y2": _SIDE} for each in _TICKS]
    beside = [({"x": _LEFT - 8, "y": _at(0, each)["y"]}, percent(each)) for each in _TICKS[::2]]
    below = [({"x": _at(each, 0)["x"], "y": _SIDE + 14}, percent(each)) for each in _TICKS[::2]]
    return [
        rules([*across, *up], color=GRID),
        texts(beside, size=12, color=QUIET, align="end"),
        texts(below, size=12, color=QUIET, align="middle", limit=60),
        texts([({"x": _LEFT + 6, "y": 12}, "approved unchanged")], size=12, color=QUIET),
        texts([({"x": _LEFT + _SIDE / 2, "y": _SIDE + 34}, "confidence on the card")], size=12, color=QUIET,
              align="middle", limit=WIDTH / 2),
    ]  # fmt: skip


def _period(found: Reliability) -> str:
    if found.since is None or found.until is None:
        return "No decisions yet"
    period = f"{found.since:%d %b %Y} to {found.until:%d %b %Y}"
    return f"{counted(found.decisions)}, {period}; numbers: decisions at each point"


def _meaning(found: Reliability) -> str:
    if not found.enough:
        return "Too few to say anything yet; lines are 95 % intervals"
    return f"Off by {found.shown.ece * 100:.1f} points on average; lines are 95 % intervals"
