"""Weighs whether what was found answers a question, and says what is missing when it does not."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.domain.wording import content_words, normal, sentences
from bot.llm.choosing import Candidate
from bot.llm.question import Question
from bot.llm.shelf import Sheet

_ABOVE = 0.9  # what a word of the headings counts, against one of the text itself
_LACKING = 0.5
_STOPS = (",", ".", ";", ":", "?", "!")


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well the best units answer; `found`: how well they stand for each of the question's roots, from 0 to 1.

    `coverage`: the share of the question's word weight that they have, with their headings; `together`: the most that
    one of them has by itself; `score`: that of the best unit; `intended`: how far the best unit's
    article is about what triage thinks is wanted.
    """

    coverage: float
    together: float
    score: float
    intended: float
    found: Any

    @property
    def confidence(self) -> float:
        """A probability that the units answer. Provisional: see `WEIGHTS`."""
        values = (1.0, self.coverage, self.together, self.score, self.intended)
        return 1 / (1 + math.exp(-sum(w * v for w, v in zip(WEIGHTS, values, strict=True))))


# Bias, coverage, together, score, intended. Provisional: rounded from a logistic regression on 122 examples of the
# sample taxonomy, which the sample articles mostly answer, and on the `tuned` and `unanswered` questions of
# tests/unit/llm/signable.yaml; the bias lets few of the latter pass.
WEIGHTS = (-4.0, 1.5, 2.0, 2.5, 3.0)


def weigh(question: Question, best: Sequence[Candidate], sheets: Sequence[Sheet], intent: Any) -> Evidence:
    """Weigh the best units, with the headings that lead to them and the passages that they are from."""
    total = float(question.weights.sum()) or 1.0
    own = np.stack([candidate.cover for candidate in best])
    above = np.stack([candidate.above for candidate in best]) * _ABOVE
    both = np.maximum(own, above)
    found = both.max(axis=0)
    return Evidence(
        float(found @ question.weights) / total,
        float((both @ question.weights).max()) / total,
        max(best[0].scores),
        max(0.0, float(sheets[best[0].sheet].name @ intent)),
        found,
    )


def missing_topic(question: Question, found: Any) -> str:
    """The customer's own words for what is not covered: the rarest such word with what stands before it."""
    lacking = [i for i in range(len(question.roots)) if found[i] < _LACKING]
    if not lacking:
        return _shortened(question.text)
    rarest = question.surface[max(lacking, key=lambda i: question.weights[i])]
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
    """Widen a word to a phrase: on over the content words right after it, or else back to the one before it."""
    meant = [bool(content_words(token)) for token in tokens]
    stop = at + 1
    while stop < min(len(tokens), at + 3) and meant[stop] and not tokens[stop - 1].endswith(_STOPS):
        stop += 1
    if stop > at + 1:
        return at, stop
    start = next((i for i in range(at - 1, max(-1, at - 4), -1) if meant[i]), at)
    if any(token.endswith((",", ".", ";", ":")) for token in tokens[start:at]):
        start = at
    return start, at + 1


def _shortened(text: str) -> str:
    one_line = " ".join(text.split()).strip(" .?!")
    return one_line if len(one_line) <= 80 else f"{one_line[:77].rsplit(' ', 1)[0]} …"
