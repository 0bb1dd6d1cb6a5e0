"""From scores to the passages that are shown: two opinions made one, the same said once, the better source first."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import zip_longest

from bot.domain.answer import Passage
from bot.domain.article import ArticleKind, Audience

SAME = 0.9
"""Texts that share this much of their words (and all numbers and negations) are one text said twice."""
NEARLY_SAME = 0.75
"""Texts that share this much of their words, numbers aside, speak of the same thing; they may contradict each other."""
WITHIN_REACH = 0.5
"""A better source takes the place of another only from this share of its score on: it must answer the query as well."""
LOOKED_AT = 20
"""How many passages of a ranking are compared with each other for their precedence."""

_WORD = re.compile(r"\w+")
_NEGATIONS = frozenset(
    {"no", "not", "never", "without", "unless", "except", "nor", "cannot", "nicht", "kein", "nie", "ohne"}
)
_AUTHORITY = {kind: place for place, kind in enumerate(ArticleKind)}
"""Policy over article over what follows them: the order in which the domain names them."""

Ranking = Sequence[Passage]
"""Passages by falling `score`."""


def normalised(scores: Mapping[int, float], depth: int) -> dict[int, float]:
    """Scale scores to 1 for the best and 0 for the `depth`-th; where there are fewer, for a score of 0.

    The min-max norm over a ranking's top. Sums of such scores rank better than reciprocal ranks, because they keep how
    far apart two passages are: Bruch, Gai & Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", ACM TOIS
    2023.
    """
    ordered = sorted(scores.values(), reverse=True)[:depth]
    low = max(0.0, ordered[-1]) if len(ordered) == depth else 0.0
    span = max(ordered, default=0.0) - low
    if span <= 0:
        return {key: float(score > 0) for key, score in scores.items()}
    return {key: max(0.0, (score - low) / span) for key, score in scores.items()}


def chosen(whole: Ranking, needs: Sequence[Ranking], limit: int) -> tuple[Passage, ...]:
    """Choose what is shown: half of it from the needs, in equal parts, and the rest from the whole; best first.

    What says the same as another is left out; texts that differ in a number or a negation both stay, so that a
    contradiction is seen. Of texts that speak of the same thing, the one with precedence stands first.
    """
    kept: list[Passage] = []
    for passage in _in_turns(by_precedence(whole), [by_precedence(need) for need in needs], limit):
        if len(kept) >= limit:
            break
        if not any(_same(_words(passage), _words(other)) for other in kept):
            kept.append(passage)
    return tuple(by_precedence(sorted(kept, key=lambda passage: -passage.score)))


def by_precedence(ranking: Ranking) -> list[Passage]:
    """Give the better places, with their scores, to the better sources among texts that speak of the same thing.

    Authority decides, then the later effective date, then what customers may read. Only a source that answers the query
    about as well moves up: authority does not make a text relevant.
    """
    ordered = list(ranking)
    for first in range(min(len(ordered), LOOKED_AT)):
        for second in range(first + 1, min(len(ordered), LOOKED_AT)):
            better, worse = ordered[second], ordered[first]
            within = better.score >= WITHIN_REACH * worse.score
            if within and _precedence(better) > _precedence(worse) and _nearly_same(_words(better), _words(worse)):
                ordered[first] = replace(better, score=worse.score)
                ordered[second] = replace(worse, score=better.score)
    return ordered


def reordered(ranking: Ranking, judged: Sequence[float]) -> list[Passage]:
    """Put a ranking into the order that a reranker judged; the places keep their scores, so that these stay falling."""
    order = sorted(range(len(ranking)), key=lambda i: -judged[i])
    return [
        replace(ranking[i], score=place.score, scores={**ranking[i].scores, "rerank": float(judged[i])})
        for place, i in zip(ranking, order, strict=True)
    ]


def _in_turns(whole: Ranking, needs: Sequence[Ranking], limit: int) -> Iterator[Passage]:
    """Yield the whole's first, each need's share, the whole's others, and the needs' others; each once, best scored."""
    best: dict[str, Passage] = {}
    for passage in (each for ranking in (whole, *needs) for each in ranking):
        if passage.id not in best or passage.score > best[passage.id].score:
            best[passage.id] = passage
    share = max(1, limit // (2 * len(needs))) if needs else 0
    for passage in (*whole[:1], *_by_place([need[:share] for need in needs]), *whole, *_by_place(needs)):
        if passage.id in best:
            yield best.pop(passage.id)


def _by_place(rankings: Sequence[Ranking]) -> Iterator[Passage]:
    """Yield every ranking's first, every ranking's second, and so on."""
    for place in zip_longest(*rankings):
        yield from (passage for passage in place if passage is not None)


def _precedence(passage: Passage) -> tuple[int, date, bool]:
    return (
        -_AUTHORITY[passage.kind],
        passage.effective or date.min,
        passage.audience is Audience.CUSTOMER,
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """The different words of a text, and apart those of them that have a digit."""

    every: frozenset[str]
    plain: frozenset[str]
    numbered: frozenset[str]


def _words(passage: Passage) -> _Words:
    return _words_of(passage.text)


@lru_cache(maxsize=4_096)
def _words_of(text: str) -> _Words:
    every = frozenset(_WORD.findall(text.casefold()))
    numbered = frozenset(word for word in every if any(c.isdigit() for c in word))
    return _Words(every, every - numbered, numbered)


def _same(a: _Words, b: _Words) -> bool:
    different = a.every ^ b.every
    if len(different) > (1 - SAME) * len(a.every | b.every):
        return False
    return a.numbered == b.numbered and not different & _NEGATIONS


def _nearly_same(a: _Words, b: _Words) -> bool:
    sizes = len(a.every), len(b.every)
    if min(sizes) < NEARLY_SAME * max(sizes) - 4:
        return False
    return len(a.plain ^ b.plain) <= (1 - NEARLY_SAME) * len(a.every | b.every)
