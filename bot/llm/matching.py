"""Tells how well each unit of the passages found answers each need: its words, its meaning, its place and its form."""

import functools
import operator
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.domain.answer import Passage
from bot.domain.text.wording import content_words
from bot.llm.question import Need, Question, codes_in
from bot.llm.reading import Kind, Unit, row
from bot.llm.shelf import ROOTED, Line, Meanings, Sheet
from bot.llm.wanting import FIGURED, Wants, counted, gives

SENSED = 16
"""The units, the best by words and form, whose meaning is taken as well: 4 ms each at their first time."""

WEIGHTS: Mapping[str, float] = {
    "told": 3.12, "above": 2.23, "named": 2.16, "kind": 2.64, "count": 0.56, "leave": 0.66, "strange": -1.41,
    "spoken": 2.93, "plight": -0.37, "directed": 0.3, "step_wanted": 0.55, "rank": 0.79, "leads": -1.55,
    "negated": -1.59, "row": 0.09, "item": 0.3, "code": 2.16, "leans": -1.14, "begins": 0.15, "intent": 2.48,
    "placed": 6.05, "meant": 5.12, "storied": 6.74,
}  # fmt: skip
"""What each feature counts. Fitted, not chosen: see `python -m tests.benchmarks.fit_draft`."""

_IN_SECTION, _IN_TITLE = 0.9, 0.6  # what a word of the headings counts for a unit below them
_CODE_STANDS = 12  # characters from the start of a row in which its code stands
_STRANGE = 4  # unspoken marks from which a unit is as strange as can be
_UNCODED = 50.0  # log-odds: where a code that is asked for has rows of its own, nothing else answers
_WIDE = 4  # cells from which a row is cut to the columns that are asked for
MEANT = ("placed", "meant", "storied")
FORM = tuple(name for name in WEIGHTS if name not in MEANT)
_FORMED = np.array([WEIGHTS[name] for name in FORM])
_MEANT = np.array([WEIGHTS[name] for name in MEANT])


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A unit that could be quoted. `cover` and `above`: how well it and its headings stand for the question's roots.

    For each need: `scores` are how well it answers (log-odds, to be compared within one need), `shares` the probability
    that what it is told as (itself, or its whole procedure) is the answer, `alike` how near its meaning is (a cosine),
    and `kinds` whether it gives the kind of figure that is wanted.
    """

    sheet: int
    index: int
    line: Line
    cover: Any
    above: Any
    scores: tuple[float, ...]
    shares: tuple[float, ...]
    alike: tuple[float, ...]
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
    question: Question, sheets: Sequence[Sheet], vectors: Any, intent: Any, meanings: Meanings
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
    near = np.stack([each[:, :2].max(axis=1) for each in alike])
    lines = [sheets[number].lines[i] for number, i in places]
    shares = np.zeros_like(scores)
    for n, need in enumerate(question.needs):
        coded = np.array([named_by_code(line, need.codes) for line in lines])
        if coded.any():
            scores[n, ~coded] -= _UNCODED
        shares[n] = _shares(scores[n], [_answer(need, *place) for place in zip(places, lines, strict=True)])
    found: list[Candidate] = []
    for at, ((number, i), line) in enumerate(zip(places, lines, strict=True)):
        rows = read[number][2]
        kinds = tuple(bool(line.gives & need.wants & FIGURED) for need in question.needs)
        score, share, alikeness = (tuple(map(float, values[:, at])) for values in (scores, shares, near))
        found.append(Candidate(number, i, line, rows[i], rows[line.above], score, share, alikeness, kinds))
    return found


def form(need: Need, question: Question, number: int, sheet: Sheet, rows: Any, intent: Any) -> Any:
    """What words and form tell of a sheet's lines: a row for each line, a column for each name of `FORM`."""
    lines, wants = sheet.lines, need.wants
    total = float(need.weights.sum()) or 1.0
    own = rows[: len(lines)]
    section, above = rows[[line.section for line in lines]], rows[[line.above for line in lines]]
    said, thing, steps = set(question.roots), counted(need.text), Wants.STEPS in wants
    weighed, plight = dict(zip(question.roots, need.weights, strict=True)), need.is_plight
    listing = need.lists
    columns = {
        "told": np.maximum(np.maximum(own, _IN_SECTION * section), _IN_TITLE * above) @ need.weights / total,
        "above": above @ need.weights / total,
        "named": (np.maximum(own, above) >= ROOTED) @ need.weights / total,
        "kind": [bool(line.gives & wants & (Wants.TIME | Wants.AMOUNT)) for line in lines],
        "count": [thing in line.roots and Wants.COUNT in line.gives for line in lines],
        "leave": [Wants.LEAVE in wants & line.gives for line in lines],
        "strange": [strange(line, said) for line in lines],
        "spoken": [_spoken(line, weighed) / total for line in lines],
        "plight": [plight and line.directs for line in lines],
        "directed": [steps and line.directs for line in lines],
        "step_wanted": [steps and line.unit.kind is Kind.STEP for line in lines],
        "rank": np.full(len(lines), 1 / (number + 1)),
        "leads": [line.unit.leads_in for line in lines],
        "negated": [listing and line.negated for line in lines],
        "row": [line.unit.kind is Kind.ROW for line in lines],
        "item": [line.unit.kind is Kind.ITEM for line in lines],
        "code": [named_by_code(line, need.codes) for line in lines],
        "leans": [line.unit.leans_back for line in lines],
        "begins": [line.begins for line in lines],
        "intent": np.full(len(lines), float(sheet.name @ intent)),
    }
    return np.column_stack([columns[name] for name in FORM]).astype(np.float64)


def likeness(
    n: int, question: Question, places: Sequence[tuple[int, int]], sheets: Sequence[Sheet], meanings: Meanings
) -> Any:
    """How near the units' meaning is, a column for each name of `MEANT`.

    `placed`: said below its article's title and heading, to the need; `meant`: by itself, to the need; `storied`:
    in its place, to the whole message, for a need often leaves out what it is about.
    """
    pairs = [(sheets[number].passage, sheets[number].lines[i].unit) for number, i in places]
    vectors = meanings.of([placed(passage, unit) for passage, unit in pairs])
    alone = meanings.of([_by_itself(passage, unit) for passage, unit in pairs])
    need = question.needs[n].meaning
    return np.column_stack([vectors @ need, alone @ need, vectors @ question.meaning])


def placed(passage: Passage, unit: Unit) -> str:
    """A unit as it is said below the title and the heading that it stands under."""
    heading = unit.heading or passage.heading
    return f"{passage.title}. {heading}: {unit.text}" if heading else f"{passage.title}: {unit.text}"


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


def _by_itself(passage: Passage, unit: Unit) -> str:
    """A sentence as it is; a step, an item or a row is not understood without what leads to it."""
    if unit.kind is Kind.SENTENCE:
        return unit.text
    return f"{unit.heading or passage.heading}. {unit.under} {unit.text}"


def _alike(
    n: int, question: Question, formed: Any, places: Sequence[tuple[int, int]], sheets: Sequence[Sheet],
    meanings: Meanings,
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


def named_by_another(line: Line, codes: frozenset[str]) -> bool:
    """Tell whether codes are asked about and a row begins with none of them but with another: it is about that one."""
    return line.unit.kind is Kind.ROW and bool(codes) and bool(codes_in(line.unit.text[:_CODE_STANDS]) - codes)


def named_by_code(line: Line, codes: frozenset[str]) -> bool:
    """Tell whether a row begins with one of the codes, and so is about it."""
    return line.unit.kind is Kind.ROW and bool(codes & codes_in(line.unit.text[:_CODE_STANDS]))
