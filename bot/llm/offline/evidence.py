"""Weighs whether the articles found answer what is asked, by several signs that fail in different ways.

Two questions are kept apart. Is the matter covered at all? That is told by how far one article stands out from the
others, by words and by meaning, by whether these agree, and by how many of the customer's words it has. Is the chosen
unit the answer, or its sibling? That is told by how well it fits and how much better than the other units.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from bot.domain.answer import Passage
from bot.llm.offline.choosing import likeliest, likely, share
from bot.llm.offline.matching import MEANT, Candidate, placed
from bot.llm.offline.question import Question
from bot.llm.offline.shelf import ROOTED, Sheet
from bot.ports import TokenEmbedder

_RIVAL = 5  # the place of the article that the first is compared with: two or three may well be about the same
_SENSED = 5  # units of a passage, those with most of the words, whose meaning is compared
_SAID = 600  # characters of a message whose meaning is taken
_ABOVE = 0.9  # what a word of the headings counts, against one of the text itself
_WEIGHED = 5  # the best units, in which the customer's words are looked for
_LEARNED = frozenset({"", "en"})  # the languages that the meanings were learned from


class Sign(NamedTuple):
    """What a sign is on average and how far it spreads, and what one spread more adds to each judgement's log-odds."""

    mean: float
    spread: float
    covered: float
    right: float


SIGNS: Mapping[str, Sign] = {
    "coverage": Sign(0.461, 0.270, 0.56, 0.44),
    "echoed": Sign(0.504, 0.190, 0.53, 0.52),
    "near_lead": Sign(0.196, 0.109, 0.69, 0.75),
    "vector_lead": Sign(0.183, 0.115, 0.55, 0.52),
    "word_lead": Sign(0.611, 0.243, 0.31, 0.32),
    "agreement": Sign(0.687, 0.332, 0.26, 0.43),
    "foreign": Sign(0.053, 0.136, -0.16, -0.29),
    "share": Sign(0.587, 0.261, 0.0, 0.36),
}
"""`coverage`: the share of the question's word weight that the article has. `echoed`: how well the first unit's tokens
are met by the message's. `near_lead`, `vector_lead`, `word_lead`: how far the first article stands out in that ranking.
`agreement`: the share of the rankings that put the answering article first. `foreign`: the share of the word weight in
names that nothing found knows. `share`: the probability that the answer is among what would be told.

Logistic regressions of 2026-11-22, by `python -m tests.benchmarks.bench_abstain --fit`: the half of the technotes and
of the labelled questions to four help desks that the seed 20261122 gave to learning, each with and without its article,
in the default settings of search and drafter (MiniLM beside static vectors). A sign fitted the wrong way is 0."""
BIAS_COVERED, BIAS_RIGHT = 0.1, -0.71
BY_CODE = 0.6
"""How sure at least a row is that begins with the code which is asked about: no sibling has that code."""

_Ranking = Mapping[str, float]
"""How well each article does by one judge, higher is better."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The signs for and against, by the names of `SIGNS`; what cannot be told is not among them.

    `found` tells how well the best units stand for each of the question's roots, from 0 to 1; `told` are those that
    would be told, the best first, `article` the slug and `nearest` the title of where they are from. `codes` are asked
    about: a row that begins with one of them answers whatever the signs say, and one that begins with another does not.
    """

    signs: Mapping[str, float]
    found: Any
    told: Sequence[Candidate]
    article: str
    nearest: str
    codes: frozenset[str]

    @property
    def covered(self) -> float:
        """The probability that an article covers the matter, where half of what is asked is covered."""
        return self._by_code(_probability(BIAS_COVERED, ((sign, sign.covered, value) for sign, value in self._signs)))

    @property
    def confidence(self) -> float:
        """The probability that what would be told answers, where half of what is asked is covered."""
        return self._by_code(_probability(BIAS_RIGHT, ((sign, sign.right, value) for sign, value in self._signs)))

    def _by_code(self, sure: float) -> float:
        about = self.told[0].line.codes
        if self.codes & about:
            return max(BY_CODE, sure)
        return 0.0 if self.codes and about else sure

    @property
    def _signs(self) -> Sequence[tuple[Sign, float]]:
        return [(SIGNS[name], value) for name, value in self.signs.items()]


