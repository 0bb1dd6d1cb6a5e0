"""Markdown as people read it aloud: no marks, no pipes. Pure, total on any text."""

import re
from collections.abc import Iterator

_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|>~-])")
_PRIVATE = 0xE000  # where escaped characters wait, out of the other rules' sight
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*)$")
_ITEM = re.compile(r"^(\s*)(?:(\d{1,3}[.)])|[-*+•])\s+(.*)$")
_LONGEST = 400  # characters inside a mark: what never closes must not be looked for to the end, again and again
_LINK = re.compile(
    rf"\[([^\[\]]{{1,{_LONGEST}}})\]\(((?:[^\s()]|\([^\s()]{{0,100}}\)){{1,{_LONGEST}}})(?:\s+\"[^\"\n]{{0,{_LONGEST}}}\")?\)"
)
DIVIDER = re.compile(r"^\s*+\|?\s*+:?-{2,}+:?\s*+(?:\|\s*+:?-{2,}+:?\s*+)*+\|?\s*+$")
_FENCE = re.compile(r"^\s*(?:```|~~~)")


def plain(markdown: str) -> str:
    """Strip Markdown's marks from one line of text; a link keeps its address in brackets, white space is folded."""
    text = _ESCAPED.sub(lambda match: chr(_PRIVATE + ord(match.group(1))), markdown)
    text = re.sub(rf"!\[[^\[\]]{{0,{_LONGEST}}}\]\([^()]{{0,{_LONGEST}}}\)", "", text)
    text = _LINK.sub(_link, text)
    text = re.sub(r"<((?:https?://|mailto:)[^<>\s]+)>", r"\1", text)
    text = re.sub(r"</?[a-zA-Z][^<>]{0,200}>", "", text)
    text = re.sub(rf"(\*\*|__|~~)(?=\S)(.{{1,{_LONGEST}}}?)(?<=\S)\1", r"\2", text)
    text = re.sub(
        r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])|(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])", r"\1\2", text
    )
    text = re.sub(r"`+([^`]*)`+", r"\1", text)
    text = re.sub(r"^\s*(?:>\s?)+", "", text)
    text = "".join(chr(ord(c) - _PRIVATE) if 0 <= ord(c) - _PRIVATE < 128 else c for c in text)
    return " ".join(text.split())


def readable(markdown: str) -> str:
    """Write Markdown as plain lines: headings without marks, a table's row as "Column: cell — Column: cell"."""
    lines = without_comments(markdown).split("\n")
    written: list[str] = []
    header: list[str] = []
    for at, line in enumerate(lines):
        if DIVIDER.match(line) or _FENCE.match(line):
            continue
        if is_row(lines, at):
            if at + 1 < len(lines) and DIVIDER.match(lines[at + 1]):
                header = cells(line)
            else:
                written.append(_row(header, cells(line)))
            continue
        header = []
        written.append(_line(line))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(written)).strip()


def without_comments(markdown: str) -> str:
    """Leave out the comments that are closed."""
    kept: list[str] = []
    at = 0
    for begins, ends, closed in comment_spans(markdown):
        if closed:
            kept.append(markdown[at:begins])
            at = ends
    return "".join([*kept, markdown[at:]])


def comment_spans(text: str) -> Iterator[tuple[int, int, bool]]:
    """Where each comment of HTML begins and ends, and whether it is closed; an open one goes on to the end."""
    ends = 0
    while (begins := text.find("<!--", ends)) >= 0:
        closes = text.find("-->", begins + 4)
        ends = closes + 3 if closes >= 0 else len(text)
        yield begins, ends, closes >= 0


def is_row(lines: list[str], at: int) -> bool:
    """Tell whether the line is a row of a table, its header included."""
    line = lines[at]
    headed = at + 1 < len(lines) and "|" in line and DIVIDER.match(lines[at + 1])
    return line.lstrip().startswith("|") or bool(headed)


def cells(row: str) -> list[str]:
    """The cells of a table's row as plain text."""
    return [plain(cell) for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def _line(line: str) -> str:
    if heading := _HEADING.match(line):
        return plain(heading.group(1).rstrip().rstrip("#"))
    if item := _ITEM.match(line):
        return f"{item.group(1)}{item.group(2) or '-'} {plain(item.group(3))}"
    return plain(line)


def _row(header: list[str], found: list[str]) -> str:
    names = [*header, *[""] * len(found)]
    return " — ".join(f"{name}: {cell}" if name else cell for name, cell in zip(names, found, strict=False) if cell)


def _link(match: re.Match[str]) -> str:
    shown, address = match.group(1), match.group(2)
    return f"{shown} ({address})" if address.startswith(("http://", "https://")) and address != shown else shown


def shortened(text: str, longest: int) -> str:
    """The text on one line, cut between words with " …" where it has more characters than that."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[:longest].rsplit(' ', 1)[0]} …"
