"""The common look of pictures: opaque and soft, so that they read the same in a light and in a dark window."""

import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

    Plot = alt.LayerChart | alt.FacetChart

Rows = list[dict[str, Any]]
"""What marks are drawn from. Names stand here and in titles alone, never in what Vega reads as an expression."""

INK, QUIET, FAINT, GRID = "#1f2933", "#5b6673", "#a3adb8", "#dfe3e8"
ACCENT, SOFT, MARKED = "#2563a8", "#a9c5e3", "#b45309"
"""Blue and a brown orange, which those who cannot tell red from green tell apart; the light blue is for the past."""
WIDTH = 460  # points between the margins

_MARGIN, _SCALE = 20, 2
_LOOK = {
    "background": "#fafaf8",
    "padding": _MARGIN,
    "font": "Liberation Sans, Arial, Helvetica, sans-serif",  # the first comes with the renderer
    "view": {"stroke": None},
    "title": {
        "anchor": "start", "frame": "bounds", "limit": WIDTH, "offset": 16,
        "fontSize": 16, "color": INK, "subtitleFontSize": 12, "subtitleColor": QUIET, "subtitlePadding": 6,
    },
    "axis": {
        "domain": False, "ticks": False, "gridColor": GRID, "labelPadding": 6, "labelFlush": False, "labelFontSize": 12,
        "labelColor": QUIET, "title": None, "titleFontSize": 12, "titleColor": QUIET, "titleFontWeight": "normal",
    },
    "text": {"fontSize": 13, "color": INK, "limit": WIDTH},
    "circle": {"size": 80, "opacity": 1, "color": ACCENT},
    "rule": {"strokeWidth": 3, "color": ACCENT},
    "line": {"strokeWidth": 1.5, "color": ACCENT},
    "bar": {"color": ACCENT},
}  # fmt: skip
_DRAW = (
    "import sys, vl_convert; spec = sys.stdin.read(); "
    f"sys.stdout.buffer.write(vl_convert.vegalite_to_png(spec, scale={_SCALE}, allowed_base_urls=[]))"
)
_PATIENCE = 60  # seconds
_LONGEST = 120  # characters; a mark cuts what is wider than its place
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufff0-\ufffb\ufffe\uffff"
    "\U00010000-\U0010ffff]+"
)
"""What is invisible, or turns a line around; and all beyond 16 bits: Vega cuts them in the middle, and fails."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with what it shows in words, for those who cannot see it. `name` is that of its file.

    `lines` stand under its title. `plot` describes its marks when it is drawn: importing altair takes half a second.
    """

    name: str
    title: str
    lines: Sequence[str]
    alt: str
    plot: "Callable[[], Plot]"

    @property
    def spec(self) -> dict[str, Any]:
        """The whole picture for Vega-Lite."""
        plot = self.plot().to_dict()
        title = {"text": readable(self.title), "subtitle": list(self.lines)}
        fit = (
            {}
            if "facet" in plot
            else {"width": WIDTH + 2 * _MARGIN, "autosize": {"type": "fit-x", "contains": "padding"}}
        )
        return {**plot, **fit, "title": title, "config": _LOOK}

    def png(self) -> bytes:
        """Draw it, 1,000 pixels wide; it takes a second or two, so not on the event loop."""
        return drawn(self.spec)


def drawn(spec: Mapping[str, Any]) -> bytes:
    """Give the picture as a PNG of two pixels a point; nothing is read from any address.

    V8 holds the interpreter for as long as it draws, about a second, and then keeps 70 MB: it gets its own process.
    """
    return _drawn(json.dumps(spec))


@lru_cache(maxsize=8)  # about a megabyte: a digest's pictures go to the room and to each address
def _drawn(spec: str) -> bytes:
    draw = [sys.executable, "-c", _DRAW]
    done = subprocess.run(draw, input=spec.encode(), stdout=subprocess.PIPE, check=True, timeout=_PATIENCE)  # noqa: S603
    return done.stdout


def percents(*ticks: float) -> "alt.Axis":
    """An axis of shares with lines at these."""
    import altair as alt

    return alt.Axis(values=ticks, labelExpr="round(100 * datum.value) + ' %'")


def readable(text: str) -> str:
    """Anybody's text as one line without what cannot be shown or turns it around; cut where it is very long."""
    shown = unicodedata.normalize("NFC", _UNSEEN.sub(" ", text[: 4 * _LONGEST]))
    line = " ".join(shown.split())
    return (line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…") or "–"
