"""A section of an article, changed as an approved answer says: figures where they stand, else sentences. Pure."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from bot.domain.text.changes import LIKE, amounts, likeness, matter, statements
from bot.domain.text.claims import Clause, read
from bot.domain.text.quantities import roots
from bot.domain.text.wording import Figure, figures, sentences

_ITEM = re.compile(r"^\s*(?:\d{1,3}[.)]|[-*+•])\s+")
_TO = re.compile(r"\s*(?:to|and|or|-|–|—|bis|und|à|et|a|y|tot|en)\s*", re.I)


def revised(section: str, answer: str) -> str:
    """The section with what the answer states and the section does not, or states otherwise.

    A statement that differs from the section's by one figure, or one range, changes that figure wherever the section
    gives it for the same. One that speaks of the same as a sentence there takes its place; any other is added at the
    end.
    """
    added: list[str] = []
    for clause in statements(answer):
        if _says(section, clause):
            continue
        line, like = _nearest(section, clause)
        changed = ""
        if like >= LIKE:
            changed = _with_figure(section, line, clause) or _with_sentence(section, line, clause)
        if changed:
            section = changed
        else:
            added.append(clause.sentence)
    new = " ".join(dict.fromkeys(added))
    return f"{section.rstrip()}\n\n{new}".strip() if new else section


def first_text(answer: str, left_out: Callable[[str], bool]) -> str:
    """The text of a new article: the answer without its frame, and without the sentences that are left out."""
    paragraphs = (
        " ".join(said for start, end in sentences(paragraph) if not left_out(said := paragraph[start:end]))
        for paragraph in re.split(r"\n\s*\n", matter(answer))
    )
    return "\n\n".join(filter(None, paragraphs))


def _says(section: str, clause: Clause) -> bool:
    """Whether the section states it already: the same figures and sense, about the same."""
    return any(
        likeness(own, clause) >= 2 * LIKE
        and own.negative == clause.negative
        and amounts(own.quantities) == amounts(clause.quantities)
        for own in read(section)
    )


def _like(text: str, clause: Clause) -> float:
    said = frozenset(roots(text))
    return len(said & clause.about) / len(said | clause.about) if said else 0.0


def _nearest(section: str, clause: Clause) -> tuple[str, float]:
    """The line with the sentence that speaks most of what the statement is about, and how much."""
    lines = [line for line in section.split("\n") if line.strip()]
    likes = [(max(_like(line[start:end], clause) for start, end in sentences(line)), line) for line in lines]
    like, line = max(likes, key=lambda found: found[0], default=(0.0, ""))
    return line, like


def _with_figure(section: str, line: str, clause: Clause) -> str:
    """The section with the statement's figure for the one that it corrects; "" where it is not clear which that is."""
    start, end = _span(line, clause)
    here, there = list(_ranges(line[start:end])), list(_ranges(clause.text))
    old = [found for found in here if _value(found) not in {_value(other) for other in there}]
    new = [found for found in there if _value(found) not in {_value(other) for other in here}]
    if len(old) != 1 or len(new) != 1 or old[0].unit != new[0].unit:
        return ""
    shown = clause.text[new[0].start : new[0].end]
    subject = frozenset(clause.lead)
    lines = section.split("\n")
    for at, other in enumerate(lines):
        if other == line or subject & frozenset(roots(other)):
            lines[at] = _exchanged(other, old[0], shown, within=(start, end) if other == line else (0, len(other)))
    return "\n".join(lines)


def _exchanged(line: str, old: Figure, shown: str, *, within: tuple[int, int]) -> str:
    same = [found for found in _ranges(line) if _value(found) == _value(old) and within[0] <= found.start < within[1]]
    for found in reversed(same):
        line = line[: found.start] + shown + line[found.end :]
    return line


def _value(found: Figure) -> tuple[str, str]:
    return found.value, found.unit


def _ranges(text: str) -> Iterator[Figure]:
    """The figures of a text; "5 to 7 working days" is one."""
    found = list(figures(text))
    joined = [_TO.fullmatch(text, one.end, other.start) is not None for one, other in pairwise(found)]
    at = 0
    while at < len(found):
        if at < len(joined) and joined[at] and found[at].unit in ("", found[at + 1].unit):
            first, second = found[at], found[at + 1]
            yield Figure(f"{first.value}–{second.value}", second.unit, first.start, second.end)
            at += 2
        else:
            yield found[at]
            at += 1


def _with_sentence(section: str, line: str, clause: Clause) -> str:
    """The section with the statement's sentence for the one most like it; a table's row is left alone."""
    if line.lstrip().startswith("|"):
        return ""
    start, end = _span(line, clause)
    marker = _ITEM.match(line)
    start = max(start, marker.end() if marker else 0)
    return section.replace(line, line[:start] + clause.sentence + line[end:], 1)


def _span(line: str, clause: Clause) -> tuple[int, int]:
    """Where the sentence of the line is that is most like the statement."""
    return max(sentences(line), key=lambda span: _like(line[span[0] : span[1]], clause), default=(0, len(line)))
