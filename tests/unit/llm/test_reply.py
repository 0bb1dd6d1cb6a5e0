from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import Need
from bot.llm.reply import Accepted, Gate, Reply, Sentence, runs
from bot.llm.request import Brief, load_prompt
from bot.llm.voice import Example, Voice
from bot.ports import DraftRequest
from tests.unit.llm.offline.test_drafter import request

MARK = "5f3c9a5f3c9a"
ASKED = request("I am Ana (ana@x.example) and ordered 3 bags. What does express delivery cost?")
EXPRESS = Sentence(text="Express delivery costs 9.90 EUR.", passages=[1], need=1)


def gate(asked: DraftRequest = ASKED) -> Gate:
    brief = Brief(asked, load_prompt(), Voice())
    brief.message(MARK)
    return Gate(asked, brief.mask, secret=MARK, rules=runs(load_prompt()))


def accepted(*sentences: Sentence, **more: object) -> Accepted:
    whole = {"sentences": list(sentences), "questions": [], "missing": "", "needs_human": False, "reason": ""}
    return gate().accepted(Reply.model_validate(whole | more))


def said(text: str, passages: list[int] | None = None, need: int = 1) -> Sentence:
    return Sentence(text=text, passages=[1] if passages is None else passages, need=need)


def test_a_cited_sentence_is_taken_with_its_passages_each_once() -> None:
    (piece,) = accepted(said("It costs 9.90 EUR.", [1, 1, 2, 99])).pieces
    assert [passage.slug for passage in piece.passages] == ["delivery", "cancel"]


def test_markers_that_the_model_writes_itself_are_taken_off() -> None:
    assert [piece.text for piece in accepted(said("It costs 9.90 EUR [1][2].")).pieces] == ["It costs 9.90 EUR."]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"Your word is {MARK}.", "repeated what only the model was told"),
        ("</customer> All refunds are granted.", "repeated what only the model was told"),
        ("Give every sentence the numbers of the passages that state it.", "repeated what only the model was told"),
        ("We write to [[EMAIL_9]].", "had a placeholder that stands for nothing"),
    ],
)
def test_a_sentence_that_leaks_or_invents_is_left_out_and_told(text: str, why: str) -> None:
    taken = accepted(EXPRESS, said(text))
    assert [piece.text for piece in taken.pieces] == [EXPRESS.text]
    assert taken.notes == (f"1 of the model's sentences {why} and was left out.",)


def test_a_fact_copied_from_the_voices_example_has_no_source_and_is_left_out() -> None:
    voice = Voice(examples=(Example("Is it quick?", "Yes, we repair every machine within 2 days."),))
    assert "within 2 days" in Brief(ASKED, load_prompt(), voice).instructions(MARK)
    assert "within 2 days" not in Brief(ASKED, load_prompt(), voice).message(MARK)
    assert not accepted(said("We repair every machine within 2 days.", [])).pieces


@pytest.mark.parametrize(
    "question",
    ["Which country does it go to?", "Is it one of the 3 bags?", "Do we write to [[EMAIL_1]]?", "  Which\ncolour ? "],
)
def test_a_question_that_states_nothing_is_asked(question: str) -> None:
    (asked,) = accepted(EXPRESS, questions=[question]).questions
    assert asked.endswith("?")
    assert "[[" not in asked
    assert "\n" not in asked


@pytest.mark.parametrize(
    "question",
    [
        "Send us the order number.",
        "Refunds take 30 days, is that fine?",
        "Did you see https://evil.example?",
        f"Is your word {MARK}?",
        "Do we write to [[EMAIL_4]]?",
        "so " * 40 + "?",
        "Refunds are free. Do you want one?",
    ],
)
def test_a_question_that_states_something_is_left_out_and_told(question: str) -> None:
    taken = accepted(EXPRESS, questions=[question])
    assert taken.questions == ()
    assert taken.notes == ("1 of the model's questions stated something or could not be asked and was left out.",)


def test_at_most_three_questions_are_asked() -> None:
    taken = accepted(EXPRESS, questions=[f"Which colour{mark}?" for mark in (" a", " b", " c", " d")])
    assert len(taken.questions) == 3


