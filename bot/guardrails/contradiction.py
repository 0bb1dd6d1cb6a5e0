"""Two articles in force that give different figures for the same thing."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.domain.answer import Finding, Level, Passage
from bot.domain.article import Audience
from bot.domain.wording import MONEY, content_words, figures, is_negated, sentences
from bot.ports import GuardInput, Guardrail

NAME = "contradiction"
_ALIKE = 0.7  # the share of the words of the shorter sentence that both must have
_FEWEST_SHARED = 4
_MOST_SENTENCES = 25  # of a passage
_BESIDE = re.compile(r"\b(?:that|which|who)\b[^,.;]{0,40}?\bnot\s+\w+", re.I)  # a "not" that denies another thing
_DURATIONS = frozenset({"day", "working day", "hour", "minute", "week", "month", "year", "calendar day"})


@dataclass(frozen=True, slots=True)
class _Stated:
    text: str
    words: frozenset[str]
    unit: str
    values: frozenset[str]
    negated: bool


@dataclass(frozen=True, slots=True)
class _Statement:
    passage: Passage
    stated: _Stated


def check(given: GuardInput) -> Iterable[Finding]:
    """Warn, naming both articles, where nearly the same sentence gives another figure in the same unit.

    Careful rather than complete: sentences that also differ in a word of condition or place are not taken for the same.
    """
    today = given.at.date()
    statements: dict[str, list[_Statement]] = {}
    for passage in given.passages:
        begun = passage.effective is None or passage.effective <= today
        if begun and (passage.expires is None or today <= passage.expires) and passage.audience is Audience.CUSTOMER:
            for stated in _read(passage.text[:6_000]):
                statements.setdefault(stated.unit, []).append(_Statement(passage, stated))
    told: set[frozenset[str]] = set()
    for alike in statements.values():
        for first, second in _clashes(alike):
            pair = frozenset({first.passage.slug, second.passage.slug})
            if pair in told:
                continue
            told.add(pair)
            message = f"Two articles in force disagree: {_told(first)}, {_told(second)}."
            yield Finding(NAME, Level.WARN, message)


def _told(statement: _Statement) -> str:
    """What an article says, with who can mend it."""
    said = statement.stated.text.rstrip(" .")
    return f'"{statement.passage.title}" ({statement.passage.owner or "no owner"}) says "{said}"'


@lru_cache(maxsize=256)
def _read(text: str) -> tuple[_Stated, ...]:
    """The figures that a text states; remembered, because the same passages are found again and again."""
    return tuple(_statements(text))


def _statements(text: str) -> Iterator[_Stated]:
    for start, end in sentences(text)[:_MOST_SENTENCES]:
        sentence = text[start:end]
        by_unit: dict[str, set[str]] = {}
        found = figures(sentence)
        for figure in found:
            if figure.unit in MONEY or figure.unit in _DURATIONS or figure.unit == "%":
                by_unit.setdefault(figure.unit, set()).add(figure.value)
        if not by_unit or sentence.startswith("|"):  # a row says its "same thing" in its header
            continue
        bare = "".join(" " if any(f.start <= at < f.end for f in found) else c for at, c in enumerate(sentence))
        words = frozenset(content_words(bare))
        if len(words) < _FEWEST_SHARED:
            continue
        for unit, values in by_unit.items():
            yield _Stated(sentence[:200], words, unit, frozenset(values), is_negated(_BESIDE.sub(" ", sentence)))


def _clashes(statements: list[_Statement]) -> Iterator[tuple[_Statement, _Statement]]:
    for index, first in enumerate(statements):
        for second in statements[index + 1 :]:
            if first.passage.slug != second.passage.slug and _clash(first.stated, second.stated):
                yield first, second


def _clash(one: _Stated, other: _Stated) -> bool:
    shared = len(one.words & other.words)
    alike = shared >= _FEWEST_SHARED and shared >= _ALIKE * max(len(one.words), len(other.words))
    return alike and one.negated == other.negated and not one.values & other.values


GUARDRAIL = Guardrail(name=NAME, title="Sources agree", check=check)
