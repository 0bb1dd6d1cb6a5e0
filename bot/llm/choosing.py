"""Chooses the few units that answer: one for each need, with its condition, or one procedure; and no more."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.domain.wording import content_words, figures, is_negated
from bot.llm.question import Need, Question, Wants, codes_in, satisfies
from bot.llm.reading import Kind, Unit
from bot.llm.shelf import ROOTED, Line, Sheet

_WORDS = 75  # words beyond which nothing is added that was not asked for
_MOST_WORDS = 120
_PROCEDURE_WORDS = 160  # a procedure is told whole or not at all
_ANSWERED = 0.85  # of a need's best score: a unit that is chosen already and answers it as well
_WORTH = 0.7  # of the first need's best score: what another need's answer must reach
_SAME = 0.75  # the share of words from which two units say the same
_MONEY = re.compile(
    r"\b(?:fees?|refund\w*|prices?|costs?|charge[ds]?|money|paid|pay\w*|gebühr\w*|preis\w*|kost\w+)\b|€|\bEUR\b", re.I
)
_DO_WHAT = re.compile(r"\bwhat\s+(?:(?:do|can|should|must)\s+(?:i|we)\s+do|now)\b", re.I)
_HOW_TO = re.compile(r"\b(?:how to|steps|what to do|ablauf|so \w+ sie)\b", re.I)
_OWN, _TOLD, _LIKE, _SECTION, _RANK, _INTENT = 0.1, 0.5, 0.35, 0.5, 0.05, 0.2
_IN_SECTION, _IN_TITLE = 0.9, 0.6  # what a word of the headings counts for a unit below them
_KIND, _SIBLING, _ROW, _STEPS, _HEADING, _CODE = 0.22, 0.2, 0.05, 0.12, 0.06, 0.7
_NEGATED, _FIGURE, _WORDY, _BRIEF, _TO_DO, _UNASKED = 0.08, 0.15, 0.003, 12, 0.35, 0.1
_STORY = 0.4  # how far likeness is to the whole message rather than to the need alone
_MORE_WORDS = 40  # words up to which a sentence is added that only goes on about what was asked


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A unit that could be quoted. `cover` and `above`: how well it and its headings stand for the question's roots.

    `scores` are how well it answers each need.
    """

    sheet: int
    index: int
    line: Line
    cover: Any
    above: Any
    scores: tuple[float, ...]
    kinds: tuple[bool, ...]

    @property
    def unit(self) -> Unit:
        return self.line.unit

    @property
    def size(self) -> int:
        return len(self.unit.text.split())


def candidates(question: Question, sheets: Sequence[Sheet], vectors: Any, intent: Any) -> list[Candidate]:
    """Score every unit for every need: its words, its meaning, its headings, the kind of answer, its siblings.

    `vectors` embed the question's words; `intent` is the embedding of what triage thinks is wanted, or zero.
    """
    found: list[Candidate] = []
    for number, sheet in enumerate(sheets):
        if not sheet.lines:
            continue
        rows = sheet.cover(question.surface, vectors)
        apt = _RANK / (number + 1) + _INTENT * float(sheet.name @ intent)
        scores = np.stack([_scores(need, sheet, rows, question.embeddings) for need in question.needs]) + apt
        for index, line in enumerate(sheet.lines):
            kinds = tuple(satisfies(line.unit.text, need.wants) for need in question.needs)
            strange = _strange(line, question)
            own = tuple(
                float(scores[n, index]) + _form(line, need, kinds[n], question) - _SIBLING * strange
                for n, need in enumerate(question.needs)
            )
            found.append(Candidate(number, index, line, rows[index], rows[line.above], own, kinds))
    named = [c for c in found if question.codes & codes_in(c.unit.text)] if question.codes else []
    return named or found


def choose(question: Question, found: Sequence[Candidate]) -> list[Candidate]:
    """Pick what answers each need, the answer before its conditions; what an earlier one answered is not told again."""
    chosen: list[Candidate] = []
    first = 0.0
    for n in range(len(question.needs)):
        best = max(found, key=lambda c: c.scores[n])
        if chosen and (best.scores[n] < _WORTH * first or _answered(chosen, best, n, question.needs[n])):
            continue
        first = first or best.scores[n]
        _add(chosen, _company(best, found, question.needs[n], question, n), best)
    return chosen


def _scores(need: Need, sheet: Sheet, rows: Any, story: Any) -> Any:
    """Words and meaning; what its headings say, a unit need not repeat, and a procedure is about what they say."""
    total = float(need.weights.sum()) or 1.0
    own = rows[: len(sheet.lines)]
    section = rows[[line.section for line in sheet.lines]]
    above = rows[[line.above for line in sheet.lines]]
    if Wants.STEPS in need.wants:
        steps = np.array([[line.unit.kind is Kind.STEP] for line in sheet.lines])
        own = np.where(steps, np.maximum(own, section), own)
    told = np.maximum(np.maximum(own, _IN_SECTION * section), _IN_TITLE * above)
    alike = (1 - _STORY) * (sheet.embeddings @ need.embedding) + _STORY * (sheet.embeddings @ story.T).max(axis=1)
    return (_OWN * own + _TOLD * told + _SECTION * section) @ need.weights / total + _LIKE * alike


