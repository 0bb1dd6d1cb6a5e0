"""Answers for people to rate, and their ratings, as JSON Lines: one file a rater, blind to the other's."""

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.errors import Rejected
from bot.domain.judging import Rating, Rubric, answer_hash
from bot.domain.quality import CaseResult, EvalCase

_KEYS = {"case", "question", "reference", "wants", "answer", "passed", "points", "note"}


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer to one case, waiting for a verdict; "" where it was left to a person."""

    case: EvalCase
    answer: str


def waiting(
    cases: Iterable[EvalCase], results: Iterable[CaseResult], known: Iterable[Rating], rater: str
) -> tuple[Answered, ...]:
    """The answers that this person has not rated, those that somebody else has first, else in an order of chance.

    What anybody said of them is not among it. The order is the same for everybody, so that two people who rate the
    first fifty rate the same ones.
    """
    by_id = {case.id: case for case in cases}
    rated = [(rating.case, rating.hash) for rating in known if rating.rater == rater]
    others = {(rating.case, rating.hash) for rating in known if rating.rater != rater}
    made = {(result.case, answer_hash(result.answer)): result for result in results if not result.error}
    found = [key for key in sorted(made) if key not in set(rated) and key[0] in by_id]
    random.Random(0).shuffle(found)
    found.sort(key=lambda key: key not in others)
    return tuple(Answered(by_id[key[0]], made[key].answer) for key in found)


def to_lines(answers: Sequence[Answered], rubric: Rubric) -> str:
    """A sheet to fill in, a line an answer: `passed` and `points` are null until somebody says true or false."""
    empty = {point.name: None for point in rubric.points}
    lines = (
        {
            "case": each.case.id, "question": each.case.question, "reference": each.case.reference,
            "wants": wants(each.case), "answer": each.answer, "passed": None, "points": empty, "note": "",
        }
        for each in answers
    )  # fmt: skip
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)


def wants(case: EvalCase) -> list[str]:
    """What the case asks of an answer, for whoever judges one."""
    said = [f"must say: {fact}" for fact in case.must_say]
    said += [f"must not say: {claim}" for claim in case.must_not_say]
    return [*said, "must leave this to a person"] if case.escalates else said


def from_lines(text: str, where: str, *, rater: str, at: datetime, rubric: Rubric) -> tuple[Rating, ...]:
    """Read a sheet; lines without a verdict are passed over. Raises Rejected with the line for what is no rating."""
    ratings = []
    for number, line in enumerate(text.split("\n"), 1):  # an answer may hold what else ends a line
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            raise Rejected(f"{where}, line {number}: this is no JSON.") from None
        if not isinstance(entry, dict) or not set(entry) <= _KEYS:
            raise Rejected(f"{where}, line {number}: a rating has only {', '.join(sorted(_KEYS))}.")
        if entry.get("passed") is not None:
            ratings.append(_rating(entry, f"{where}, line {number}", rater, at, rubric))
    return tuple(ratings)


def _rating(entry: Mapping[str, Any], where: str, rater: str, at: datetime, rubric: Rubric) -> Rating:
    case, answer, passed, note = (entry.get(name) for name in ("case", "answer", "passed", "note"))
    told: Any = entry.get("points") or {}
    if not isinstance(case, str) or not isinstance(answer, str) or not isinstance(passed, bool):
        raise Rejected(f"{where}: `case` and `answer` are texts, `passed` is true or false.")
    names = {point.name for point in rubric.points}
    known = (None, True, False)
    if not isinstance(told, dict) or not names.issuperset(told) or any(met not in known for met in told.values()):
        raise Rejected(f"{where}: `points` are true or false for {', '.join(sorted(names))}.")
    points = {name: bool(met) for name, met in told.items() if met is not None}
    return Rating(case, answer, rater, passed, at, points, str(note or "")[:1_000])
