"""Which eval would have caught an answer that turned out wrong."""

from dataclasses import replace
from typing import Any

import pytest

from bot.cards.elements import Actions, Card, Note
from bot.domain.escalation import Author, Escalation, Outcome, OutcomeKind, escalation_id
from bot.domain.escaped import Escape, EscapedError, Seen, came_back_after, how_escaped, is_rejected, last_answer
from bot.domain.quality import CaseResult, CaseTurn, EvalCase, EvalRun, Score, case_id
from bot.domain.review import Action, FailureMode, Review
from bot.ports import Desk, Inbound
from bot.workflows import review as reviewing
from bot.workflows.capture import case_of, of_review
from bot.workflows.receive import from_surface
from evals.escaped import find_escape, look
from tests.contracts.store_samples import NOON, RECEIPT, after, decision, escalation, proposal, ready, turn
from tests.unit.scripted import LiveRun, NotingRuntime, ScriptedPlatform, ScriptedSurface


def case(said: str = "Where is my parcel now?", **wants: Any) -> EvalCase:
    turns = (CaseTurn(Author.CUSTOMER, said),)
    return replace(EvalCase(case_id(turns), turns, must_say=("on its way",)), **wants)


async def rejected(desk: Desk, mode: FailureMode = FailureMode.STALE_POLICY) -> Review:
    review = await ready(desk.store)
    return (await desk.store.reviews.claim(decision(review, Action.REJECT, mode=mode))).review


async def sent(desk: Desk, action: Action = Action.APPROVE, **made: Any) -> Review:
    review = await ready(desk.store)
    claimed = (await desk.store.reviews.claim(decision(review, action, **made))).review
    await reviewing.settle(desk, claimed.id, RECEIPT, "", True)
    return await desk.store.reviews.get(claimed.id)


async def seen(desk: Desk, review: Review, how: Escape = Escape.REJECTED, again: str = "") -> EscapedError:
    error = await look(desk, review.id, how, again)
    assert error is not None
    return error


async def test_where_no_case_asks_the_same_none_would_have_caught_it(desk: Desk) -> None:
    await desk.store.cases.save(case("Do you engrave grinders?"))
    error = await seen(desk, await rejected(desk))
    assert (error.seen, error.case, error.question) == (Seen.UNCOVERED, "", "Where is my parcel?")


async def test_a_case_that_the_very_answer_passes_is_told_to_be_blind(desk: Desk) -> None:
    await desk.store.cases.save(case())
    error = await seen(desk, await rejected(desk))
    assert (error.seen, error.case, error.said) == (Seen.MISSED, case().id, "“on its way” said")
    assert error.likeness > 0.7


async def test_a_case_that_fails_the_answer_and_fails_today_knew_of_the_error(desk: Desk) -> None:
    await desk.store.cases.save(case(must_say=("3 days",)))
    error = await seen(desk, await rejected(desk))
    assert (error.seen, error.said) == (Seen.KNOWN, 'It does not say: "3 days".')


async def test_since_when_a_known_error_is_known_is_told_from_the_runs_on_what_was_live(desk: Desk) -> None:
    wanted = case(must_say=("3 days",))
    await desk.store.cases.save(wanted)
    history = [("", True), ("", False), ("gate: candidate v2", True), ("nightly", False)]
    for number, (label, passed) in enumerate(history):
        run = EvalRun(f"run-{number}", 1, 1, (wanted.id,), 1, after(number), label=label)
        await desk.store.eval_runs.begin(run)
        scored = CaseResult(wanted.id, f"f{number}", (Score("must_say", float(passed), passed),))
        await desk.store.eval_runs.record(run.id, [scored])
    assert (await seen(desk, await rejected(desk))).since == after(1)


async def test_a_case_that_fails_the_answer_and_passes_today_has_caught_it(desk: Desk) -> None:
    await desk.store.cases.save(case(must_say=("on its way",)))
    review = await sent(desk, Action.EDIT, text="Nobody knows.")
    error = await seen(desk, review, Escape.RATED)
    assert (error.seen, error.said) == (Seen.CAUGHT, 'It does not say: "on its way".')


async def test_what_is_judged_is_what_the_customer_got_and_not_the_draft(desk: Desk) -> None:
    await desk.store.cases.save(case(must_not_say=("5 days",)))
    review = await sent(desk, Action.EDIT, text="It is on its way and takes 5 days.")
    error = await seen(desk, review, Escape.REOPENED)
    assert (error.seen, error.said) == (Seen.CAUGHT, 'It says what it must not: "5 days".')


async def test_a_thread_that_was_captured_after_its_rejection_is_left_alone(
    desk: Desk, run: LiveRun, platform: ScriptedPlatform
) -> None:
    review = await rejected(desk)
    own = case_of(await of_review(desk, review.id))
    await desk.store.cases.save(replace(own, created_at=after(90)))
    await find_escape(run, desk, review=review.id, how="rejected")
    assert (await seen(desk, review)).seen is Seen.CAPTURED
    assert not said(platform)


async def test_a_case_of_the_thread_from_before_the_complaint_is_tried_and_no_second_one_is_offered(
    desk: Desk, run: LiveRun, platform: ScriptedPlatform
) -> None:
    review = await sent(desk)
    own = case_of(await of_review(desk, review.id))
    await desk.store.cases.save(replace(own, created_at=after(90)))
    await find_escape(run, desk, review=review.id, how="reopened")
    assert (await seen(desk, review, Escape.REOPENED)).seen is Seen.MISSED
    assert said(platform).endswith("Sharpen it.")
    assert "Make eval case" not in buttons(platform)


def card(platform: ScriptedPlatform) -> Card:
    return next(card for key, card in platform.cards.items() if key.startswith("card:"))


