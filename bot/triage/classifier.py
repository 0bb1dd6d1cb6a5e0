"""Learns to label short texts from a handful of examples, with probabilities that mean what they say.

Likeness of two texts is a weighted sum of three cosines: of their embeddings, of their character n-grams and of their
words. Logistic regression is linear and its penalty does not change under rotation, so instead of thousands of sparse
columns it is fitted on the coordinates of the examples in the space that they span (kernel = likeness): the same
model, fitted in milliseconds, and the likenesses to the examples fall out on the way.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.ports import Embedder
from bot.triage.space import Marks, Space

_STRENGTH = 30.0  # inverse penalty of the regression; its over-confidence is what the temperature takes back
_FOLDS = 5
_FEWEST_TO_JUDGE = 10  # examples below which nothing is held out and the temperature is only a cautious guess
_CAUTION = 2.0
_STRANGE = 0.02  # the share of the examples themselves that may be called unlike all the others
_AT_HOME = 0.7  # the share of the examples that are wholly at home among those of their label
_LEAST_LIKENESS = 0.2  # cosine that unrelated short texts reach by chance, whatever the examples say


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An example like the text, with the cosine of their embeddings."""

    text: str
    label: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """The most probable label, with its probability among the labels.

    The labels are all that the probability knows of; `trust` is what is left of it when the text is less like the
    label's examples than those are like each other. `familiar` is False where it is like none, whatever the
    probability says.
    """

    label: str
    probability: float
    trust: float
    nearest: tuple[Neighbour, ...]
    familiar: bool
    probabilities: tuple[tuple[str, float], ...] = ()


class FewShotClassifier:
    """Labels texts after the examples it was given; made once, predicts often. Deterministic.

    The temperature that softens the regression's logits, and the likeness below which a text is unlike everything,
    are both fitted on predictions for held-out examples. With one label the probability is how familiar the text is,
    not a choice. `marks` are further measurements of a text (such as its share of capitals), weighed like one word.
    """

    def __init__(
        self, embedder: Embedder, examples: Sequence[tuple[str, str]], *, marks: Marks | None = None, seed: int = 0
    ) -> None:
        if not examples:
            raise ValueError("a classifier needs at least one example")
        self._texts = [text for text, _ in examples]
        self._names = sorted({label for _, label in examples})
        self._labels = np.array([self._names.index(label) for _, label in examples])
        self._space = Space(self._texts, embedder, marks)
        with one_thread():
            self._fit(seed)

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(self._names)

    def predict(self, texts: Sequence[str], *, embeddings: Any = None, neighbours: int = 3) -> list[Prediction]:
        """Label each text; never fails on any text, an empty one is unlike everything.

        `embeddings`, where the caller has them already, are the texts' own by the same embedder.
        """
        if not texts:
            return []
        known = self._space.embed(texts) if embeddings is None else np.asarray(embeddings, dtype=np.float64)
        return [self._predict(text, known[i], neighbours) for i, text in enumerate(texts)]

    def _predict(self, text: str, embedding: Any, neighbours: int) -> Prediction:
        placed = self._space.place(text, embedding)
        logits = placed.embedding @ self._by_embedding + placed.values @ self._by_gram[placed.columns] + self._bias
        probabilities = _softmax(logits[None, :] / self.temperature)[0]
        likeness = self._home @ embedding
        order = np.argsort(-likeness, kind="stable")[:neighbours]
        nearest = tuple(
            Neighbour(self._texts[i], self._names[self._labels[i]], round(float(likeness[i]), 3)) for i in order
        )
        best = int(np.argmax(probabilities))
        ranked = sorted(zip(self._names, map(float, probabilities), strict=True), key=lambda pair: (-pair[1], pair[0]))
        probability = float(probabilities[best])
        own = float(likeness[self._labels == best].max())
        if len(self._names) == 1:
            probability = max(0.0, min(1.0, own))
        trust = probability * max(0.0, min(1.0, own / self.at_home_from))
        return Prediction(self._names[best], probability, trust, nearest, own >= self.familiar_from, tuple(ranked[:3]))

    def _fit(self, seed: int) -> None:
        self._home = self._space.embed(self._texts)
        placed = [self._space.place(text, self._home[i]) for i, text in enumerate(self._texts)]
        embeddings, grams = self._space.matrix(placed)
        kernel = embeddings @ embeddings.T + (grams @ grams.T).toarray()
        weights, self._bias = _regress(kernel, self._labels, len(self._names))
        self._by_embedding, self._by_gram = embeddings.T @ weights, np.asarray(grams.T @ weights)
        self.temperature, self.familiar_from, self.at_home_from = _CAUTION, _LEAST_LIKENESS, _LEAST_LIKENESS
        if len(self._texts) >= _FEWEST_TO_JUDGE:
            self._measure_likeness()
            if len(self._names) > 1:
                self.temperature = self._cooled(kernel, seed)

    def _measure_likeness(self) -> None:
        """Learn how like each other the examples of a label are: what nearly all reach, and what most reach."""
        likeness = np.asarray(self._home @ self._home.T)
        np.fill_diagonal(likeness, -1.0)
        likeness[self._labels[:, None] != self._labels[None, :]] = -1.0
        nearest = likeness.max(axis=1)
        nearest = nearest[nearest > -1.0]
        if len(nearest):
            self.familiar_from = max(_LEAST_LIKENESS, float(np.quantile(nearest, _STRANGE)))
            self.at_home_from = max(_LEAST_LIKENESS, float(np.quantile(nearest, 1 - _AT_HOME)))

    def _cooled(self, kernel: Any, seed: int) -> float:
        """Fit the temperature by the likelihood of held-out examples."""
        folds = _folds(self._labels, seed)
        logits = np.zeros((len(self._labels), len(self._names)))
        judged = np.zeros(len(self._labels), dtype=bool)
        for fold in range(_FOLDS):
            held = folds == fold
            kept = ~held
            known = np.isin(self._labels, np.unique(self._labels[kept]))
            if not held.any() or len(np.unique(self._labels[kept])) < 2:
                continue
            weights, bias = _regress(kernel[np.ix_(kept, kept)], self._labels[kept], len(self._names))
            logits[held] = kernel[np.ix_(held, kept)] @ weights + bias
            judged |= held & known
        return _temperature(logits[judged], self._labels[judged]) if judged.any() else _CAUTION


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep linear algebra to one thread: on matrices this small, several cost more than they give, and contend."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        yield