def _form(line: Line, need: Need, kind: bool, question: Question) -> float:
    """What the form of a unit is worth: the figure that is asked for, steps where they are, a code's own row."""
    unit, steps = line.unit, Wants.STEPS in need.wants
    worth = -_WORDY * min(30, max(0, len(unit.text.split()) - _BRIEF)) if unit.kind is not Kind.ROW else -_ROW
    worth += _KIND * kind
    if unit.kind is Kind.STEP and not (kind and not steps):
        worth += _STEPS if steps else -_STEPS
        worth += _HEADING if steps and _HOW_TO.search(unit.heading) else 0.0
        worth += _TO_DO if _DO_WHAT.search(need.text) and "what to do" in unit.heading.lower() else 0.0
    if unit.leads_in:
        worth -= _STEPS
    if need.is_open and is_negated(unit.text) and not is_negated(need.text):
        worth -= _NEGATED
    if question.figures and question.figures & {(f.value, f.unit) for f in figures(unit.text)}:
        worth += _FIGURE
    if _MONEY.search(unit.text) and not _MONEY.search(question.text):
        worth -= _UNASKED
    if unit.kind is Kind.ROW and question.codes & codes_in(unit.text[:12]):
        worth += _CODE
    return worth


def _strange(line: Line, question: Question) -> float:
    """The share of what sets a unit apart from its siblings that the customer did not speak of."""
    if not line.marks:
        return 0.0
    spoken = set(question.roots)
    return sum(mark not in spoken for mark in line.marks) / len(line.marks)


def _answered(chosen: Sequence[Candidate], best: Candidate, n: int, need: Need) -> bool:
    """Tell whether what is chosen answers this need about as well as the best unit for it would."""
    typed = bool(need.wants & (Wants.TIME | Wants.AMOUNT)) and best.kinds[n]
    return any(c is best or (c.scores[n] >= _ANSWERED * best.scores[n] and c.kinds[n] >= typed) for c in chosen)


def _company(best: Candidate, found: Sequence[Candidate], need: Need, question: Question, n: int) -> list[Candidate]:
    """The unit with what it cannot be told without: its procedure, what it leans on, the condition after it."""
    passage = {c.index: c for c in found if c.sheet == best.sheet}
    block = [c for c in passage.values() if c.unit.block == best.unit.block]
    alone = best.unit.kind is Kind.STEP and best.kinds[n] and Wants.STEPS not in need.wants
    whole = best.unit.kind is Kind.STEP and not alone
    company = [c for c in block if c.unit.kind is Kind.STEP] if whole else [best]
    before, after = passage.get(company[0].index - 1), passage.get(company[-1].index + 1)
    if before and not alone and (before.unit.leads_in or (best.unit.leans_back and _beside(before, best))):
        company = [before, *company]
    if after and not alone and (_limits(after, company[-1], question) or _goes_on(after, company[-1], question)):
        company = [*company, after]
    return company


def _goes_on(after: Candidate, last: Candidate, question: Question) -> bool:
    """Tell whether the unit after the answer says more of what was asked: another of the question's words, briefly."""
    if not _beside(after, last) or _strange(after.line, question) or after.size + last.size > _MORE_WORDS:
        return False
    asked = {i for i in range(len(question.roots)) if after.cover[i] >= ROOTED}
    new = {i for i in asked if last.cover[i] < ROOTED}
    return after.unit.text.lower().startswith("we then ") or (len(asked) > 1 and bool(new))


def _limits(after: Candidate, last: Candidate, question: Question) -> bool:
    """Tell whether the unit after the answer limits just that: a condition on the same thing, no sibling case."""
    if not after.unit.is_condition or after.unit.kind is not Kind.SENTENCE:
        return False
    if last.unit.kind is Kind.STEP:
        return after.unit.block == last.unit.block + 1 and after.unit.heading == last.unit.heading
    if not _beside(after, last) or (after.line.marks and _strange(after.line, question)):
        return False
    return after.unit.leans_back or bool(after.line.roots & last.line.roots)


def _beside(one: Candidate, other: Candidate) -> bool:
    return one.unit.block == other.unit.block and one.unit.kind is other.unit.kind is Kind.SENTENCE


def _add(chosen: list[Candidate], company: Sequence[Candidate], wanted: Candidate) -> None:
    """Add what is new and fits: the unit itself before its company, a procedure whole."""
    steps = wanted.unit.kind is Kind.STEP
    new = [c for c in company if c not in chosen and not any(_repeats(c.unit, o.unit) for o in chosen)]
    if wanted not in new:
        return
    size = sum(c.size for c in chosen)
    if steps and (not chosen or size + sum(c.size for c in new) <= _PROCEDURE_WORDS):
        chosen.extend(new)
        return
    if chosen and size + wanted.size > _MOST_WORDS:
        return
    fits = size + sum(c.size for c in new) <= _WORDS or any(c.unit.leads_in or c.index < wanted.index for c in new)
    chosen.extend(new if fits else [wanted])


def _repeats(unit: Unit, other: Unit) -> bool:
    """Tell whether the one says nothing that the other does not: nearly the same words, no figure of its own."""
    own, there = set(content_words(unit.text)), set(content_words(other.text))
    if not own:
        return True
    new = {(f.value, f.unit) for f in figures(unit.text)} - {(f.value, f.unit) for f in figures(other.text)}
    return len(own & there) / len(own) >= _SAME and not new