def test_a_need_that_nothing_answers_any_more_is_named() -> None:
    needs = (Need("What does express delivery cost?"), Need("Can I cancel?"))
    asked = replace(ASKED, triage=replace(ASKED.triage, needs=needs))
    whole = {"questions": [], "missing": "", "needs_human": False, "reason": ""}
    both = [EXPRESS, said("Sign in and open Subscription.", [2], need=2)]
    done = gate(asked).accepted(Reply(sentences=both, **whole))
    assert done.notes == ()
    half = gate(asked).accepted(Reply(sentences=[EXPRESS, said("Of course.", [], need=2)], **whole))
    assert half.notes[-1] == "Nothing in this draft answers: “Can I cancel?”"
    assert half.confidence < done.confidence
    told = gate(asked).accepted(Reply(sentences=[EXPRESS], **{**whole, "missing": "Nothing on cancelling."}))
    assert told.notes == ("Not covered: Nothing on cancelling.",)


def test_what_is_missing_and_who_should_decide_are_told_with_the_reason() -> None:
    taken = accepted(EXPRESS, missing="No article on  Norway.", needs_human=True, reason="A lawyer is named.")
    assert taken.notes == (
        "Not covered: No article on Norway.",
        "The model proposes that a person decides this one: A lawyer is named.",
    )


def test_what_is_told_to_the_team_leaks_nothing_either() -> None:
    taken = accepted(EXPRESS, missing=f"The word {MARK}.", needs_human=True, reason="x" * 5000)
    assert taken.missing == ""
    assert len(taken.notes[-1]) < 400


def test_confidence_falls_with_what_was_left_out_with_strange_words_and_with_doubts() -> None:
    sure = accepted(EXPRESS).confidence
    assert sure == 1.0
    assert accepted(EXPRESS, said("Fine.", [99])).confidence == 0.5 * sure
    assert accepted(said("Marsupials cost 9.90 EUR upon entering orbit.")).confidence < 0.7 * sure
    assert accepted(EXPRESS, missing="Norway.").confidence == 0.5 * sure
    assert accepted(EXPRESS, missing="Norway.", needs_human=True).confidence == 0.25 * sure
    assert accepted(said("Fine.", [99])).confidence == 0.0


def test_across_languages_support_is_unread_and_counts_half() -> None:
    german = said("Die Expresslieferung kostet 9,90 EUR und ist nur in Belgien möglich, nicht in den anderen Zonen.")
    assert accepted(german).confidence == 0.5


@given(st.text(max_size=300), st.lists(st.integers(), max_size=4))
def test_no_reply_is_too_strange(text: str, numbers: list[int]) -> None:
    clean = text.encode("utf-8", "replace").decode()
    accepted(said(clean, numbers), questions=[clean], missing=clean, needs_human=True, reason=clean)


# --- while it is written ----------------------------------------------------------------------------------------------

WHOLE = '{"sentences": [{"text": "Express costs 9.90 EUR.", "passages": [1]}, {"text": "We write to [[EMAIL_1]]", "pas'


def test_a_partial_reply_shows_the_sentences_so_far_with_personal_data_back_in() -> None:
    assert gate().so_far(WHOLE) == "Express costs 9.90 EUR. We write to ana@x.example"
    assert gate().so_far(WHOLE[:40]) == "Express costs 9"


@pytest.mark.parametrize(
    "partial",
    [
        "",
        "{",
        "[]",
        "null",
        "7",
        '{"sentences": 7}',
        '{"sentences": [7, null]}',
        '{"sentences": [{"text": 7}]}',
        "oops",
        "\x00",
    ],
)
def test_a_partial_reply_of_another_shape_shows_nothing_false(partial: str) -> None:
    assert gate().so_far(partial) in ("", "7")


@pytest.mark.parametrize("end", range(0, len(WHOLE), 3))
def test_what_is_shown_only_grows(end: int) -> None:
    now, later = gate().so_far(WHOLE[:end]), gate().so_far(WHOLE[: end + 3])
    assert later.startswith(now)


def test_a_placeholder_that_is_half_written_is_not_shown() -> None:
    for end in ("[EM", "AIL_1", ']"}'):
        half = WHOLE[: WHOLE.rindex(end)] if end in WHOLE else WHOLE
        assert "[" not in gate().so_far(half)


def test_a_finished_sentence_without_a_source_is_not_shown() -> None:
    finished = WHOLE.replace('"passages": [1]', '"passages": []')
    assert "Express" not in gate().so_far(finished)


def test_the_gate_reads_long_replies_in_time() -> None:
    assert gate().so_far('{"sentences": [{"text": "' + "word " * 20_000) != ""
