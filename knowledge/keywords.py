"""Passages by their words: BM25 (Lucene's variant) over a tokeniser made for help texts, ids and error codes."""

import logging
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

LONGEST_QUERY_TOKENS = 2_000

_STOP_WORDS = """
a about am an and any are as at be been but by can could did do does for from had has have he hello her here hi him
his how i if in into is it its just me my of on or our please she should so some than thank thanks that the their them
then there these they this those to us was we were what when where which who whom why will with would you your
im ive id ill youre theyre dont doesnt didnt cant couldnt wont wouldnt isnt arent wasnt havent hasnt
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())

_TOKEN = re.compile(r"\w+(?:[-_.'’/]\w+)*")
_PART = re.compile(r"[^\W_]+")
_CONTRACTION = re.compile(r"['’](?:t|m|d|ll|re|ve)$")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")


class KeywordIndex:
    """Scores every passage by the words that it shares with a query; empty index and empty query included.

    About 0.1 s to build for 1,000 passages and 0.2 ms a query at 10,000. Safe to use from several threads.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._size = len(texts)
        self._bm25: Any = None
        tokens = [tokens_of(text) for text in texts]
        if any(tokens):
            import bm25s  # brings scipy, and sets its own logger to debug

            logging.getLogger("bm25s").setLevel(logging.WARNING)

            self._bm25 = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
            self._bm25.index(tokens, show_progress=False)

    def scores(self, query: str) -> NDArray[np.float32]:
        """Score each text in the order given at the start; 0 means that it shares no word with the query."""
        tokens = tokens_of(query)[:LONGEST_QUERY_TOKENS]
        if self._bm25 is None or not tokens:
            return np.zeros(self._size, dtype=np.float32)
        known = self._bm25.get_tokens_ids(tokens)
        if not len(known):
            return np.zeros(self._size, dtype=np.float32)
        return np.asarray(self._bm25.get_scores_from_ids(known), dtype=np.float32)


def tokens_of(text: str) -> list[str]:
    """Split into searchable words: lower case, without accents, stemmed, without stop words.

    Ids are found whole and in parts, however they are written: "FH-1042" gives fh1042, fh and 1042, and "e-mail" meets
    "email". Scripts without spaces (Chinese, Japanese) give pairs of neighbouring characters.
    """
    words = (match.group() for match in _TOKEN.finditer(_plain(text)))
    return [token for word in words for token in (_remembered if len(word) < 40 else _tokens_of_word)(word)]


def _plain(text: str) -> str:
    """Fold case, width and accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if unicodedata.category(c) != "Mn"))


def _tokens_of_word(word: str) -> tuple[str, ...]:
    return tuple(stem(part) for part in _parts(word) if part not in STOP_WORDS)


@lru_cache(maxsize=50_000)
def _remembered(word: str) -> tuple[str, ...]:
    return _tokens_of_word(word)


def _parts(word: str) -> Iterator[str]:
    """Yield a compound whole and in parts; a contraction only whole."""
    word = word.removesuffix("'s").removesuffix("’s")
    parts = _PART.findall(word)
    if len(parts) > 1 and "/" not in word:
        yield "".join(parts)
    if len(parts) == 1 or not _CONTRACTION.search(word):
        for part in parts:
            yield from _spaced(part)


def _spaced(word: str) -> Iterator[str]:
    """Yield the word, or, where its script knows no spaces, the pairs of its characters."""
    if not _UNSPACED.search(word):
        yield word
        return
    for run in _UNSPACED.findall(word):
        yield from (run[i : i + 2] for i in range(max(1, len(run) - 1)))
    yield from (rest for rest in _UNSPACED.split(word) if rest)


def stem(word: str) -> str:
    """Cut the common English endings, so that refund, refunds, refunded and refunding meet; ids stay as they are.

    The first step of Porter's stemmer (Program 14, 1980), with a final e and doubled consonants cut from every word.
    """
    if len(word) < 4 or not (word.isascii() and word.isalpha()):
        return word
    if word.endswith("ies"):
        word = word[:-3] + "y"
    elif word.endswith("sses"):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        rest = word[: -len(ending)]
        if word.endswith(ending) and len(rest) > 2 and any(c in "aeiouy" for c in rest):
            word = rest
            break
    if len(word) > 3 and word.endswith("e"):
        word = word[:-1]
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiou":
        word = word[:-1]
    return word[:-1] + "i" if len(word) > 3 and word.endswith("y") else word
