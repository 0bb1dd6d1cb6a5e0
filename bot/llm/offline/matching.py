"""Tells how well each unit of the passages found answers each need: its words, its meaning, its place and its form."""

import functools
import operator
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.domain.answer import Passage
from bot.domain.text.wording import content_words
from bot.llm.offline.question import Need, Question
from bot.llm.offline.reading import Kind, Unit, row
from bot.llm.offline.shelf import Line, Sheet
from bot.llm.offline.wanting import FIGURED, Wants, gives
from bot.ports import TokenEmbedder

SENSED = 64
"""The units, the best by words and form, whose meaning is taken as well: 3 ms each at their first time."""

WEIGHTS: Mapping[str, float] = {
    "told": 1.61, "kind": 2.25, "leave": 1.04, "strange": -1.77, "spoken": 1.93, "rank": 1.43, "leads": -2.71,
    "negated": -0.46, "code": 5.39, "leans": -2.02, "intent": 3.65, "heard": 15.88, "echoed": 10.34, "asked": 6.06,
}  # fmt: skip
"""What each feature counts. Fitted, not chosen: see `python -m tests.benchmarks.fit_draft`."""

_IN_SECTION, _IN_TITLE = 0.9, 0.6  # what a word of the headings counts for a unit below them
_STRANGE = 4  # unspoken marks from which a unit is as strange as can be
_UNCODED = 50.0  # log-odds: where a code that is asked for has rows of its own, nothing else answers
_READ = 600  # characters of a unit whose meaning is taken
_HEADED = 0.85  # what a token of the headings counts, against one of the unit
_WIDE = 4  # cells from which a row is cut to the columns that are asked for
MEANT = ("heard", "echoed", "asked")
FORM = tuple(name for name in WEIGHTS if name not in MEANT)
_FORMED = np.array([WEIGHTS[name] for name in FORM])
_MEANT = np.array([WEIGHTS[name] for name in MEANT])


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A unit that could be quoted. `cover` and `above`: how well it and its headings stand for the question's roots.

    For each need: `scores` are how well it answers (log-odds, to be compared within one need), `answers` what it would
    be told as (itself, or its whole procedure), `shares` the probability that this is the answer, `near` a row
    of its likenesses by the names of `MEANT`, and `kinds` whether it gives the kind of figure that is wanted.
    """

    sheet: int
    index: int
    line: Line
    cover: Any
    above: Any
    scores: tuple[float, ...]
    shares: tuple[float, ...]
    answers: tuple[Hashable, ...]
    near: Any
    kinds: tuple[bool, ...]

    @property
    def unit(self) -> Unit:
        return self.line.unit

    @property
    def size(self) -> int:
        return len(self.unit.text.split())

    def rank(self, n: int) -> tuple[float, float]:
        """What is told for a need is the likeliest answer, and of a procedure its best step."""
        return self.shares[n], self.scores[n]


def candidates(
    question: Question, sheets: Sequence[Sheet], vectors: Any, intent: Any, meanings: TokenEmbedder
) -> list[Candidate]:
    """Score every unit for every need. `vectors` embed the question's words; `intent` what triage thinks is wanted."""
    read = [(number, sheet, sheet.cover(question.surface, vectors)) for number, sheet in enumerate(sheets)]
    places = [(number, i) for number, sheet, _ in read for i in range(len(sheet.lines))]
    if not places:
        return []
    formed = [
        np.concatenate([form(need, question, number, sheet, rows, intent) for number, sheet, rows in read])
        for need in question.needs
    ]
    alike = [_alike(n, question, formed[n] @ _FORMED, places, sheets, meanings) for n in range(len(question.needs))]
    scores = np.stack([formed[n] @ _FORMED + alike[n] @ _MEANT for n in range(len(question.needs))])
    near = np.stack(alike)
    lines = [sheets[number].lines[i] for number, i in places]
    shares = np.zeros_like(scores)
    answers: list[list[Hashable]] = []
    for n, need in enumerate(question.needs):
        coded = np.array([bool(need.codes & line.codes) for line in lines])
        if coded.any():
            scores[n, ~coded] -= _UNCODED
        answers.append([_answer(need, *place) for place in zip(places, lines, strict=True)])
        shares[n] = _shares(scores[n], answers[n])
    found: list[Candidate] = []
    for at, ((number, i), line) in enumerate(zip(places, lines, strict=True)):
        rows = read[number][2]
        kinds = tuple(bool(line.gives & need.wants & FIGURED) for need in question.needs)
        score, share = (tuple(map(float, values[:, at])) for values in (scores, shares))
        same = tuple(each[at] for each in answers)
        found.append(Candidate(number, i, line, rows[i], rows[line.above], score, share, same, near[:, at], kinds))
    return found


def form(need: Need, question: Question, number: int, sheet: Sheet, rows: Any, intent: Any) -> Any:
    """What words and form tell of a sheet's lines: a row for each line, a column for each name of `FORM`."""
    lines, wants = sheet.lines, need.wants
    total = float(need.weights.sum()) or 1.0
    own = rows[: len(lines)]
    section, above = rows[[line.section for line in lines]], rows[[line.above for line in lines]]
    said, weighed = set(question.roots), dict(zip(question.roots, need.weights, strict=True))
    listing = need.lists
    columns = {
        "told": np.maximum(np.maximum(own, _IN_SECTION * section), _IN_TITLE * above) @ need.weights / total,
        "kind": [bool(line.gives & wants & (Wants.TIME | Wants.AMOUNT)) for line in lines],
        "leave": [Wants.LEAVE in wants & line.gives for line in lines],
        "strange": [strange(line, said) for line in lines],
        "spoken": [_spoken(line, weighed) / total for line in lines],
        "rank": np.full(len(lines), 1 / (number + 1)),
        "leads": [line.unit.leads_in for line in lines],
        "negated": [listing and line.negated for line in lines],
        "code": [bool(need.codes & line.codes) for line in lines],
        "leans": [line.unit.leans_back for line in lines],
        "intent": np.full(len(lines), float(sheet.name @ intent)),
    }
    return np.column_stack([columns[name] for name in FORM]).astype(np.float64)


