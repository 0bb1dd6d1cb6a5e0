"""Answers for people to rate, and what they said."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.errors import Misconfigured, Rejected
from bot.domain.judging import Rating
from bot.domain.quality import CaseResult
from evals.ratings import Answered, from_lines, to_lines, waiting
from evals.rubric import load_rubric
from tests.contracts.store_samples import NOON
from tests.unit.evals.test_runner import CASE

RUBRIC = load_rubric()
RESULTS = [CaseResult(CASE.id, "f", answer=answer) for answer in ("one", "two", "three", "two ")]


def read(text: str) -> tuple[Rating, ...]:
    return from_lines(text, "sheet", rater="ana", at=NOON, rubric=RUBRIC)


def test_each_answer_waits_once_for_each_person_and_what_others_rated_comes_first() -> None:
    known = [Rating(CASE.id, "one", "ana", True, NOON), Rating(CASE.id, "three", "bo", False, NOON)]
    found = [each.answer.strip() for each in waiting([CASE], RESULTS, known, "ana")]
    assert found == ["three", "two"]
    failed = replace(RESULTS[0], error="The model is away.")
    assert waiting([CASE], [failed], (), "ana") == ()


def test_two_people_get_the_same_answers_in_the_same_order() -> None:
    results = [CaseResult(CASE.id, "f", answer=f"answer {n}") for n in range(40)]
    ana, bo = (waiting([CASE], results, (), who) for who in ("ana", "bo"))
    assert ana == bo
    assert [each.answer for each in ana] != sorted(each.answer for each in ana)


def test_a_sheet_that_is_filled_in_comes_back_as_ratings_and_an_empty_line_is_none() -> None:
    sheet = to_lines([Answered(CASE, "One."), Answered(CASE, "")], RUBRIC)
    assert "passed" in sheet
    assert read(sheet) == ()
    lines = [json.loads(line) for line in sheet.splitlines()]
    lines[1] |= {"passed": False, "points": {**lines[1]["points"], "tone": True}, "note": "It should answer."}
    found = read("\n".join(json.dumps(line) for line in lines))
    assert found == (Rating(CASE.id, "", "ana", False, NOON, {"tone": True}, "It should answer."),)


def test_an_answer_with_other_ends_of_lines_comes_back() -> None:
    answer = "one\u2028two\x85three"
    sheet = to_lines([Answered(CASE, answer)], RUBRIC).replace('"passed": null', '"passed": true')
    assert [rating.answer for rating in read(sheet)] == [answer]


def test_a_sheet_says_nothing_of_what_others_thought() -> None:
    known = [Rating(CASE.id, "one", "bo", False, NOON, note="Wrong.")]
    line = json.loads(to_lines(waiting([CASE], RESULTS, known, "ana"), RUBRIC).splitlines()[0])
    assert (line["answer"], line["passed"], set(line["points"].values()), line["note"]) == ("one", None, {None}, "")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 1: this is no JSON"), ("[" * 100_000, "line 1: this is no JSON"),
        ("[]", "has only"), ('{"verdict": true}', "has only"),
        ('{"case": "c", "answer": "a", "passed": "yes"}', "`passed` is true or false"),
        ('{"case": "c", "answer": "a", "passed": true, "points": {"charm": true}}', "`points` are true or false"),
        ('{"case": "c", "answer": "a", "passed": true, "points": [1]}', "`points` are true or false"),
    ],
)  # fmt: skip
def test_what_is_no_rating_is_refused_with_its_line(line: str, says: str) -> None:
    with pytest.raises(Rejected, match=says):
        read(line)


def test_the_rubric_that_ships_decides_by_every_point_but_tone() -> None:
    assert [point.name for point in RUBRIC.points if not point.decides] == ["tone"]
    met = {point.name: True for point in RUBRIC.points}
    assert RUBRIC.passes(met | {"tone": False})
    assert not RUBRIC.passes(met | {"accuracy": False})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("points: []", "a list of `points`"), ("- a", "a list of `points`"),
        ("points: [{name: a b, asks: x}]", "one word"),
        ("points: [{name: a, asks: x, weight: 3}]", "nothing else"), ("points: [{name: a}]", "is a question"),
        ("points: [{name: a, asks: x, decides: false}]", "must decide"), (": {", "cannot be read"),
        ("points: [{name: a, asks: x}, {name: a, asks: y}]", "the same name"),
    ],
)  # fmt: skip
def test_what_is_no_rubric_is_refused(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "rubric.yaml"
    file.write_text(text)
    with pytest.raises(Misconfigured, match=says):
        load_rubric(file)
