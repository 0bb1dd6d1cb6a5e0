"""Where texts lie: their embedding, and TF-IDF over character and word n-grams, side by side in one short row.

The n-grams, tens of thousands of them, are folded into a fixed number of columns, each with a sign (feature hashing,
Weinberger et al. 2009): inner products stay what they were up to a few hundredths, and everything after is dense and
small. An n-gram is never a string here, only a hash of its letters, so that thousands of texts take a fraction of a
second.
"""

import math
import re
from collections.abc import Callable, Sequence
from typing import Any
from zlib import crc32

import numpy as np

_CHARACTERS = _WORDS = 0.1  # the share of each beside an embedding of 1
_MARKED = 1 / 3
_COLUMNS = 1024
_BUCKETS = 1 << 18  # of n-grams whose rarity is kept together
_SIZES = (2, 3, 4, 5)
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
        self._marks = marks
        self._rarity = np.zeros(_BUCKETS, dtype=np.float32)
        for grams in (_characters, _words):
            _, hashes, _ = _counted(*grams(texts))
            told = np.bincount(hashes % _BUCKETS, minlength=_BUCKETS)
            rarity = np.log((1 + len(texts)) / (1 + np.minimum(told, len(texts)))) + 1
            self._rarity = np.maximum(self._rarity, np.where(told > 0, rarity, 0.0)).astype(np.float32)

    def rows(self, texts: Sequence[str], embeddings: Any) -> Any:
        """A float32 row for each text. N-grams that no example has count for nothing."""
        embedded = np.nan_to_num(np.asarray(embeddings, dtype=np.float32))
        grams = self._folded(len(texts), *_characters(texts), _CHARACTERS)
        grams += self._folded(len(texts), *_words(texts), _WORDS)
        columns = [embedded, grams]
        if self._marks:
            marked = np.array([self._marks(text) for text in texts], dtype=np.float32)
            columns.append(marked.reshape(len(texts), -1) * math.sqrt(_MARKED))
        return np.concatenate(columns, axis=1)

    def _folded(self, count: int, owners: Any, hashes: Any, share: float) -> Any:
        """The texts' n-grams, folded: a row each, of squared length `share`."""
        owners, hashes, often = _counted(owners, hashes)
        weights = (1 + np.log(often)) * self._rarity[hashes % _BUCKETS] * np.where(hashes & 1, 1.0, -1.0)
        places = owners * _COLUMNS + (hashes >> 8) % _COLUMNS
        rows = np.bincount(places, weights, count * _COLUMNS).astype(np.float32).reshape(count, _COLUMNS)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows * (math.sqrt(share) / np.maximum(lengths, 1e-6))


def _plain(text: str) -> str:
    """Fold case, and figures to their shape: which order it is says nothing about what is wanted."""
    return re.sub(r"\d", "0", text[:_READ].casefold())


def _characters(texts: Sequence[str]) -> tuple[Any, Any]:
    """Whose each n-gram of characters is, and its hash. None spans two words: each word has blanks of its own."""
    padded = ["".join(f" {word[:_LONGEST_WORD]} " for word in _plain(text).split()) for text in texts]
    points = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    of = np.repeat(np.arange(len(texts)), [len(text) for text in padded])
    ends = np.concatenate([[0], np.cumsum((points[:-1] == 32) & (points[1:] == 32))]) if len(points) else points
    owners, hashes, rolling = [], [], np.zeros(len(points), dtype=np.uint32)
    for size in range(1, min(max(_SIZES), len(points)) + 1):
        rolling = rolling[: len(points) - size + 1] * np.uint32(31_337) + points[size - 1 :]
        if size in _SIZES:
            whole = ends[: len(rolling)] == ends[size - 1 :]
            owners.append(of[: len(rolling)][whole])
            hashes.append(_mixed(rolling[whole] + np.uint32(size)))
    return (np.concatenate(owners), np.concatenate(hashes)) if owners else (of[:0], _mixed(points[:0]))


def _words(texts: Sequence[str]) -> tuple[Any, Any]:
    """Whose each word and pair of neighbouring words is, and its hash."""
    words = [[crc32(word.encode("utf-8", "replace")) for word in _WORD.findall(_plain(text))] for text in texts]
    of = np.repeat(np.arange(len(texts)), [len(found) for found in words])
    singles = np.array([word for found in words for word in found], dtype=np.uint32)
    pairs = singles[:-1] * np.uint32(31_337) + singles[1:]
    together = of[:-1] == of[1:]
    return np.concatenate([of, of[:-1][together]]), _mixed(np.concatenate([singles, pairs[together]]) ^ np.uint32(7))


def _mixed(hashes: Any) -> Any:
    """Spread hashes of like n-grams over all bits (the last steps of MurmurHash3)."""
    hashes = (hashes ^ (hashes >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    hashes = (hashes ^ (hashes >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return (hashes ^ (hashes >> np.uint32(16))).astype(np.int64)


def _counted(owners: Any, hashes: Any) -> tuple[Any, Any, Any]:
    """Each n-gram of each text once, and how often it is there."""
    both, often = np.unique((owners << 32) | hashes, return_counts=True)
    return both >> 32, both & 0xFFFFFFFF, often
