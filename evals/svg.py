"""The common look of pictures: opaque and soft, so that they read the same in a light and in a dark window.

A picture is an SVG whose marks stand where we put them, in points, 1,000 pixels wide whatever it holds; a grammar of
graphics would lay out hostile names for us, but takes a second, 70 MB and a JavaScript engine. All texts are escaped.
"""

import re
import struct
import unicodedata
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

Row = Mapping[str, float]

WIDTH = 460  # points between the margins
INK, QUIET, FAINT, GRID = "#1f2933", "#5b6673", "#a3adb8", "#dfe3e8"
ACCENT, SOFT, MARKED = "#2563a8", "#a9c5e3", "#b45309"
"""Blue and a brown orange, which those who cannot tell red from green tell apart; the light blue is for the past."""

_PAPER, _MARGIN, _SCALE = "#fafaf8", 20, 2
_FONTS = "'Liberation Sans', Arial, Helvetica, sans-serif"  # the first comes with the renderer
_HEAD, _LINE = 50, 16  # points that the title and a line under it take, and each further line
_LONGEST = 120  # characters, before the width is estimated
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufff0-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e0fff]+"
)
_WIDTHS = {
    letter: width
    for letters, width in (
        ("ijl'|", 0.24), (" !,./:;I[]\\ft", 0.28), ('()-r`{}"', 0.35), ("cksvxyzJ^*", 0.5),
        ("ABEFKLPRSTVXYZ&w", 0.7), ("CDGHNOQU", 0.78), ("mMW%@", 0.95),
    )
    for letter in letters
}  # fmt: skip
_OTHER, _FOREIGN = 0.56, 0.75  # in ems, as those above: the other letters of ASCII, and all beyond it


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with what it shows in words, for those who cannot see it. `name` is that of its file."""

    name: str
    title: str
    alt: str
    svg: str

    def png(self) -> bytes:
        """Draw it, 1,000 pixels wide; it takes about a tenth of a second, so not on the event loop."""
        return drawn(self.svg)


def drawn(svg: str) -> bytes:
    """Give the picture as a PNG of 1,000 pixels."""
    import vl_convert

    return _packed(vl_convert.svg_to_png(svg, scale=_SCALE))


def sheet(title: str, subtitle: Sequence[str], height: float, marks: Sequence[str]) -> str:
    """A sheet with a title, lines under it, and marks in a space of this height below them."""
    top = _HEAD + _LINE * max(len(subtitle) - 1, 0)
    wide, high = WIDTH + 2 * _MARGIN, top + height + 2 * _MARGIN
    lines = [({"x": 0, "y": 28 + _LINE * n}, line) for n, line in enumerate(subtitle)]
    margin = f'<g transform="translate({_MARGIN} {_MARGIN})">'
    head = texts([({"x": 0, "y": 8}, title)], size=16, bold=True) + texts(lines, size=12, color=QUIET)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high:.0f}" font-family="{_FONTS}">'
        f'<rect width="{wide}" height="{high:.0f}" fill="{_PAPER}"/>{margin}{head}'
        f'<g transform="translate(0 {top})">{"".join(marks)}</g></g></svg>'
    )


def texts(
    rows: Sequence[tuple[Row, str]], *, size: int = 13, color: str = INK, align: str = "start", bold: bool = False,
    limit: float = WIDTH,
) -> str:  # fmt: skip
    """Each text with its middle line at `x` and `y`, within the limit: it is cut there, and nothing shows beyond."""
    weight = ' font-weight="bold"' if bold else ""
    look = f'font-size="{size}" fill="{color}" text-anchor="{align}"{weight}'
    before = {"start": 0.0, "middle": limit / 2, "end": limit}[align]
    return "".join(
        f'<svg x="{row["x"] - before:.1f}" y="{row["y"] - size:.1f}" width="{limit:.1f}" height="{2 * size}">'
        f'<text x="{before:.1f}" y="{1.35 * size:.1f}" {look}>{escape(_cut(readable(text), limit / size))}</text></svg>'
        for row, text in rows
    )


def bars(rows: Sequence[Row], *, color: str, opacity: float = 1.0) -> str:
    """A filled box from `x`, `y` to `x2`, `y2` for each row, whichever is lower."""
    look = f'fill="{color}" opacity="{opacity}"'
    return "".join(
        f'<rect x="{min(row["x"], row["x2"]):.1f}" y="{min(row["y"], row["y2"]):.1f}" '
        f'width="{abs(row["x2"] - row["x"]):.1f}" height="{abs(row["y2"] - row["y"]):.1f}" {look}/>'
        for row in rows
    )


def rules(rows: Sequence[Row], *, color: str, width: float = 1.0, dashed: bool = False) -> str:
    """A straight line from `x`, `y` to `x2`, `y2` for each row."""
    look = f'stroke="{color}" stroke-width="{width}"' + (' stroke-dasharray="4 3"' if dashed else "")
    return "".join(
        f'<line x1="{row["x"]:.1f}" y1="{row["y"]:.1f}" x2="{row["x2"]:.1f}" y2="{row["y2"]:.1f}" {look}/>'
        for row in rows
    )


def dots(rows: Sequence[Row], *, color: str, radius: float = 5.0) -> str:
    """A dot at `x`, `y` for each row."""
    return "".join(f'<circle cx="{row["x"]:.1f}" cy="{row["y"]:.1f}" r="{radius}" fill="{color}"/>' for row in rows)


def path(rows: Sequence[Row], *, color: str, width: float = 1.5) -> str:
    """One line through all rows in their order."""
    points = " ".join(f"{row['x']:.1f},{row['y']:.1f}" for row in rows)
    return f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="{width}"/>'


def readable(text: str) -> str:
    """Anybody's text as one line without what is invisible or turns it around; cut where it is very long."""
    shown = unicodedata.normalize("NFC", _UNSEEN.sub(" ", text[: 4 * _LONGEST]))
    line = " ".join(shown.split())
    return (line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…") or "–"


def _cut(line: str, ems: float) -> str:
    """As much of the line as fits in this width by an estimate that is rather too wide."""
    taken = 0.0
    for at, letter in enumerate(line):
        taken += _wide(letter)
        if taken > ems:
            return f"{line[: max(at - 1, 0)].rstrip()}…"
    return line


def _wide(letter: str) -> float:
    if letter < "\x7f":
        return _WIDTHS.get(letter, _OTHER)
    if unicodedata.combining(letter):
        return 0.0
    return 1.0 if unicodedata.east_asian_width(letter) in "WF" else _FOREIGN


def _packed(png: bytes) -> bytes:
    """The same picture in a third of the bytes: the renderer compresses in a hurry."""
    kept, pixels, at = [png[:8]], [], 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        if kind == b"IDAT":
            pixels.append(body)
        if kind == b"IEND":
            kept.append(_chunk(b"IDAT", zlib.compress(zlib.decompress(b"".join(pixels)), 6)))
        if kind != b"IDAT":
            kept.append(_chunk(kind, body))
        at += 12 + length
    return b"".join(kept)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