def said(platform: ScriptedPlatform) -> str:
    """The line on the card about the evals."""
    notes = (element for element in card(platform).elements if isinstance(element, Note))
    texts = ("".join(str(getattr(piece, "text", piece)) for piece in note.text) for note in notes)
    return next((text for text in texts if text.startswith("🔎")), "")


def buttons(platform: ScriptedPlatform) -> list[str]:
    actions = next(element for element in card(platform).elements if isinstance(element, Actions))
    return [button.label for button in actions.buttons]


async def test_the_card_says_it_in_a_line_and_offers_the_case_that_is_drafted(
    desk: Desk, run: LiveRun, platform: ScriptedPlatform
) -> None:
    review = await rejected(desk)
    await find_escape(run, desk, review=review.id, how="rejected")
    assert said(platform) == "🔎 No eval case would have caught this. One is drafted: “Make eval case” shows it."
    assert buttons(platform) == ["Fix knowledge", "Make eval case", "Why"]
    assert len(platform.cards) == 1


async def test_a_review_is_told_of_once_however_often_it_is_complained_of(desk: Desk, run: LiveRun) -> None:
    review = await sent(desk)
    for how in ("rated", "reopened"):
        await find_escape(run, desk, review=review.id, how=how)
    assert [error.how for error in await desk.store.escapes.since(NOON)] == [Escape.RATED]


async def test_an_answer_that_turned_out_wrong_is_no_model_in_the_case_that_is_drafted(
    desk: Desk, run: LiveRun
) -> None:
    review = await sent(desk)
    assert case_of(await of_review(desk, review.id)).reference
    await find_escape(run, desk, review=review.id, how="rated")
    drafted = case_of(await of_review(desk, review.id))
    assert (drafted.reference, drafted.must_say, drafted.sources) == ("", (), ())


@pytest.mark.parametrize(
    ("text", "escaped"),
    [("Where is my parcel? I still do not know.", True), ("Do you sell grinders as well?", False)],
)
async def test_who_asks_the_same_again_was_not_answered_and_who_asks_something_else_was(
    desk: Desk, text: str, escaped: bool
) -> None:
    calm = proposal()
    calm = replace(calm, triage=replace(calm.triage, sentiment_confidence=0.2))
    review = await sent(desk)
    stored = await desk.store.escalations.add_turn("esc_1", turn("t9", text, at=200))
    again, _ = await desk.store.reviews.open(stored, at=after(200))
    await desk.store.reviews.propose(again.id, calm)
    assert (await look(desk, review.id, Escape.REOPENED, again.id) is not None) is escaped


async def test_a_rejection_is_looked_into_off_the_click_and_a_tools_failure_is_not(desk: Desk, run: LiveRun) -> None:
    review = await ready(desk.store)
    made = decision(review, Action.REJECT, mode=FailureMode.TONE)
    await reviewing._follow_up(run, desk, made)
    assert run.started == [("find_escape", f"escape:{review.id}")]
    assert not is_rejected(replace(made, mode=FailureMode.TOOL_FAILURE))
    assert not is_rejected(replace(made, action=Action.HAND_OFF))


@pytest.mark.parametrize(
    ("kind", "value", "how"),
    [
        (OutcomeKind.REOPENED, None, Escape.REOPENED), (OutcomeKind.RATING, 2, Escape.RATED),
        (OutcomeKind.RATING, 3, None), (OutcomeKind.RESOLVED, None, None), (OutcomeKind.HANDLE_TIME, 1, None),
    ],
)  # fmt: skip
def test_a_bad_rating_and_a_reopening_speak_against_an_answer(
    kind: OutcomeKind, value: float | None, how: Escape | None
) -> None:
    assert how_escaped(Outcome("o1", "esc_1", kind, NOON, value)) is how


class CustomerSystem(ScriptedSurface):
    """A customer's system that tells what became of a conversation."""

    def parse(self, headers: Any, body: bytes) -> Inbound:
        told = Outcome("rating-1", "", OutcomeKind.RATING, after(900), float(body))
        return Inbound("x-1", outcome=told)


@pytest.mark.parametrize(("stars", "started"), [(b"1", 1), (b"5", 0)])
async def test_a_customers_system_that_tells_of_a_bad_rating_starts_the_search_and_once_a_rating(
    desk: Desk, runtime: NotingRuntime, stars: bytes, started: int
) -> None:
    identity = escalation_id(desk.store.workspace, "web", "x-1")
    review = await ready(desk.store, identity)
    await desk.store.reviews.claim(decision(review))
    await reviewing.settle(desk, review.id, RECEIPT, "", True)
    asked = replace(desk, surfaces={"web": CustomerSystem()})
    for _ in range(2):
        await from_surface(asked, "web", {}, stars)
    assert set(runtime.started) == ({("find_escape", f"escape:{review.id}:rating-1")} if started else set())


def conversation(*turns: tuple[str, Author]) -> Escalation:
    return escalation("esc_1", *(turn(ref, at=n, author=author) for n, (ref, author) in enumerate(turns)))


def test_only_a_customer_who_writes_after_our_answer_came_back() -> None:
    asked, ours, later = ("t1", Author.CUSTOMER), ("reply:esc_1/1", Author.AGENT), ("t3", Author.CUSTOMER)
    guided, theirs = ("t4", Author.REVIEWER), ("t5", Author.AGENT)
    assert came_back_after(conversation(asked, ours, later, guided)) == "esc_1/1"
    assert came_back_after(conversation(asked, ours, guided)) == ""
    assert came_back_after(conversation(asked, ours, theirs, later)) == ""
    assert last_answer(conversation(asked, ours, guided)) == "esc_1/1"