def likeness(
    n: int, question: Question, places: Sequence[tuple[int, int]], sheets: Sequence[Sheet], meanings: TokenEmbedder
) -> Any:
    """How near the units' meaning is; a column for each name of `MEANT`.

    `heard`: how well each token of the need's part of the message is met by one of the unit, or a little less well by
    one of the headings above it; a token that all units meet counts little. `asked`: the same for the words that ask.
    `echoed`: how well each of the unit's tokens is met by the message. All are means of the likeness to the nearest
    token in its context (late interaction: Khattab & Zaharia, SIGIR 2020, there an unweighted sum).
    """
    need = question.needs[n]
    if not need.tokens.size:
        return np.zeros((len(places), len(MEANT)))
    units = [(sheets[number].passage, sheets[number].lines[i].unit) for number, i in places]
    _, leads = meanings.embed_tokens([_lead(*unit) for unit in units])
    _, tokens = meanings.embed_tokens([placed(*unit) for unit in units])
    parted = [(each[len(lead) :], each[: len(lead)]) for each, lead in zip(tokens, leads, strict=True)]
    echoed = [float(_nearest(need.tokens @ own.T, 0).mean()) if own.size else 0.0 for own, _ in parted]
    return np.column_stack([_heard(need.tokens, parted), echoed, _heard(need.asking, parted)])


def _heard(tokens: Any, parted: Sequence[tuple[Any, Any]]) -> Any:
    """How well the tokens are met by each unit's own tokens and its headings', the telling ones first."""
    met = np.stack(
        [np.maximum(_nearest(tokens @ own.T, 1), _HEADED * _nearest(tokens @ lead.T, 1)) for own, lead in parted]
    )
    telling = (1 - met.mean(axis=0)) ** 2
    return met @ telling / max(float(telling.sum()), 1e-9)


def placed(passage: Passage, unit: Unit) -> str:
    """A unit as it is said below the title and the heading that it stands under."""
    return f"{_lead(passage, unit)}{unit.text}"[:_READ]


def _lead(passage: Passage, unit: Unit) -> str:
    heading = unit.heading or passage.heading
    return f"{passage.title}. {heading}: " if heading else f"{passage.title}: "


def _nearest(alike: Any, axis: int) -> Any:
    """The likeness to the nearest token, along an axis; 0 where there is none."""
    return alike.max(axis=axis) if alike.shape[axis] else np.zeros(alike.shape[1 - axis])


def _shares(scores: Any, answers: Sequence[Hashable]) -> Any:
    """The softmax of the scores; units that are the same answer share its probability."""
    odds = np.exp(scores - scores.max())
    kinds = {answer: kind for kind, answer in enumerate(dict.fromkeys(answers))}
    kind = [kinds[answer] for answer in answers]
    return np.bincount(kind, weights=odds / odds.sum(), minlength=len(kinds))[kind]


def _answer(need: Need, place: tuple[int, int], line: Line) -> Hashable:
    """What a unit would be told as: a step as its procedure, where no figure is asked for, any other by its words."""
    if line.unit.kind is Kind.STEP and not need.wants & FIGURED:
        return place[0], line.unit.block
    return line.roots


def _alike(
    n: int, question: Question, formed: Any, places: Sequence[tuple[int, int]], sheets: Sequence[Sheet],
    meanings: TokenEmbedder,
) -> Any:  # fmt: skip
    """The likeness of the units that are best by words and form; that of the others is not worth its time."""
    best = np.argsort(-formed, kind="stable")[:SENSED]
    alike = np.zeros((len(places), len(MEANT)))
    alike[best] = likeness(n, question, [places[at] for at in best], sheets, meanings)
    return alike


def narrowed(candidate: Candidate, question: Question, passage: Passage) -> str:
    """The text of a unit; of a wide row only its first cell and the columns that are asked for."""
    unit = candidate.unit
    if len(unit.cells) < _WIDE:
        return unit.text
    common = set(content_words(f"{passage.title} {unit.heading or passage.heading} {unit.cells[0][1]}"))
    said = set(question.roots) - common
    kinds = functools.reduce(operator.or_, (need.wants for need in question.needs)) & FIGURED
    spoken = [cell for cell in unit.cells[1:] if said & set(content_words(" ".join(cell)))]
    typed = [cell for cell in unit.cells[1:] if gives(cell[1]) & kinds]
    told = [cell for cell in unit.cells[1:] if cell in spoken or (cell in typed and not set(spoken) & set(typed))]
    return row((unit.cells[0], *(told if set(told) & set(typed) or not kinds else told or unit.cells[1:])))


def strange(line: Line, said: set[str]) -> float:
    """How much of what sets a unit apart from its siblings the customer did not speak of, from 0 to 1."""
    return min(1.0, sum(mark not in said for mark in line.marks) / _STRANGE)


def _spoken(line: Line, weighed: Mapping[str, float]) -> float:
    """The weight of the need's words by which a unit differs from its siblings."""
    return sum(weighed.get(mark, 0.0) for mark in line.marks)
