"""Finds what else could be the answer: the sibling's figure, the opposite of what the draft says."""

from collections.abc import Sequence

from bot.domain.text.wording import figures
from bot.llm.offline.matching import Candidate

CLOSE = 0.2
"""The share of the first unit's probability from which another is told of."""

SIBLING = 0.05
"""The same for a sibling of the first unit: a sentence built like it, about another case."""

_PARALLEL = 0.5  # the share of words from which two sentences speak of the same thing


def rival(n: int, found: Sequence[Candidate], told: Sequence[Candidate]) -> Candidate | None:
    """The likeliest unit that would answer the need differently from all that is told, or None where none comes near.

    It gives another figure of the kind that is wanted, or says no where the first says yes.
    """
    first = max(found, key=lambda c: c.rank(n))
    known = {(figure.value, figure.unit) for each in told for figure in figures(each.unit.text)}
    others = [
        c
        for c in found
        if c.shares[n] >= (SIBLING if _siblings(c, first) else CLOSE) * first.shares[n]
        and not any(_same(c, each) for each in told)
        and _differs(c, first, n, known)
    ]
    return max(others, key=lambda c: c.rank(n), default=None)


def _same(one: Candidate, other: Candidate) -> bool:
    return one is other or one.line.roots == other.line.roots


def _siblings(one: Candidate, first: Candidate) -> bool:
    return one.unit.block == first.unit.block and one.sheet == first.sheet and bool(one.line.marks and first.line.marks)


def _differs(one: Candidate, first: Candidate, n: int, known: set[tuple[str, str]]) -> bool:
    if one.kinds[n] and first.kinds[n]:
        return not {(figure.value, figure.unit) for figure in figures(one.unit.text)} <= known
    both = one.line.roots | first.line.roots
    alike = bool(both) and len(one.line.roots & first.line.roots) >= _PARALLEL * len(both)
    return alike and one.line.negated != first.line.negated
