"""Names what no article covers, in the customer's own words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.domain.text.plain import shortened
from bot.domain.text.wording import content_words, sentences
from bot.llm.offline.question import Question

_LACKING = 0.5  # how well a word must be found not to be missing
_SHORT, _LONGEST = 48, 80  # characters: what a rep reads at a glance, and at most
_READ = 2_000  # characters of a question
_WORD = re.compile(r"\S+")
_HOW = re.compile(r"\b(?:how|wie)\s$", re.I)
_STOPS = ",.;:?!)"
_EDGES = " ,.;:?!\"'“”‘’„()[]*_-…"
_LINKS = frozenset(
    """of for in to with at on from by as about into without under over per via and or the a an my your our their his
    her its this that these those any some another other between during within after before until than
    von für im zu zum zur mit bei auf aus nach ohne und oder der die das den dem des ein eine einen einem einer mein
    meine meinen meiner ihr ihre ihren eure euer""".split()  # noqa: SIM905
)
"""Words that hold a phrase together; at its edges they say nothing."""
_FRAME = frozenset(
    """offer offers provide sell sells have has had get gets give gives want wants like need needs know tell do does did
    can could will would may might must should is are am was were be been there it i we you they he she who what which
    when where why how if whether please possible available allowed hello hi hey dear thanks thank if so but because
    u ur pls plz what's whats that's i'm it's me us him them not no many much long often soon kind kinds also just
    really actually still
    ich wir sie er es kann können könnt habt haben hat gibt ist sind wie was wann wo wer warum bitte möchte
    auch euch uns""".split()  # noqa: SIM905
)
"""Words in which a wish is put ("Do you offer", "Can I get"); they end a phrase and are no part of it."""

_Phrase = tuple[int, int]


def missing_topic(question: Question, found: Any) -> str:
    """The customer's own words for what is not covered: the phrase around the weightiest word that no article has.

    `found` tells, from 0 to 1, how well what was found stands for each of the question's roots. Where everything is
    found somewhere, and still nothing answers, it is the weightiest phrase of all.
    """
    text = " ".join(question.text[:_READ].split())
    weights = {root: float(weight) for root, weight in zip(question.roots, question.weights, strict=True)}
    lacking = {root: weights[root] for root, there in zip(question.roots, found, strict=True) if there < _LACKING}
    said = [list(_phrases(text, begin, end)) for begin, end in sentences(text)]
    for wanted in (lacking, weights):
        worths = [(_worth(text[a:b], wanted), phrases, at) for phrases in said for at, (a, b) in enumerate(phrases)]
        worth, phrases, at = max(worths, key=lambda each: each[0], default=((0.0, 0.0), [], 0))
        if worth > (0.0, 0.0):
            start, end = _widened(text, phrases, at)
            return _shortened(text[start:end])
    return _shortened(text)


def _phrases(text: str, begin: int, end: int) -> Iterator[_Phrase]:
    """The words of a sentence that stand together, without the links at their edges."""
    taken: list[re.Match[str]] = []
    for match in _WORD.finditer(text, begin, end):
        word = _folded(match)
        if word and word not in _FRAME:
            taken.append(match)
        if not word or word in _FRAME or match.group()[-1] in _STOPS:
            yield from _trimmed(taken)
            taken = []
    yield from _trimmed(taken)


def _trimmed(taken: Sequence[re.Match[str]]) -> Iterator[_Phrase]:
    meant = [i for i, match in enumerate(taken) if _folded(match) not in _LINKS]
    if meant:
        start, end = taken[meant[0]].start(), taken[meant[-1]].end()
        yield start, end - (taken[meant[-1]].group()[-1] in _STOPS)


def _folded(match: re.Match[str]) -> str:
    return match.group().strip(_EDGES).casefold()


def _worth(phrase: str, wanted: Mapping[str, float]) -> tuple[float, float]:
    """The weight of the weightiest wanted word in it, then that of all."""
    weights = [wanted.get(root, 0.0) for root in set(content_words(phrase))]
    return max(weights, default=0.0), sum(weights)


def _widened(text: str, phrases: Sequence[_Phrase], at: int) -> _Phrase:
    """A word alone seldom tells what is meant: it is said with the phrase beside it ("heavy is the grinder")."""
    start, end = phrases[at]
    if len(content_words(text[start:end])) > 1:
        return start, end
    after = [(start, b) for _, b in phrases[at + 1 : at + 2]]
    before = [(a, end) for a, _ in phrases[max(0, at - 1) : at]]
    beside = (span for span in (*after, *before) if not set(text[slice(*span)]) & set(_STOPS))
    wide = next(beside, (start, end))
    how = _HOW.search(text, max(0, wide[0] - 5), wide[0])
    wide = (how.start() if how else wide[0], wide[1])
    return wide if wide[1] - wide[0] <= _SHORT else (start, end)


def _shortened(text: str) -> str:
    text = text.strip(_EDGES)
    return shortened(text, _LONGEST)
