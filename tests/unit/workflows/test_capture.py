"""The eval case that a thread makes, and which thread a command means."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.answer import Field
from bot.domain.chat import Command, Place
from bot.domain.errors import Conflict, NotFound, Rejected
from bot.domain.escalation import Author, Customer, Escalation, EscalationStatus
from bot.domain.learning import Lesson, failure_of, lesson_of
from bot.domain.quality import Strength
from bot.domain.review import Action, FailureMode, Review, ReviewState
from bot.ports import Desk
from bot.workflows.capture import Thread, case_of, recent, thread_meant
from bot.workflows.review import edited
from tests.contracts.store_samples import ANA, NOON, THREAD, decision, draft, escalation, proposal, ready, turn

DRAFT = "Hi Hanna,\n\nYour parcel travels for 3 days. It costs 4.90 EUR.\n\nBest regards,\nFern"
EDITED = DRAFT.replace("3 days", "5 days").replace("It costs", "We ship on Saturdays from 9 EUR. It costs")
ASKED = "I am Hanna Vos (hanna@x.example). Where is order FH-1042391?"
FIELDS = (Field("order_id", "FH-1042391", 0, 0),)
READY = Review("esc_1/1", "esc_1", 1, 1, ReviewState.READY, 2, NOON, proposal(DRAFT, triage=proposal().triage))


def conversation(*texts: tuple[str, Author], name: str = "Hanna Vos") -> Escalation:
    turns = (turn(f"t{at}", text, at=at, author=author) for at, (text, author) in enumerate(texts))
    return escalation("esc_1", *turns, customer=Customer("c1", name, "hanna@x.example"))


def thread(action: Action | None = None, *, asked: str = ASKED, **made: Any) -> Thread:
    judged = proposal(DRAFT, triage=replace(proposal().triage, fields=FIELDS))
    review = replace(READY, proposal=judged)
    if action:
        review = replace(review, state=ReviewState.DELIVERED, decision=decision(review, action, **made))
    return Thread(conversation((asked, Author.CUSTOMER)), review)


# --- what a case is filled in with ------------------------------------------------------------------------------------


def test_an_edit_says_what_must_be_said_and_what_must_not() -> None:
    case = case_of(thread(Action.EDIT, text=EDITED))
    assert case.must_say == ("Your parcel travels for 5 days.", "We ship on Saturdays from 9 EUR.")
    assert case.must_not_say == ("Your parcel travels for 3 days.",)
    assert case.mode is FailureMode.STALE_POLICY
    assert (case.sources, case.intent, case.strength) == (("shipping",), "where_is_it", Strength.STRONG)


def test_a_draft_that_was_beside_the_question_said_nothing_that_must_not_be_said() -> None:
    case = case_of(thread(Action.EDIT, text="We repair grinders for 59 EUR."))
    assert case.must_say == ("We repair grinders for 59 EUR.",)
    assert case.must_not_say == ()


def test_people_and_numbers_are_invented_ones_in_every_part_of_it() -> None:
    case = case_of(thread(Action.EDIT, text=EDITED))
    assert case.turns[0].text == "I am Robin Hale (person1@example.com). Where is order FH-0000001?"
    assert case.reference.startswith("Hi Robin,")


def test_an_approved_answer_has_its_figures_as_facts() -> None:
    case = case_of(thread(Action.APPROVE))
    assert case.must_say == ("Your parcel travels for 3 days.", "It costs 4.90 EUR.")
    assert case.mode is None


def test_a_rejection_teaches_by_its_note_and_has_no_model_answer() -> None:
    made: dict[str, Any] = {"mode": FailureMode.STALE_POLICY, "note": "A parcel travels for 6 days since May."}
    case = case_of(thread(Action.REJECT, **made))
    assert case.must_say == ("A parcel travels for 6 days since May.",)
    assert "Your parcel travels for 3 days." in case.must_not_say
    assert (case.reference, case.strength, case.sources) == ("", Strength.WEAK, ())


@pytest.mark.parametrize(
    ("action", "made"), [(Action.HAND_OFF, {}), (Action.REJECT, {"mode": FailureMode.POLICY_RESTRICTION})]
)
def test_what_a_person_had_to_take_should_be_escalated(action: Action, made: dict[str, Any]) -> None:
    assert case_of(thread(action, **made)).escalates


def test_the_conversation_ends_before_the_reply_and_leaves_out_the_teams_own_talk() -> None:
    said = thread(Action.APPROVE)
    turns = (
        turn("t1", "Where is it?"), turn("t2", "Be brief.", author=Author.REVIEWER),
        turn("t3", "Which order?", author=Author.AGENT), turn("t4", "The scale."),
        turn("reply:esc_1/1", "Two days.", author=Author.AGENT), turn("t5", "Thanks!"),
    )  # fmt: skip
    case = case_of(Thread(replace(said.escalation, turns=turns), said.review))
    assert [part.text for part in case.turns] == ["Where is it?", "Which order?", "The scale."]


def test_capturing_again_after_more_was_said_makes_the_same_case() -> None:
    first = thread(Action.EDIT, text=EDITED)
    later = (*first.escalation.turns, turn("reply:esc_1/1", EDITED, author=Author.AGENT), turn("t9", "Thanks"))
    again = Thread(replace(first.escalation, turns=later), first.review)
    assert case_of(again).id == case_of(first).id


def test_a_turn_that_is_longer_than_what_is_searched_is_kept_that_far() -> None:
    case = case_of(thread(asked="word " * 20_000 + "late@x.example"))
    assert len(case.turns[0].text) <= 20_000


# --- what failed ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "mode", "lesson"),
    [
        (DRAFT.replace("3 days", "5 days"), FailureMode.STALE_POLICY, Lesson.FIX),
        (DRAFT.replace("It costs", "Saturday delivery is 9 EUR. It costs"), FailureMode.MISSING_KNOWLEDGE, Lesson.FIX),
        (DRAFT.replace("Your parcel", "Dear Hanna, your parcel"), FailureMode.TONE, Lesson.CASE),
    ],
)
def test_an_edit_tells_what_was_wrong(text: str, mode: FailureMode, lesson: Lesson) -> None:
    review = thread(Action.EDIT, text=text).review
    assert (failure_of(review), lesson_of(review)) == (mode, lesson)


def test_an_answer_where_there_was_no_draft_tells_of_a_gap() -> None:
    silent = replace(READY, proposal=proposal(draft=draft("", cited="", citations=())))
    assert (
        failure_of(replace(silent, decision=decision(silent, Action.EDIT, text="No."))) is FailureMode.MISSING_KNOWLEDGE
    )


def test_an_edit_that_a_senior_approves_teaches_what_it_taught_before_the_approval() -> None:
    rewritten = edited(thread().review, EDITED)
    assert rewritten.by_drafter == DRAFT
    assert edited(replace(READY, proposal=proposal(draft=rewritten)), f"{EDITED}!").by_drafter == DRAFT
    waiting = replace(READY, proposal=replace(proposal(), draft=rewritten), editor=ANA)
    review = replace(waiting, state=ReviewState.DELIVERED, decision=decision(waiting, Action.APPROVE))
    assert failure_of(review) is FailureMode.STALE_POLICY
    assert case_of(Thread(thread().escalation, review)).must_not_say == ("Your parcel travels for 3 days.",)


def test_a_tools_failure_is_mended_elsewhere() -> None:
    assert lesson_of(thread(Action.REJECT, mode=FailureMode.TOOL_FAILURE).review) is None


# --- which thread -----------------------------------------------------------------------------------------------------


def command(text: str = "", place: Place = THREAD) -> Command:
    return Command("c1", "eval-case", text, ANA, place)


async def test_a_command_in_a_thread_or_with_a_reviews_id_means_its_review(desk: Desk) -> None:
    review = await ready(desk.store)
    for given in (command(), command(review.id, Place("slack", "C9"))):
        meant = await thread_meant(desk, given)
        assert meant is not None
        assert meant.review.id == review.id


async def test_a_command_in_a_room_means_no_thread_and_the_rooms_threads_are_offered(desk: Desk) -> None:
    review = await ready(desk.store)
    room = Place("slack", "C1")
    assert await thread_meant(desk, command(place=room)) is None
    assert [found.review.id for found in await recent(desk, room)] == [review.id]


async def test_what_is_no_link_is_named_so(desk: Desk) -> None:
    with pytest.raises(Rejected, match="Copy link"):
        await thread_meant(desk, command("the one from yesterday"))


async def test_a_thread_without_an_escalation_says_how_to_get_one(desk: Desk) -> None:
    with pytest.raises(NotFound, match="Mention me in it"):
        await thread_meant(desk, command(place=Place("slack", "C1", "999.9")))


async def test_a_thread_whose_draft_is_being_written_asks_to_wait(desk: Desk) -> None:
    stored, _ = await desk.store.escalations.receive(escalation())
    await desk.store.reviews.open(stored, at=NOON)
    with pytest.raises(Conflict, match="still being written"):
        await thread_meant(desk, command())


async def test_a_withdrawn_thread_is_neither_captured_nor_offered(desk: Desk) -> None:
    await ready(desk.store)
    await desk.store.escalations.set_status("esc_1", EscalationStatus.WITHDRAWN)
    with pytest.raises(Conflict, match="deleted"):
        await thread_meant(desk, command())
    assert await recent(desk, Place("slack", "C1")) == ()
