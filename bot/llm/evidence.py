"""Weighs whether what was found answers a question, and says what is missing when it does not."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.domain.wording import content_words, normal, sentences
from bot.llm.matching import Candidate
from bot.llm.question import Question
from bot.llm.shelf import ROOTED, Sheet

_ABOVE = 0.9  # what a word of the headings counts, against one of the text itself
_LACKING = 0.5
_MAIN = 0.5  # of the heaviest word's weight: what a word must have to be what the question is about
_STOPS = (",", ".", ";", ":", "?", "!")


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well the best unit answers; `found`: how well the best ones stand for each of the question's roots.

    `alike`: how near its meaning is; `score`: its words, meaning and form together; `share`: the probability that it,
    of all units found, is the one that answers, and `around` that it or another of its section is. `foreign`: whether
    the question is about something named that no passage knows ("Norway").
    """

    alike: float
    score: float
    share: float
    around: float
    foreign: bool
    found: Any

    @property
    def confidence(self) -> float:
        """A probability that the best unit answers: see `WEIGHTS`."""
        values = (1.0, self.alike, self.score, self.share, self.around, self.foreign)
        return 1 / (1 + math.exp(-sum(w * v for w, v in zip(WEIGHTS, values, strict=True))))


# Bias, alike, score, share, around: a logistic regression on the practice and development parts of
# tests/benchmarks/labelled/drafts.yaml and on the `tuned` and `unanswered` ones of tests/unit/llm/signable.yaml.
# Foreign is set by hand: such names are too rare there to be fitted.
WEIGHTS = (-6.0, 2.1, 0.154, 2.2, 2.7, -1.5)


def weigh(question: Question, best: Sequence[Candidate], sheets: Sequence[Sheet], intent: Any) -> Evidence:
    """Weigh the best units for a question of one need, the best first, with the headings that lead to them.

    In a language that the meanings were not learned from, shared words stand for them.
    """
    own = np.stack([candidate.cover for candidate in best])
    above = np.stack([candidate.above for candidate in best]) * _ABOVE
    first = best[0]
    section = [c for c in best if c.sheet == first.sheet and c.unit.heading == first.unit.heading]
    around = min(1.0, sum(candidate.shares[0] for candidate in section))
    both = np.maximum(own, above)
    near = first.alike[0]
    if sheets[first.sheet].language not in {"", "en"}:
        near = max(near, float(both[0] @ question.weights) / (float(question.weights.sum()) or 1.0))
    found = both.max(axis=0)
    named = [at for at, root in enumerate(question.roots) if root in question.names]
    main = _MAIN * float(question.weights.max(initial=0.0))
    foreign = any(found[at] < ROOTED and question.weights[at] >= main for at in named)
    return Evidence(near, first.scores[0], first.shares[0], around, foreign, found)


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
