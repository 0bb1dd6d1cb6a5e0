"""What each scorer says of an answer."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.answer import Finding, Level, Proposal
from bot.domain.escalation import Author
from bot.domain.quality import CaseTurn, EvalCase, Score, case_id
from bot.domain.review import FailureMode
from evals.runner import scorers
from tests.contracts.store_samples import draft, proposal

TURNS = (CaseTurn(Author.CUSTOMER, "Where is my parcel? And what does express delivery cost?"),)
ABSTAINED = proposal(draft=draft("", cited="", citations=(), missing="No article speaks of it."))


def case(**changes: Any) -> EvalCase:
    return EvalCase(case_id(TURNS), TURNS, **changes)


def score(name: str, of: EvalCase, answer: Proposal | str = "It is on its way.") -> Score | None:
    given = proposal(answer) if isinstance(answer, str) else answer
    return next(scorer for scorer in scorers() if scorer.name == name).judge(of, given)


def found(guardrail: str, level: Level) -> Proposal:
    return replace(proposal("One thing. Another thing."), findings=(Finding(guardrail, level, "It is wrong.", "One"),))


def test_a_missing_fact_fails_and_is_named() -> None:
    scored = score("must_say", case(must_say=("2 days", "9.90 EUR")), "It takes 2 days.")
    assert scored == Score("must_say", 0.5, False, 'It does not say: "9.90 EUR".')


def test_a_fact_that_the_answer_turns_round_is_named_as_such() -> None:
    scored = score("must_say", case(must_say=("The parcel can be returned",)), "The parcel cannot be returned.")
    assert scored is not None
    assert scored.reason == 'It does not say: "The parcel can be returned" (it says the opposite).'


def test_a_claim_that_must_not_be_made_fails_and_its_denial_passes() -> None:
    wanted = case(must_not_say=("The parcel can be returned",))
    made, denied = (score("must_not_say", wanted, f"The parcel {verb} be returned.") for verb in ("can", "cannot"))
    assert made is not None
    assert denied is not None
    assert (made.passed, denied.passed) == (False, True)


def test_every_source_of_the_case_must_be_cited() -> None:
    assert score("cited_sources", case(sources=("shipping",))) == Score("cited_sources", 1.0, True)
    scored = score("cited_sources", case(sources=("shipping", "fees")))
    assert scored == Score("cited_sources", 0.5, False, "It does not cite: fees.")


@pytest.mark.parametrize(("escalates", "passed"), [(True, True), (False, False)])
def test_an_abstention_is_right_where_a_person_must_take_over(escalates: bool, passed: bool) -> None:
    scored = score("escalation", case(escalates=escalates), ABSTAINED)
    assert scored is not None
    assert scored.passed is passed
    assert scored.gates
    if not passed:
        assert "No article speaks of it." in scored.reason


def test_an_answer_where_a_person_must_take_over_fails() -> None:
    scored = score("escalation", case(escalates=True))
    assert scored is not None
    assert not scored.passed


@pytest.mark.parametrize("name", ["must_say", "must_not_say", "cited_sources", "citation_support", "policy", "tone",
                                  "completeness", "length"])  # fmt: skip
def test_what_an_abstention_does_not_say_is_judged_by_nobody_else(name: str) -> None:
    full = case(must_say=("x",), must_not_say=("y",), sources=("z",), reference="It takes 2 days.")
    assert score(name, full, ABSTAINED) is None


def test_a_wrong_intent_gates_only_where_the_case_is_about_the_intent() -> None:
    plain = score("intent", case(intent="refund"))
    about = score("intent", case(intent="refund", mode=FailureMode.AMBIGUOUS_INTENT))
    assert plain == Score("intent", 0.0, False, "Its intent is where_is_it, not refund.", gates=False)
    assert about == replace(plain, gates=True)


@pytest.mark.parametrize(
    ("name", "guardrail", "passed"),
    [("policy", "links", False), ("policy", "grounding", True), ("citation_support", "grounding", False)],
)
def test_a_draft_that_a_guardrail_holds_fails_once(name: str, guardrail: str, passed: bool) -> None:
    scored = score(name, case(), found(guardrail, Level.BLOCK))
    assert scored is not None
    assert scored.passed is passed


def test_a_warning_about_support_lowers_the_score_and_fails_nothing() -> None:
    scored = score("citation_support", case(), found("grounding", Level.WARN))
    assert scored is not None
    assert (scored.value, scored.passed) == (0.5, True)


def test_tone_informs_and_never_gates() -> None:
    scored = score("tone", case(), found("tone", Level.WARN))
    assert scored is not None
    assert (scored.passed, scored.gates) == (False, False)


def test_a_need_that_the_reference_answers_and_the_answer_does_not_is_named() -> None:
    wanted = case(reference="Your parcel arrives tomorrow morning. Express delivery costs 9.90 EUR in Germany.")
    whole = score("completeness", wanted, "Your parcel arrives tomorrow morning. Express costs 9.90 EUR in Germany.")
    half = score("completeness", wanted, "Your parcel arrives tomorrow morning.")
    assert whole is not None
    assert half is not None
    assert (whole.passed, half.passed, half.gates) == (True, False, False)
    assert "express delivery" in half.reason


def test_an_answer_much_longer_than_the_reference_is_told() -> None:
    scored = score("length", case(reference="It takes 2 days."), "Many words more. " * 100)
    assert scored is not None
    assert (scored.passed, scored.gates) == (False, False)
    assert scored.value < 0.2
