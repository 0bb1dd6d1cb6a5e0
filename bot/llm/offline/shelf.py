"""Passages as a drafter has read them: their units, words and embeddings, kept because passages never change."""

import re
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.domain.answer import Passage
from bot.domain.text.languages import language_of
from bot.domain.text.smuggling import order_in
from bot.domain.text.wording import content_words, is_negated, stem, words
from bot.llm.offline.question import codes_in
from bot.llm.offline.reading import Kind, Unit, units
from bot.llm.offline.wanting import Wants, gives
from bot.ports import Embedder

KEPT = 512
"""Passages that are remembered, the least recently used forgotten first: about 60 kB each."""

ROOTED = 0.8
"""What a word of the same root counts: "delivery" for "delivered"."""

_READ = 8_000  # characters of a passage that are read into units
_UNITS = 80
_CODE_STANDS = 12  # characters from the start of a row in which its code stands
_PARALLEL = 0.5  # the share of words from which two sentences of a section say the same of different cases
_ALIKE = 0.45  # cosine of two words' embeddings from which one counts for the other in part
_POINTER = re.compile(r"(?:see also|related(?: articles?| topics?)?|read more|further reading|siehe auch)\b", re.I)
_FIGURE = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Line:
    """A unit as it is weighed: `roots` are its words, `marks` those by which it differs from its siblings.

    `gives` are the kinds of answer in it.
    """

    unit: Unit
    roots: frozenset[str]
    marks: frozenset[str]
    gives: Wants
    negated: bool
    above: int  # the row of the title and the headings that lead to it
    section: int  # the row of its nearest heading alone

    @property
    def codes(self) -> frozenset[str]:
        """The codes that a row begins with, and so is about."""
        return codes_in(self.unit.text[:_CODE_STANDS]) if self.unit.kind is Kind.ROW else frozenset()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One passage as read. The rows of its matrices are its lines, then the headings that lead to them."""

    passage: Passage
    lines: tuple[Line, ...]
    named: frozenset[str]  # the roots of what its title, headings and first cells name
    language: str
    name: Any  # the embedding of its title and heading
    _words: tuple[tuple[str, ...], ...]
    _vectors: Any
    _starts: Any

    def cover(self, wanted: Sequence[str], vectors: Any) -> Any:
        """How well each row stands for each wanted word: itself 1, one of its root `ROOTED`, a like one its cosine."""
        roots = [stem(word) for word in wanted]
        rows = np.zeros((len(self._words), len(roots)))
        filled = [i for i, own in enumerate(self._words) if own]
        if filled and len(roots):
            alike = np.maximum.reduceat(self._vectors @ vectors.T, self._starts, axis=0)
            rows[filled] = np.where(alike >= _ALIKE, alike, 0.0)
        for i, own in enumerate(self._words):
            there = {stem(word) for word in own}
            rows[i, [j for j, root in enumerate(roots) if root in there]] = ROOTED
            rows[i, [j for j, word in enumerate(wanted) if word in own]] = 1.0
        return rows


class Shelf:
    """Reads passages once. Safe to use from several threads: at worst a passage is read twice."""

    def __init__(self, embedder: Embedder, kept: int = KEPT) -> None:
        self._embedder = embedder
        self._kept = kept
        self._sheets: OrderedDict[tuple[str, str, str], Sheet] = OrderedDict()

    def sheet(self, passage: Passage) -> Sheet:
        """The passage as read; its score and rank are the caller's own."""
        key = (passage.id, passage.heading, passage.text)
        sheet = self._sheets.pop(key, None) or _read(passage, self._embedder)
        self._sheets[key] = sheet
        while len(self._sheets) > self._kept:
            self._sheets.popitem(last=False)
        return sheet


def _read(passage: Passage, embedder: Embedder) -> Sheet:
    found = [unit for unit in units(passage.text[:_READ]) if _quotable(unit.text)][:_UNITS]
    aboves = list(dict.fromkeys(text for unit in found for text in (_above(passage, unit), _section(passage, unit))))
    roots = [frozenset(content_words(unit.text)) for unit in found]
    worded = [_worded(own) for own in roots]
    lines = tuple(
        Line(
            unit,
            roots[i],
            _marks(i, found, worded),
            gives(unit.text),
            is_negated(unit.text),
            len(found) + aboves.index(_above(passage, unit)),
            len(found) + aboves.index(_section(passage, unit)),
        )
        for i, unit in enumerate(found)
    )
    texts = [*(unit.text for unit in found), *aboves]
    own = tuple(tuple(word for word in words(text) if content_words(word)) for text in texts)
    flat = [word for there in own for word in there]
    starts = np.cumsum([0, *(len(there) for there in own if there)])[:-1]
    named = [passage.title, passage.heading, *(unit.heading for unit in found)]
    return Sheet(
        passage,
        lines,
        frozenset(root for name in named for root in content_words(name)).union(
            *(_first(unit) for unit in found if unit.kind is Kind.ROW)
        ),
        language_of(f"{passage.title}. {passage.text}"),
        np.nan_to_num(np.asarray(embedder.embed([passage.name])))[0],
        own,
        _vectors(flat, embedder),
        starts,
    )


def _quotable(text: str) -> bool:
    """Tell whether a text may be told to a customer: no order to a machine, no pointer to other reading."""
    return not order_in(text)[0] and not _POINTER.match(text)


def _above(passage: Passage, unit: Unit) -> str:
    return f"{passage.title} {_section(passage, unit)}"


def _section(passage: Passage, unit: Unit) -> str:
    return f"{unit.heading or passage.heading or passage.title} {unit.under}".rstrip()


def _vectors(flat: Sequence[str], embedder: Embedder) -> Any:
    different = list(dict.fromkeys(flat))
    if not different:
        return np.zeros((0, embedder.dimensions))
    place = {word: i for i, word in enumerate(different)}
    return np.nan_to_num(np.asarray(embedder.embed(different)))[[place[word] for word in flat]]


def _marks(at: int, found: Sequence[Unit], roots: Sequence[frozenset[str]]) -> frozenset[str]:
    """The words by which a unit differs from its siblings: other rows of its table, sentences built like it.

    Figures tell no case from another, they are what the cases differ in; but a row's first cell may be one.
    """
    unit, own = found[at], roots[at]
    if unit.kind is Kind.STEP:
        return frozenset()
    if unit.kind is Kind.ROW:
        others = (_first(other) for other in found if other.kind is Kind.ROW and other.block == unit.block)
        return frozenset().union(*(_first(unit) - other for other in others))
    alike = (there for i, there in enumerate(roots) if i != at and found[i].kind is unit.kind)
    return frozenset().union(*(own - there for there in alike if len(own & there) >= _PARALLEL * len(own | there)))


def _worded(roots: Iterable[str]) -> frozenset[str]:
    return frozenset(root for root in roots if not _FIGURE.search(root))


def _first(row: Unit) -> set[str]:
    """The words of a row's first cell: what the row is about."""
    return set(content_words(re.split(r" – |: ", row.text, maxsplit=1)[0]))