@dataclass(frozen=True, slots=True)
class Rankings:
    """How three judges rank the articles found: shared words, the search's vectors, and the nearest single sentences.

    The last for each need, as it was said. `articles` and `titles` name each sheet's article.
    """

    articles: Sequence[str]
    titles: Sequence[str]
    words: _Ranking
    vectors: _Ranking
    nearest: Sequence[_Ranking]

    def weigh(self, question: Question, n: int, found: Sequence[Candidate]) -> Evidence:
        """Weigh what was found for one need; the units may stand in any order."""
        asked, nearest = question.about(n), self.nearest[n]
        best = sorted(found, key=lambda c: c.rank(n), reverse=True)[:_WEIGHED]
        first = likeliest(found, question.needs[n], n)
        said = likely(first, found, question, n)
        own = self.articles[first.sheet]
        had = np.max([np.maximum(c.cover, c.above) for c in found if self.articles[c.sheet] == own], axis=0)
        told = np.max([np.maximum(c.cover, c.above * _ABOVE) for c in best], axis=0)
        judges = [judge for judge in (self.words, self.vectors, nearest) if any(judge.values())]
        signs = {
            "coverage": float(had @ asked.weights) / (float(asked.weights.sum()) or 1.0),
            "echoed": first.near[n][MEANT.index("echoed")] if any(nearest.values()) else math.nan,
            "near_lead": _lead(nearest),
            "vector_lead": _margin(self.vectors),
            "word_lead": _margin(self.words) / max(self.words.values()) if any(self.words.values()) else math.nan,
            "agreement": sum(max(judge, key=lambda each: judge[each]) == own for judge in judges) / max(1, len(judges)),
            "foreign": _foreign(asked, told),
            "share": share(said, n),
        }
        known = {name: value for name, value in signs.items() if not math.isnan(value)}
        return Evidence(known, told, said, own, self.titles[first.sheet], question.needs[n].codes)


def rankings(
    question: Question, said: str, sheets: Sequence[Sheet], ranked: Sequence[Passage], meanings: TokenEmbedder
) -> Rankings:
    """Rank the articles found. `said` is the message as it came, `ranked` the sheets' passages with their scores."""
    articles = [passage.slug for passage in ranked]
    said_of = [said] if len(question.needs) == 1 else [need.said for need in question.needs]
    return Rankings(
        articles,
        [passage.title for passage in ranked],
        _best(articles, [passage.scores.get("bm25", 0.0) for passage in ranked]),
        _best(articles, [passage.scores.get("cosine", 0.0) for passage in ranked]),
        [_best(articles, _nearness(question, each, sheets, meanings)) for each in said_of],
    )


def _nearness(question: Question, said: str, sheets: Sequence[Sheet], meanings: TokenEmbedder) -> Any:
    """How near the nearest unit of each sheet, said in its place, is to what was said.

    Zero where the articles are in a language that the meanings were not learned from: there it tells nothing.
    """
    near = np.zeros(len(sheets))
    if not {sheet.language for sheet in sheets} <= _LEARNED:
        return near
    weights = dict(zip(question.roots, map(float, question.weights), strict=True))
    (wanted,) = meanings.embed([said[:_SAID]])
    for number, sheet in enumerate(sheets):
        told = sorted(sheet.lines, key=lambda line: -sum(weights.get(root, 0.0) for root in line.roots))[:_SENSED]
        if told:
            near[number] = (meanings.embed([placed(sheet.passage, line.unit) for line in told]) @ wanted).max()
    return near


def _foreign(asked: Question, told: Any) -> float:
    """The share of the word weight that lies in names ("Norway") that none of the best units knows."""
    unknown = [at for at, root in enumerate(asked.roots) if root in asked.names and told[at] < ROOTED]
    return float(asked.weights[unknown].sum()) / (float(asked.weights.sum()) or 1.0)


def _best(articles: Sequence[str], values: Any) -> _Ranking:
    """The best value of each article's passages."""
    best: dict[str, float] = {}
    for article, value in zip(articles, values, strict=True):
        best[article] = max(best.get(article, -math.inf), float(value))
    return best


def _lead(ranking: _Ranking) -> float:
    """How far the first stands above the mean of the others; not a number where there are none or nothing is told."""
    first, *others = sorted(ranking.values(), reverse=True)
    return first - sum(others) / len(others) if others and any(ranking.values()) else math.nan


def _margin(ranking: _Ranking) -> float:
    """How far the first stands above the fifth, or above the last of fewer."""
    ordered = sorted(ranking.values(), reverse=True)
    return ordered[0] - ordered[:_RIVAL][-1] if len(ordered) > 1 and any(ordered) else math.nan


def _probability(bias: float, weighed: Any) -> float:
    found = sum(weight * (value - sign.mean) / sign.spread for sign, weight, value in weighed)
    odds = bias + found
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, odds))))
