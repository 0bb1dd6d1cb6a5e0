"""What the cited passages say, ready to be compared: which of their clauses is most like one of a draft."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import log

from bot.domain.answer import Passage
from bot.domain.text.claims import Clause, read
from bot.domain.text.quantities import Quantity, roots, same_amount, spelt
from bot.domain.text.wording import words

_INHERITED = 0.6  # what a subject that stands in an earlier clause counts
_SAME_FIGURE = 0.1  # what it counts that both state the same figure
_MINE, _THEIRS = 0.75, 0.25  # what it counts that the clause has the claim's words, and the claim the clause's
_RANKED = 8  # clauses that a claim is compared with
_STATES_IT = 0.6  # the share of the best likeness from which a clause with the claim's figure goes before


@dataclass(frozen=True)
class Source:
    """What the cited passages say together; `named` are the roots of their titles and headings."""

    clauses: tuple[Clause, ...]
    named: frozenset[str] = frozenset()

    @cached_property
    def known(self) -> frozenset[str]:
        return self.named.union(*(clause.about for clause in self.clauses))

    @cached_property
    def quantities(self) -> tuple[tuple[Clause, Quantity], ...]:
        return tuple((clause, quantity) for clause in self.clauses for quantity in clause.quantities)

    @cached_property
    def spelt(self) -> frozenset[str]:
        """Numbers that are written out without a unit ("four screens")."""
        return spelt(" ".join(clause.text for clause in self.clauses))

    @cached_property
    def _spread(self) -> dict[str, int]:
        return counted(self.clauses)

    def weight(self, root: str) -> float:
        """How much a root tells: the fewer clauses have it, the more (as inverse document frequency does)."""
        count = self._spread.get(root, 0)
        return log(1 + len(self.clauses) / count) if count else 0.5 * log(1 + len(self.clauses))

    def likeness(self, claim: Clause, clause: Clause) -> float:
        """How far the two speak of the same, from 0 to about 1.1."""
        own, there = weighted(claim), weighted(clause)
        shared = sum(self.weight(root) * min(share, there.get(root, 0.0)) for root, share in own.items())
        mine = sum(self.weight(root) * share for root, share in own.items())
        theirs = sum(self.weight(root) * share for root, share in there.items())
        if not mine or not theirs:
            return 0.0
        figures = any(same_amount(one, other) for one in claim.quantities for other in clause.quantities)
        return _MINE * shared / mine + _THEIRS * shared / theirs + _SAME_FIGURE * figures

    def covered(self, claim: Clause, clause: Clause) -> float:
        """How much of what the claim is about the clause is about too, its inherited subject included."""
        return sum(self.weight(root) for root in claim.about & clause.about)

    def ranked(self, claim: Clause) -> list[tuple[float, Clause]]:
        """The clauses, those most like the claim first."""
        scored = [(self.likeness(claim, clause), at) for at, clause in enumerate(self.clauses)]
        best = sorted(scored, key=lambda pair: (-pair[0], pair[1]))[:_RANKED]
        ordered = [(score, self.clauses[at]) for score, at in best]
        return _with_figures(claim, ordered) or ordered


def source_of(passages: Iterable[Passage]) -> Source:
    """What passages say; remembered, because the same ones are found again and again."""
    return _source(tuple((passage.title, passage.heading, passage.text) for passage in passages))


@lru_cache(maxsize=128)
def _source(texts: tuple[tuple[str, str, str], ...]) -> Source:
    clauses = tuple(clause for _, _, body in texts for clause in read(body))
    return Source(clauses, frozenset(root for title, heading, _ in texts for root in roots(f"{title} {heading}")))


def is_copied(text: str, passages: Sequence[Passage]) -> bool:
    """Tell whether a passage has every word of the text: the offline drafter copies what it writes."""
    own = set(words(text))
    return any(own <= _vocabulary(f"{passage.title}\n{passage.heading}\n{passage.text}") for passage in passages)


def is_verbatim(text: str, passages: Sequence[Passage]) -> bool:
    """Tell whether the text stands in a passage word for word, white space aside."""
    own = " ".join(text.split())
    return any(own in _flat(passage.text) for passage in passages)


@lru_cache(maxsize=128)
def _vocabulary(text: str) -> frozenset[str]:
    return frozenset(words(text))


@lru_cache(maxsize=128)
def _flat(text: str) -> str:
    return " ".join(text.split())


def _with_figures(claim: Clause, ranked: list[tuple[float, Clause]]) -> list[tuple[float, Clause]]:
    """Those that state a figure of the claim: they are what it rests on, if they speak of the same at all."""
    best = ranked[0][0] if ranked else 0.0
    stated = [quantity for quantity in claim.quantities if not quantity.implied]
    return [
        (score, clause)
        for score, clause in ranked
        if score >= _STATES_IT * best and any(same_amount(one, other) for one in stated for other in clause.quantities)
    ]


def weighted(clause: Clause) -> dict[str, float]:
    """The roots of a clause with what each counts."""
    return {**dict.fromkeys(clause.inherited, _INHERITED), **dict.fromkeys(clause.roots, 1.0)}


def matched(own: dict[str, float], clause: Clause, tells: dict[str, float]) -> float:
    """How much of what tells clauses apart a clause shares with these weighted roots."""
    there = weighted(clause)
    return sum(tells.get(root, 0.0) * min(share, there.get(root, 0.0)) for root, share in own.items())


def counted(clauses: Iterable[Clause]) -> dict[str, int]:
    """In how many clauses each root stands."""
    counts: dict[str, int] = {}
    for clause in clauses:
        for root in clause.about:
            counts[root] = counts.get(root, 0) + 1
    return counts
