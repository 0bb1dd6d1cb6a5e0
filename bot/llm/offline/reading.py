"""Reads a passage's Markdown into the units that a draft can quote: sentences, steps, list items and table rows."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.text.plain import DIVIDER, cells, is_row, plain
from bot.domain.text.wording import sentences

_STEP = re.compile(r"^(\s*)(\d{1,3}[.)])\s+(.*)$")
_BULLET = re.compile(r"^(\s*)([-*+•])\s+(.*)$")
_SHORT_KEY = 3  # characters up to which a first cell is said with its column's name: "Zone B"
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s")
_RULE = re.compile(r"^\s*(?:[-*_]\s*){3,}$|^\s*={3,}\s*$")
_CONDITION = re.compile(
    r"^(?:if|when|without|with a|after|once|für|wenn|bei|ohne)\b"
    r"|\b(?:except|unless|only|however|but|otherwise|provided|not\s+(?:cover|include|appl|refund|possible|valid)\w*"
    r"|exclud\w*|must(?:\s+not)?|cannot|never|applies\s+(?:only|to)|does\s+not|do\s+not|no\s+longer|instead|before\s+that"
    r"|nur|außer|sofern|jedoch|aber|nicht)\b",
    re.I,
)
_LEANING = re.compile(
    r"^(?:we then|it|its|this|that|these|those|they|both|then|however|but|otherwise|before that|in that case|also"
    r"|instead|es|dies\w*|jedoch|aber|sonst|dann)\b(?!\s+(?:is|takes|costs)\s+(?:possible|not possible)\b)",
    re.I,
)


class Kind(StrEnum):
    SENTENCE = "sentence"
    STEP = "step"
    ITEM = "item"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Unit:
    """A quotable piece. `text` is without Markdown, `quote` the exact source; units of one `block` stand together.

    `heading` is the nearest one above it inside the passage, `under` the line that leads to it ("For members:").
    """

    text: str
    quote: str
    kind: Kind
    block: int
    mark: str = ""
    heading: str = ""
    under: str = ""
    depth: int = 0  # columns by which a list item is indented
    cells: tuple[tuple[str, str], ...] = ()  # a row's, each with the name of its column

    @property
    def is_condition(self) -> bool:
        """Tell whether it limits what stands beside it ("unless", "only", "does not apply")."""
        return _CONDITION.search(self.text) is not None

    @property
    def leans_back(self) -> bool:
        """Tell whether it is not understood without what stands before it ("This is ...", "However, ...")."""
        return _LEANING.search(self.text) is not None

    @property
    def leads_in(self) -> bool:
        return self.text.endswith(":")


def units(text: str) -> list[Unit]:
    """Read the units in order. Headings, rules, comments and images are none."""
    lines = _uncommented(text).split("\n")
    found: list[Unit] = []
    block = 0
    at = 0
    heading = ""
    while at < len(lines):
        if _HEADING.match(lines[at]):
            heading = plain(lines[at].strip().strip("#").strip())
        reader = _reader(lines, at)
        taken, more = reader(lines, at, block)
        found.extend(replace(unit, heading=heading) for unit in more if unit.text)
        block += bool(more)
        at += taken
    return _led(found)


def _led(found: Sequence[Unit]) -> list[Unit]:
    """Tell each unit of a list or table which line leads to it: the item it is nested below, or the line before."""
    led: list[Unit] = []
    leads: list[Unit] = []  # the open ones, outermost first
    for unit in found:
        listed = unit.kind is not Kind.SENTENCE
        while leads and not (listed and leads[-1].heading == unit.heading and _inside(unit, leads[-1])):
            leads.pop()
        led.append(replace(unit, under=leads[-1].text) if leads else unit)
        if unit.leads_in:
            leads.append(unit)
    return led


def _inside(unit: Unit, lead: Unit) -> bool:
    """Tell whether a unit stands below a line that leads in: deeper in its list, or in the block after it."""
    return (
        unit.depth > lead.depth
        if unit.block == lead.block
        else lead.kind is Kind.SENTENCE and unit.block == lead.block + 1
    )


def _uncommented(text: str) -> str:
    """The text without its closed comments; its lines stay apart where a comment has several."""
    kept: list[str] = []
    at = 0
    while (begins := text.find("<!--", at)) >= 0 and (ends := text.find("-->", begins + 4)) >= 0:
        kept += [text[at:begins], "\n" * text.count("\n", begins, ends)]
        at = ends + 3
    return "".join([*kept, text[at:]])


_Reader = Callable[[list[str], int, int], tuple[int, list[Unit]]]


def _reader(lines: list[str], at: int) -> _Reader:
    line = lines[at]
    if not line.strip() or _HEADING.match(line) or _RULE.match(line):
        return _nothing
    if is_row(lines, at):
        return _table
    if line.lstrip().startswith("```"):
        return _code
    return _list if _STEP.match(line) or _BULLET.match(line) else _paragraph


def _nothing(lines: list[str], at: int, block: int) -> tuple[int, list[Unit]]:
    return 1, []


def _code(lines: list[str], at: int, block: int) -> tuple[int, list[Unit]]:
    end = at + 1
    while end < len(lines) and not lines[end].lstrip().startswith("```"):
        end += 1
    inside = "\n".join(lines[at + 1 : end])
    return end - at + 1, [Unit(inside.strip(), inside.strip(), Kind.SENTENCE, block)]


def _table(lines: list[str], at: int, block: int) -> tuple[int, list[Unit]]:
    end = at
    while end < len(lines) and "|" in lines[end]:
        end += 1
    rows = lines[at:end]
    headed = len(rows) > 1 and DIVIDER.match(rows[1])
    header = cells(rows[0]) if headed else []
    body = rows[2:] if headed else rows
    found: list[Unit] = []
    for line in body:
        named = tuple(zip([*header, *[""] * len(cells(line))], cells(line), strict=False))
        told = (*named[:1], *(cell for cell in named[1:] if cell[1]))
        if not DIVIDER.match(line) and any(cell for _, cell in told):
            found.append(Unit(row(told), line.strip(), Kind.ROW, block, cells=told))
    return end - at, found


def row(told: Sequence[tuple[str, str]]) -> str:
    """Say a row with its column names: "Zone B – Standard fee: 6.90 EUR; Delivery time: 2 to 4 working days".

    Where a cell is a sentence, so is the row: "Code E03: The bean container is empty. Fill in beans."
    """
    (name, key), *rest = told
    first = f"{name} {key}" if name and len(key) <= _SHORT_KEY else key
    if any(cell.endswith((".", "!", "?")) for _, cell in rest):
        said = " ".join(cell if cell.endswith((".", "!", "?")) else f"{name}: {cell}." for name, cell in rest)
        return f"{first}: {said}" if first else said
    said = "; ".join(f"{name}: {cell}" if name else cell for name, cell in rest)
    return f"{first} – {said}" if first and said else first or said


def _list(lines: list[str], at: int, block: int) -> tuple[int, list[Unit]]:
    found: list[Unit] = []
    end = at
    while end < len(lines):
        match = _STEP.match(lines[end]) or _BULLET.match(lines[end])
        if not match:
            break
        start, end = end, end + 1
        while (
            end < len(lines)
            and lines[end].startswith((" ", "\t"))
            and lines[end].strip()
            and not (_STEP.match(lines[end]) or _BULLET.match(lines[end]))
        ):
            end += 1
        step = _STEP.match(lines[start]) is not None
        quote = "\n".join([match.group(3), *lines[start + 1 : end]]).strip()
        mark = match.group(2) if step else "-"
        kind = Kind.STEP if step else Kind.ITEM
        found.append(Unit(plain(quote), quote, kind, block, mark, depth=len(match.group(1).expandtabs(4))))
        while end + 1 < len(lines) and not lines[end].strip() and _STEP.match(lines[end + 1]) and step:
            end += 1
    return end - at, found


def _paragraph(lines: list[str], at: int, block: int) -> tuple[int, list[Unit]]:
    end = at + 1
    while end < len(lines) and _reader(lines, end) is _paragraph:
        end += 1
    if end < len(lines) and _RULE.match(lines[end]) and "=" in lines[end]:
        return end - at + 1, []  # a heading that is underlined
    raw = "\n".join(lines[at:end])
    flat = raw.replace("\n", " ")
    return end - at, [Unit(plain(raw[a:b]), raw[a:b], Kind.SENTENCE, block) for a, b in sentences(flat)]