def _regress(kernel: Any, labels: Any, count: int) -> tuple[Any, Any]:
    """Fit; return weights over the examples and a bias, one column a label (a label that has no example gets -9)."""
    from sklearn.linear_model import LogisticRegression

    present = np.unique(labels)
    weights, bias = np.zeros((len(labels), count)), np.full(count, -9.0)
    if len(present) == 1:
        bias[present] = 0.0
        return weights, bias
    values, vectors = np.linalg.eigh((kernel + kernel.T) / 2)
    keep = values > 1e-8 * values[-1]
    roots = np.sqrt(values[keep])
    model = LogisticRegression(C=_STRENGTH, tol=1e-4, max_iter=1000).fit(vectors[:, keep] * roots, labels)
    dual = (vectors[:, keep] / roots) @ model.coef_.T
    if len(present) == 2:
        weights[:, present], bias[present] = np.hstack([-dual, dual]) / 2, np.array([-1, 1]) * model.intercept_[0] / 2
    else:
        weights[:, present], bias[present] = dual, model.intercept_
    return weights, bias


def _folds(labels: Any, seed: int) -> Any:
    """Spread each label's examples evenly over the folds."""
    chance = np.random.default_rng(seed)
    folds = np.zeros(len(labels), dtype=int)
    dealt = 0
    for label in np.unique(labels):
        members = chance.permutation(np.flatnonzero(labels == label))
        folds[members] = (np.arange(len(members)) + dealt) % _FOLDS
        dealt += len(members)
    return folds


def _temperature(logits: Any, labels: Any) -> float:
    """The temperature under which the true labels are likeliest (Guo et al. 2017, by a grid: it is one number)."""
    grid = np.geomspace(0.05, 20.0, 121)
    rows = np.arange(len(labels))
    losses = [-np.log(np.maximum(_softmax(logits / t)[rows, labels], 1e-12)).mean() for t in grid]
    return float(grid[int(np.argmin(losses))])


def _softmax(logits: Any) -> Any:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)
