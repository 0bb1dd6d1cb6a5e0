"""Learns to label short texts from a handful of examples, with probabilities that mean what they say.

Logistic regression over embeddings and n-grams (`space.py`, `regression.py`); how far it is believed, it learns by
being asked about examples that were held back (`rehearsal.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.ports import Embedder
from bot.triage.regression import condensed, regress
from bot.triage.rehearsal import Rehearsal, likeness_to
from bot.triage.space import Marks, Space

_TOGETHER = 256  # texts that are judged at once: their likenesses to thousands of examples should not fill the memory
_ALIKE_FIRST = 2


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An example like the text, with the cosine of their embeddings."""

    text: str
    label: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """The most probable label, with its probability among the labels.

    The labels are all that the probability knows of; `known` is the probability that the text is of any of them at all,
    and `trust`, their product, that the label is right. `familiar` is False where the text is like none of the label's
    examples, whatever the probability says. `nearest` are examples: first the label's own (two at most), then the
    nearest of all.
    """

    label: str
    probability: float
    known: float
    trust: float
    nearest: tuple[Neighbour, ...]
    familiar: bool
    probabilities: tuple[tuple[str, float], ...] = ()


class FewShotClassifier:
    """Labels texts after the examples it was given; made once, predicts often. Deterministic.

    `titles` name labels in words and teach like one more example, but are never quoted. `marks` are further
    measurements of a text (such as its share of capitals). With one label the probability is how familiar the text is,
    not a choice. Nearly the same text under two labels splits the probability between them. Time grows with examples
    times labels; an embedder that remembers texts makes fitting again cost only what is new.
    """

    def __init__(
        self,
        embedder: Embedder,
        examples: Sequence[tuple[str, str]],
        *,
        titles: Mapping[str, str] | None = None,
        marks: Marks | None = None,
    ) -> None:
        if not examples:
            raise ValueError("a classifier needs at least one example")
        self._embedder = embedder
        self._texts = [text for text, _ in examples]
        self._names = sorted({label for _, label in examples})
        number = {name: i for i, name in enumerate(self._names)}
        named = [(title, label) for label, title in (titles or {}).items() if label in number and title]
        self._labels = np.array([number[label] for _, label in [*examples, *named]])
        self._space = Space(self._texts, marks)
        with one_thread():
            self._fit([*self._texts, *(title for title, _ in named)])

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(self._names)

    @property
    def temperature(self) -> float:
        """What the logits are divided by to make them probabilities."""
        return self._doubt.temperature

    def predict(self, texts: Sequence[str], *, embeddings: Any = None, neighbours: int = 3) -> list[Prediction]:
        """Label each text; never fails on any text, an empty one is unlike everything.

        `embeddings`, where the caller has them already, are the texts' own by the same embedder.
        """
        predictions: list[Prediction] = []
        for start in range(0, len(texts), _TOGETHER):
            some = texts[start : start + _TOGETHER]
            known = self._embedder.embed(some) if embeddings is None else embeddings[start : start + _TOGETHER]
            predictions += self._judge(_with_constant(self._space.rows(some, known)), neighbours)
        return predictions

    def probabilities(self, texts: Sequence[str]) -> Any:
        """A row for each text with the probability of each of `labels`."""
        rows = _with_constant(self._space.rows(texts, self._embedder.embed(texts)))
        return self._doubt.probabilities((rows @ self._weights).astype(np.float64))

    def _fit(self, texts: Sequence[str]) -> None:
        rows = _with_constant(self._space.rows(texts, self._embedder.embed(texts)))
        self._likened = rows[: len(self._texts), : self._embedder.dimensions]
        short, turned_back = condensed(rows)
        self._weights = turned_back(regress(short, self._labels, len(self._names)))
        self._doubt = Rehearsal(short, self._labels, self._likened).doubt()
        self._labels = self._labels[: len(self._texts)]

    def _judge(self, rows: Any, neighbours: int) -> list[Prediction]:
        logits = rows @ self._weights
        likeness = rows[:, : self._embedder.dimensions] @ self._likened.T
        best = logits.argmax(axis=1)
        own = likeness_to(best, likeness, self._labels)
        probabilities = self._doubt.probabilities(logits.astype(np.float64))
        if len(self._names) == 1:
            probabilities = np.clip(own, 0.0, 1.0)[:, None]
        known = self._doubt.known(logits, own)
        return [
            Prediction(
                self._names[label],
                float(probabilities[i, label]),
                float(known[i]),
                float(probabilities[i, label] * known[i]),
                self._nearest(likeness[i], label, neighbours),
                bool(own[i] >= self._doubt.familiar_from),
                self._likeliest(probabilities[i]),
            )
            for i, label in enumerate(best)
        ]

    def _nearest(self, likeness: Any, label: int, count: int) -> tuple[Neighbour, ...]:
        order = np.argsort(-likeness, kind="stable")
        own = order[self._labels[order] == label][: min(count, _ALIKE_FIRST)]
        chosen = [*own, *(i for i in order[: count + len(own)] if i not in own)][:count]
        return tuple(
            Neighbour(self._texts[i], self._names[self._labels[i]], round(float(likeness[i]), 3)) for i in chosen
        )

    def _likeliest(self, probabilities: Any) -> tuple[tuple[str, float], ...]:
        order = np.argsort(-probabilities, kind="stable")[:3]
        return tuple((self._names[i], float(probabilities[i])) for i in order)


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep linear algebra to one thread: on matrices this small, several cost more than they give, and contend."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        yield


def _with_constant(rows: Any) -> Any:
    """A last column of ones carries each label's bias."""
    return np.column_stack([rows, np.ones(len(rows), dtype=np.float32)])
