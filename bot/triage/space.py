"""Where texts lie: their embedding, and TF-IDF over character and word n-grams, side by side in one short row.

The n-grams, tens of thousands of them, are folded into a fixed number of columns, each with a sign (feature hashing,
Weinberger et al. 2009): inner products stay what they were up to a few hundredths, and everything after is dense and
small.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any
from zlib import crc32

import numpy as np

_CHARACTERS = _WORDS = 0.1  # the share of each beside an embedding of 1
_MARKED = 0.25
_COLUMNS = 1024
_READ = 4_000  # characters whose n-grams count
_LONGEST_WORD = 40
_WORD = re.compile(r"\w+|[!?]{2,}")

Marks = Callable[[str], Sequence[float]]


class Space:
    """Places texts by their embedding and by the n-grams that the examples have.

    A row's first columns are the embedding itself; `marks` are further measurements of a text (such as its share of
    capitals), in the last columns.
    """

    def __init__(self, texts: Sequence[str], marks: Marks | None = None) -> None:
        found: Counter[str] = Counter()
        for text in texts:
            found.update({*_characters(text), *_words(text)})
        self._index = {gram: i for i, gram in enumerate(found)}
        hashes = np.fromiter((crc32(gram.encode("utf-8", "replace")) for gram in found), np.int64, len(found))
        rarity = np.log((1 + len(texts)) / (1 + np.fromiter(found.values(), np.float64, len(found)))) + 1
        self._column, self._weight = hashes % _COLUMNS, np.where(hashes >> 31, rarity, -rarity)
        self._marks = marks

    def rows(self, texts: Sequence[str], embeddings: Any) -> Any:
        """A float32 row for each text. N-grams that no example has count for nothing."""
        embedded = np.nan_to_num(np.asarray(embeddings, dtype=np.float32))
        grams = np.zeros((len(texts), _COLUMNS), dtype=np.float32)
        for row, text in zip(grams, texts, strict=True):
            row += self._folded(_characters(text), _CHARACTERS)
            row += self._folded(_words(text), _WORDS)
        columns = [embedded, grams]
        if self._marks:
            marked = np.array([self._marks(text) for text in texts], dtype=np.float32)
            columns.append(marked.reshape(len(texts), -1) * math.sqrt(_MARKED))
        return np.concatenate(columns, axis=1)

    def _folded(self, grams: Iterable[str], share: float) -> Any:
        """The n-grams' columns, as a vector whose squared length is `share`."""
        counts = Counter(i for gram in grams if (i := self._index.get(gram)) is not None)
        at = np.fromiter(counts.keys(), np.int64, len(counts))
        often = 1 + np.log(np.fromiter(counts.values(), np.float64, len(counts)))
        folded = np.bincount(self._column[at], often * self._weight[at], _COLUMNS)
        length = float(np.linalg.norm(folded))
        return folded * (math.sqrt(share) / length) if length else folded


def _plain(text: str) -> str:
    """Fold case, and figures to their shape: which order it is says nothing about what is wanted."""
    return re.sub(r"\d", "0", text[:_READ].casefold())


def _characters(text: str) -> Iterable[str]:
    for word in _plain(text).split():
        padded = f" {word[:_LONGEST_WORD]} "
        for size in (2, 3, 4, 5):
            for start in range(max(1, len(padded) - size + 1)):
                yield padded[start : start + size]


def _words(text: str) -> Iterable[str]:
    words = [f"\x00{word}" for word in _WORD.findall(_plain(text))]
    yield from words
    for first, second in pairwise(words):
        yield first + second
