"""Weighs whether a few quotable units answer a question, and says what is missing when they do not."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.domain.wording import content_words, normal, sentences, stem, words
from bot.ports import Embedder

_ALIKE = 0.3  # cosine of two words' embeddings from which one counts for the other in part
_REMEMBERED = 20_000  # words whose embeddings are kept
_IDENTIFIER = re.compile(r"\b\S*(?:[A-Za-z]{1,4}-?\d{3,}|\d{4,})\S*|\S+@\S+|https?://\S+")
_CHATTER = frozenset(
    stem(word)
    for word in """ask asked asking wonder wondering wonders question questions trying try tried keep keeps kept say
    says said think thought sorry quick urgent asap hope really actually still yet even already back since ago today
    yesterday morning week weeks day days month months year years guys team support customer service anybody somebody
    love like look looking first last next two three give go going goes make made come comes take takes use using used
    mine somewhere currently find found work works new old long good bad right please kind regards greetings cheers lot
    bit want wanted happen happened happens however maybe sure okay ok yes write wrote written reply answer
    answers eur euro euros usd dollars gbp pounds chf""".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is weighed: the weights of its words by stem, and its embeddings (whole, then parts)."""

    text: str
    weights: Mapping[str, float]
    surface: Mapping[str, str]
    embeddings: Any


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well the chosen units answer.

    `coverage`: the share of the question's word weight that they have, with their headings; `heading`: the headings
    alone; `together`: the most that one of them has by itself; `likeness`: the highest cosine to the question.
    """

    coverage: float
    likeness: float
    heading: float
    together: float

    @property
    def confidence(self) -> float:
        """A probability that the units answer. Provisional: see `WEIGHTS`."""
        values = (1.0, self.coverage, self.likeness, self.heading, self.together)
        return 1 / (1 + math.exp(-sum(w * v for w, v in zip(WEIGHTS, values, strict=True))))


# Bias, coverage, likeness, heading, together. Provisional: rounded from a logistic regression on 122 questions that the
# sample articles mostly answer and 50 that they do not (10-fold AUROC 0.85); the bias lets 1 in 10 of the latter pass.
WEIGHTS = (-3.9, 1.0, 4.0, 3.0, 2.0)


class WordLikeness:
    """Tells how far one set of words covers another: the same stem counts 1, a word of like meaning its cosine."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Any] = {}

    def cover(self, wanted: Sequence[str], there: Sequence[str]) -> dict[str, float]:
        """For each wanted word, how well any of the words there stands for it, from 0 to 1."""
        stems = {stem(word) for word in there}
        exact = {word: 1.0 for word in wanted if stem(word) in stems}
        rest = [word for word in wanted if word not in exact]
        candidates = sorted({word for word in there if len(word) > 2 and not word[0].isdigit()})
        if not rest or not candidates:
            return {**dict.fromkeys(rest, 0.0), **exact}
        best = (self._vectors(rest) @ self._vectors(candidates).T).max(axis=1)
        return {**{w: float(b) if b >= _ALIKE else 0.0 for w, b in zip(rest, best, strict=True)}, **exact}

    def _vectors(self, wanted: Sequence[str]) -> Any:
        new = [word for word in wanted if word not in self._known]
        if new:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
                new = list(wanted)
            self._known.update(zip(new, np.nan_to_num(np.asarray(self._embedder.embed(new))), strict=True))
        return np.stack([self._known[word] for word in wanted])


def ask(text: str, passages: Sequence[str], embedder: Embedder) -> Question:
    """Prepare a question: a word counts for more the fewer passages have it; the customer's own ids do not count."""
    bare = _IDENTIFIER.sub(" ", text[:4_000])
    names = _names(bare)
    held = [set(content_words(passage)) for passage in passages]
    weights: dict[str, float] = {}
    surface: dict[str, str] = {}
    for word in words(bare):
        if not content_words(word) or word.isdecimal() or (root := stem(word)) in _CHATTER:
            continue
        spread = sum(root in there for there in held)
        weights[root] = math.log(1 + (len(held) + 1) / (spread + 0.5)) * (1.5 if word in names else 1.0)
        surface.setdefault(root, word)
    spans = [bare[a:b] for a, b in sentences(bare)][:6]
    parts = [part for part in spans if len(part.split()) >= 3] if len(spans) > 1 else []
    embeddings = np.nan_to_num(np.asarray(embedder.embed([bare, *parts]), dtype=np.float64))
    return Question(bare, weights, surface, embeddings)


def likeness(question: Question, embeddings: Any) -> Any:
    """The likeness of each embedded unit to the question or to its best part."""
    found = question.embeddings @ np.asarray(embeddings, dtype=np.float64).T
    found[1:] *= 0.95
    return found.max(axis=0)


def covered(question: Question, found: Mapping[str, float]) -> float:
    """The share of the question's word weight that is covered."""
    total = sum(question.weights.values())
    if not total:
        return 0.0
    return sum(weight * found.get(question.surface[root], 0.0) for root, weight in question.weights.items()) / total


def missing_topic(question: Question, found: Mapping[str, float]) -> str:
    """The customer's own words for what is not covered: the rarest such word with what stands before it."""
    lacking = [root for root in question.weights if found.get(question.surface[root], 0.0) < 0.5]
    if not lacking:
        return _shortened(question.text)
    rarest = question.surface[max(lacking, key=lambda root: question.weights[root])]
    text = " ".join(question.text.split())
    for a, b in sentences(text):
        tokens = text[a:b].split()
        at = next((i for i, token in enumerate(tokens) if rarest in normal(token)), None)
        if at is None:
            continue
        start, stop = _phrase(tokens, at)
        return " ".join(tokens[start:stop]).strip(" ,.;:!?\"'()")
    return rarest


def _phrase(tokens: Sequence[str], at: int) -> tuple[int, int]:
    """Widen a word to a phrase: back to the content word before it, or on to the one after it."""
    meant = [bool(content_words(token)) for token in tokens]
    start = next((i for i in range(at - 1, max(-1, at - 4), -1) if meant[i]), at)
    if any(token.endswith((",", ".", ";", ":")) for token in tokens[start:at]):
        start = at
    stop = at + 1
    if at + 1 < len(tokens) and meant[at + 1] and not tokens[at].endswith((",", ".", ";", ":", "?", "!")):
        stop = at + 2
    return start, stop


def _names(text: str) -> set[str]:
    """Words with a capital inside a sentence, and codes such as E08: what they name is what the question is about."""
    found = re.findall(r"(?<![.!?:\n\"“(])\s([A-ZÀ-Þ][a-zß-öø-ÿ]{2,})\b", text)
    return {normal(word) for word in [*found, *re.findall(r"\b[A-Za-z]{1,3}-?\d{1,2}\b", text)]}


def _shortened(text: str) -> str:
    one_line = " ".join(text.split()).strip(" .?!")
    return one_line if len(one_line) <= 80 else f"{one_line[:77].rsplit(' ', 1)[0]} …"
