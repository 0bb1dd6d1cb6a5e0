"""Where texts lie: their embedding, and TF-IDF over character and word n-grams, each as a row of length 1.

TF-IDF is written out here because a text is placed at every call: this takes a tenth of scikit-learn's time for one
text.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from bot.ports import Embedder

_EMBEDDING, _CHARACTERS, _WORDS = 0.6, 0.2, 0.2
_MARKED = 0.2
_WORD = re.compile(r"\w+|[!?]{2,}")

Marks = Callable[[str], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Placed:
    """One text: its embedding, and the columns and values of its n-grams and marks, all weighted."""

    embedding: Any
    columns: Any
    values: Any


class Space:
    """The n-grams of the examples. The inner product of two placed texts is their likeness, from 0 to about 1."""

    def __init__(self, texts: Sequence[str], embedder: Embedder, marks: Marks | None = None) -> None:
        self._embedder = embedder
        self._marks = marks
        self._column: dict[str, int] = {}
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update({*_characters(text), *_words(text)})
        self._rarity = np.zeros(len(counts))
        for column, (gram, count) in enumerate(sorted(counts.items())):
            self._column[gram] = column
            self._rarity[column] = math.log((1 + len(texts)) / (1 + count)) + 1
        self.width = len(counts) + (len(marks("")) if marks else 0)

    def embed(self, texts: Sequence[str]) -> Any:
        """The embeddings, rows of length 1 or 0."""
        return np.nan_to_num(np.asarray(self._embedder.embed(list(texts)), dtype=np.float64))

    def place(self, text: str, embedding: Any) -> Placed:
        """Place one text whose embedding is known; n-grams that no example has count for nothing."""
        columns: list[Any] = []
        values: list[Any] = []
        for grams, share in ((_characters(text), _CHARACTERS), (_words(text), _WORDS)):
            found = Counter(self._column[gram] for gram in grams if gram in self._column)
            at = np.fromiter(found.keys(), dtype=np.int64, count=len(found))
            weight = (1 + np.log(np.fromiter(found.values(), dtype=np.float64, count=len(found)))) * self._rarity[at]
            norm = float(np.linalg.norm(weight))
            columns.append(at)
            values.append(weight * (math.sqrt(share) / norm) if norm else weight)
        if self._marks:
            marks = np.asarray(self._marks(text), dtype=np.float64)
            columns.append(np.arange(self.width - len(marks), self.width))
            values.append(marks * math.sqrt(_MARKED))
        return Placed(embedding * math.sqrt(_EMBEDDING), np.concatenate(columns), np.concatenate(values))

    def matrix(self, placed: Sequence[Placed]) -> tuple[Any, Any]:
        """The embeddings as an array and the n-grams as a sparse matrix, a row each."""
        from scipy.sparse import csr_matrix

        ends = np.cumsum([0, *(len(text.columns) for text in placed)])
        columns = np.concatenate([text.columns for text in placed])
        values = np.concatenate([text.values for text in placed])
        return np.stack([text.embedding for text in placed]), csr_matrix(
            (values, columns, ends), shape=(len(placed), self.width)
        )


def _folded(text: str) -> str:
    """Fold case, and figures to their shape: which order it is says nothing about what is wanted."""
    return re.sub(r"\d", "0", text.casefold())


def _characters(text: str) -> Iterable[str]:
    for word in _folded(text).split():
        padded = f" {word[:40]} "
        for size in (2, 3, 4, 5):
            for start in range(max(1, len(padded) - size + 1)):
                yield padded[start : start + size]


def _words(text: str) -> Iterable[str]:
    words = [f"\x00{word}" for word in _WORD.findall(_folded(text))]
    yield from words
    for first, second in pairwise(words):
        yield first + second
