"""What differs between two texts, paragraph by paragraph and word by word, and two changes of one text as one. Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum, auto
from itertools import pairwise

_BREAK = re.compile(r"\n[ \t]*\n\s*")
_PART = re.compile(r"\S+\s*|\s+")
_MOST_PAIRS = 20_000  # of equal parts, one in each text: the time of a comparison grows with them
_MOST_PAIRS_OF_LINES = 200_000  # a file of settings says the same in many lines
_LEAST_ALIKE = 0.3
"""The share of words from which one paragraph is another one changed, and not another one instead."""


class Fate(Enum):
    """What became of a stretch of text."""

    KEPT = auto()
    ADDED = auto()
    REMOVED = auto()


Stretch = tuple[Fate, str]


@dataclass(frozen=True, slots=True)
class Change:
    """A paragraph that was changed, added or removed, in stretches, and the paragraph before it for orientation."""

    stretches: tuple[Stretch, ...]
    after: str = ""


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, without the empty lines between them."""
    return [part for part in _BREAK.split(text.replace("\r\n", "\n").strip()) if part.strip()]


def differing(before: str, after: str) -> tuple[Change, ...]:
    """What a text has otherwise than another, in reading order; nothing where they differ in white space alone."""
    old, new = paragraphs(before), paragraphs(after)
    return _changes(old, new, _changed(old, new))


def differing_lines(before: str, after: str) -> tuple[Change, ...]:
    """As `differing`, line by line, for what is no prose: a file of settings."""
    old, new = before.splitlines(), after.splitlines()
    return _changes(old, new, _changed(old, new, most=_MOST_PAIRS_OF_LINES))


def changed_lines(before: str, after: str) -> tuple[str, str]:
    """The lines of each text that the other one has otherwise."""
    old, new = before.splitlines(), after.splitlines()
    edits = _changed(old, new, most=_MOST_PAIRS_OF_LINES)
    gone = [line for start, end, _, _ in edits for line in old[start:end]]
    come = [line for _, _, start, end in edits for line in new[start:end]]
    return "\n".join(gone), "\n".join(come)


def _changes(old: Sequence[str], new: Sequence[str], edits: Sequence["_Edit"]) -> tuple[Change, ...]:
    found: list[Change] = []
    for old_start, old_end, new_start, new_end in edits:
        context = old[old_start - 1] if old_start else ""
        gone, come = old[old_start:old_end], new[new_start:new_end]
        both = min(len(gone), len(come))
        for was, now in zip(gone[:both], come[:both], strict=True):
            found.extend(Change(stretches, context) for stretches in _paired(was, now))
        found.extend(Change(((Fate.REMOVED, was),), context) for was in gone[both:])
        found.extend(Change(((Fate.ADDED, now),), context) for now in come[both:])
    return tuple(found)


def merged(base: str, one: str, other: str) -> str | None:
    """The text with both changes of the base in it; None where they touch the same paragraph, or the same gap.

    The rule is that of diff3 (Khanna, Kunal, Pierce: "A Formal Investigation of Diff3", 2007), on paragraphs.
    """
    start, first, second = paragraphs(base), paragraphs(one), paragraphs(other)
    mine = _changed(start, first)
    edits = [(*edit, first) for edit in mine]
    edits += [
        (*edit, second)
        for edit in _changed(start, second)
        if not any(_same(edit, second, known, first) for known in mine)
    ]
    edits.sort(key=lambda edit: edit[:2])
    if any(_meet(one_edit, next_edit) for one_edit, next_edit in pairwise(edits)):
        return None
    result, at = [], 0
    for old_start, old_end, new_start, new_end, source in edits:
        result += [*start[at:old_start], *source[new_start:new_end]]
        at = old_end
    return "\n\n".join([*result, *start[at:]]) + "\n"


_Edit = tuple[int, int, int, int]


def _changed(old: Sequence[str], new: Sequence[str], *, most: int = _MOST_PAIRS) -> list[_Edit]:
    """Where the paragraphs differ: start and end in the old ones, start and end in the new ones."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    inner, outer = old[head : len(old) - tail], new[head : len(new) - tail]
    if not inner and not outer:
        return []
    if _pairs(inner, outer) > most:
        return [(head, len(old) - tail, head, len(new) - tail)]
    codes = SequenceMatcher(None, inner, outer, autojunk=False).get_opcodes()
    return [(a + head, b + head, c + head, d + head) for tag, a, b, c, d in codes if tag != "equal"]


def _pairs(old: Sequence[str], new: Sequence[str]) -> int:
    counts = Counter(new)
    return sum(counts[part] for part in old)


def _same(edit: _Edit, texts: Sequence[str], other: _Edit, others: Sequence[str]) -> bool:
    """Tell whether two edits do the same."""
    return edit[:2] == other[:2] and texts[edit[2] : edit[3]] == others[other[2] : other[3]]


def _meet(a: tuple[int, int, int, int, list[str]], b: tuple[int, int, int, int, list[str]]) -> bool:
    """Tell whether two neighbours change the same paragraph, or fill the same gap, in an order that nobody knows."""
    return b[0] < a[1] or (a[4] is not b[4] and a[1] == b[0] and (a[0] == a[1] or b[0] == b[1]))


def _paired(was: str, now: str) -> list[tuple[Stretch, ...]]:
    """One paragraph changed by words, or, where they have little in common, one removed and one added."""
    old, new = _PART.findall(was), _PART.findall(now)
    apart: list[tuple[Stretch, ...]] = [((Fate.REMOVED, was),), ((Fate.ADDED, now),)]
    if _pairs(old, new) > _MOST_PAIRS:
        return apart
    # the space behind a word is no part of it: the last one of a paragraph has none until a sentence follows
    was_said, is_said = ([part.removesuffix(" ") for part in parts] for parts in (old, new))
    matcher = SequenceMatcher(None, was_said, is_said, autojunk=False)
    if matcher.ratio() < _LEAST_ALIKE:
        return apart
    stretches: list[Stretch] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            stretches.append((Fate.KEPT, "".join(map(max, old[a:b], new[c:d]))))
            continue
        stretches += [(Fate.REMOVED, "".join(old[a:b]))] if b > a else []
        stretches += [(Fate.ADDED, "".join(new[c:d]))] if d > c else []
    return [tuple(stretches)]
