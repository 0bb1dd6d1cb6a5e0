"""The precedent that an approved answer makes, what becomes of it, and what the next rep sees of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.cards.elements import Actions, Button, Note, Quote
from bot.cards.forms import why_form
from bot.cards.precedent import precedent_elements
from bot.cards.review import review_card
from bot.domain.answer import Citation, Draft, DraftAuthor, Field, Proposal, Risk, Triage
from bot.domain.chat import Click
from bot.domain.errors import Conflict, Unavailable
from bot.domain.escalation import Author, Customer
from bot.domain.escaped import Escape, EscapedError, Seen
from bot.domain.precedent import Precedent
from bot.domain.quality import CaseTurn, EvalCase, case_id
from bot.domain.review import Action, Review, ReviewState, subject_of
from bot.ports import Desk, DraftRequest, Progress
from bot.workflows.answer import prepare
from bot.workflows.capture import Thread
from bot.workflows.precedents import forget_outdated, forget_overtaken, general, precedent_of, remember
from bot.workflows.review import send
from evals.escaped import keep
from evals.runner import run_case
from handlers import reviews
from tests.contracts.store_samples import ANA, NOON, RECEIPT, THREAD, decision, draft, escalation, proposal, ready, turn
from tests.contracts.test_store_precedents import precedent
from tests.unit.scripted import Clock, Judge, LiveRun, ScriptedPlatform, ScriptedSurface, working_with

HALF_YEAR = timedelta(days=180)
ASKED = "I am Hanna Vos (hanna@x.example). How long does my order FH-1042391 travel?"
FACT = "A parcel travels for 3 days."
DRAFT = f"Hello Hanna,\n\n{FACT}\n\nJust reply to this message.\nYour team"
READY = Review("esc_1/1", "esc_1", 1, 1, ReviewState.READY, 2, NOON)


def drafted(**changes: Any) -> Proposal:
    cited = DRAFT.replace(FACT, f"{FACT} [1]")
    draft = Draft(DRAFT, cited, (Citation(1, "shipping#1", FACT),), 0.8, DraftAuthor.OFFLINE)
    triage = replace(proposal().triage, fields=(Field("order_id", "FH-1042391", 0, 0),))
    return replace(replace(proposal(), draft=draft, triage=triage), **changes)


def thread(action: Action = Action.APPROVE, asked: str = ASKED, made: Proposal | None = None, **how: Any) -> Thread:
    review = replace(READY, proposal=made or drafted())
    review = replace(review, state=ReviewState.DELIVERED, decision=decision(review, action, **how), receipt=RECEIPT)
    return Thread(
        escalation("esc_1", turn("t1", asked), customer=Customer("c1", "Hanna Vos", "hanna@x.example")), review
    )


def edited(text: str, made: Proposal | None = None) -> str:
    return general(thread(Action.EDIT, made=made, text=text))


def test_a_precedent_has_the_question_with_stand_ins_and_the_answer_without_its_frame() -> None:
    made = precedent_of(thread(), HALF_YEAR)
    assert made is not None
    assert made.question == "I am Robin Hale (person1@example.com). How long does my order FH-0000001 travel?"
    assert (made.answer, made.sources) == (FACT, {"shipping": "h1"})
    assert (made.by, made.edited, made.high_risk) == (ANA, False, False)
    assert made.expires - made.at == HALF_YEAR


def test_an_edited_answer_and_one_of_high_risk_say_so() -> None:
    made = precedent_of(thread(Action.EDIT, text=f"{FACT} On an island it takes 6."), HALF_YEAR)
    assert made is not None
    assert (made.edited, made.answer) == (True, f"{FACT} On an island it takes 6.")
    risky = precedent_of(thread(made=drafted(triage=replace(proposal().triage, risk=Risk.HIGH))), HALF_YEAR)
    assert risky is not None
    assert risky.high_risk


@pytest.mark.parametrize(
    "private",
    [
        "Hanna, we wish you a good trip.",
        "We keep hanna@x.example as your address.",
        "I have asked the carrier about it.",
        "I'll call you back.",
        "We've refunded 4.90 EUR.",
        "Your parcel has arrived in Bonn.",
        "It comes tomorrow.",
        "FH-1042391 is on the van.",
    ],
)
def test_what_is_said_of_this_one_customer_is_in_no_precedent(private: str) -> None:
    assert edited(f"Hi Hanna,\n\n{private} {FACT}\n\n1. Open the app.\n2. Press Track.\n\nBest regards,\nFern") == (
        f"{FACT}\n\n1. Open the app.\n2. Press Track."
    )


def test_what_an_article_says_is_of_no_one_customer_whatever_its_words() -> None:
    quote = "Before 14:00 it leaves today."
    made = drafted()
    made = replace(made, draft=replace(made.draft, citations=(Citation(1, "shipping#1", quote),)))
    assert edited(f"{quote} I sent it.", made) == quote


@pytest.mark.parametrize(
    "text", ["I did it.", "Hello Hanna,\n\nDone!\n\nBest,\nFern", "🙂", "\x00\udcff", "¿? " * 40_000]
)
def test_an_answer_that_says_nothing_to_others_makes_none(text: str) -> None:
    assert precedent_of(thread(Action.EDIT, text=text), HALF_YEAR) is None


def test_only_an_answer_that_was_delivered_and_stood_makes_one() -> None:
    done = thread()
    for state in (ReviewState.FAILED, ReviewState.DELIVERING):
        assert precedent_of(replace(done, review=replace(done.review, state=state)), HALF_YEAR) is None
    assert precedent_of(replace(done, doubted=True), HALF_YEAR) is None
    assert precedent_of(thread(asked="\U0001f600"), HALF_YEAR) is None


def test_what_the_customer_wrote_after_the_answer_is_no_part_of_the_question() -> None:
    done = thread()
    later = (turn("reply:esc_1/1", FACT, at=60, author=Author.AGENT), turn("t2", "And to Malta?", at=90))
    made = precedent_of(
        replace(done, escalation=replace(done.escalation, turns=(*done.escalation.turns, *later))), HALF_YEAR
    )
    assert made is not None
    assert "Malta" not in made.question


# --- in the store -----------------------------------------------------------------------------------------------------


async def approved(desk: Desk, id: str = "esc_1") -> Review:  # noqa: A002
    review = await ready(desk.store, id)
    await desk.store.reviews.propose(review.id, drafted())
    review = await desk.store.reviews.get(review.id)
    return (await desk.store.reviews.claim(decision(review))).review


async def kept(desk: Desk) -> tuple[Precedent, ...]:
    return (await desk.store.precedents.since(0)).added


async def test_an_answer_is_kept_once_it_reached_the_customer(desk: Desk, run: LiveRun) -> None:
    review = await approved(desk)
    assert not await remember(desk, review.id)
    await send(run, desk, review.id)
    assert [each.id for each in await kept(desk)] == [review.id]
    assert await remember(desk, review.id)
    assert len(await kept(desk)) == 1


async def test_an_answer_that_never_arrived_is_not_kept(desk: Desk, run: LiveRun, surface: ScriptedSurface) -> None:
    review = await approved(desk)
    surface.troubles = [Unavailable("The shop does not answer.")] * 5
    await send(run, desk, review.id)
    assert await kept(desk) == ()


async def test_with_no_days_to_hold_nothing_is_kept(desk: Desk, run: LiveRun) -> None:
    desk = replace(desk, policy=replace(desk.policy, precedent_days=0))
    await send(run, desk, (await approved(desk)).id)
    assert await kept(desk) == ()


async def test_what_expired_or_rests_on_another_revision_is_forgotten(desk: Desk, clock: Clock) -> None:
    await desk.store.releases.publish("knowledge", {"refunds": "h1", "parcels": "p2"}, reason="", at=NOON)
    for number, (asked, rests_on) in enumerate(
        [("Refund?", {"refunds": "h1"}), ("Parcel?", {"parcels": "p1"}), ("Milk?", {}), ("Gone?", {"gone": "g"})]
    ):
        await desk.store.precedents.save(precedent(f"esc_{number}/1", asked, sources=rests_on))
    await forget_outdated(desk)
    assert [each.id for each in await kept(desk)] == ["esc_0/1", "esc_2/1"]
    clock.pass_by(days=180)
    await forget_outdated(desk)
    assert await kept(desk) == ()


async def test_what_became_an_article_is_no_precedent_any_more(desk: Desk) -> None:
    await desk.store.precedents.save(precedent(sources={}))
    await desk.store.precedents.save(precedent("esc_2/1", "Where is it?", sources={}))
    await forget_overtaken(desk, "esc_1")
    assert [each.id for each in await kept(desk)] == ["esc_2/1"]


async def test_an_answer_that_turned_out_wrong_is_withdrawn_and_stays_away(desk: Desk, run: LiveRun) -> None:
    review = await approved(desk)
    await send(run, desk, review.id)
    await keep(desk, EscapedError(review.id, Escape.REOPENED, NOON, Seen.UNCOVERED))
    assert await kept(desk) == ()
    assert not await remember(desk, review.id)


async def test_a_later_draft_that_is_rejected_leaves_the_answer_that_was_sent(desk: Desk, run: LiveRun) -> None:
    review = await approved(desk)
    await send(run, desk, review.id)
    await keep(desk, EscapedError("esc_1/2", Escape.REJECTED, NOON, Seen.UNCOVERED))
    assert len(await kept(desk)) == 1


async def test_what_was_answered_in_a_private_room_is_known_to_that_room_alone(
    desk: Desk, run: LiveRun, platform: ScriptedPlatform
) -> None:
    platform.private = (THREAD.room,)
    await send(run, desk, (await approved(desk)).id)
    (kept_one,) = await kept(desk)
    assert kept_one.room == THREAD.room
    assert [kept_one.shown_in(room) for room in (THREAD.room, "C_OTHER", "")] == [True, False, False]


class Always:
    """Finds the same answer to whatever is asked."""

    async def find(self, question: str, triage: Triage, **how: object) -> tuple[Precedent, ...]:
        return (precedent(),)


async def test_people_and_drafters_are_shown_what_is_found_and_evals_are_not(desk: Desk, run: LiveRun) -> None:
    desk, seen = replace(desk, precedents=Always()), Seeing()
    desk = await working_with(desk, drafter=seen)
    assert (await prepare(run, desk, escalation())).precedents == (precedent(),)
    turns = (CaseTurn(Author.CUSTOMER, "Where is my parcel?"),)
    await run_case(desk, EvalCase(case_id(turns), turns))
    assert [request.precedents for request in seen.requests] == [(precedent(),), ()]


class Seeing(Judge):
    def __init__(self) -> None:
        self.requests: list[DraftRequest] = []

    async def draft(self, request: DraftRequest, progress: Progress | None = None) -> Draft:
        self.requests.append(request)
        return draft()


# --- before the team --------------------------------------------------------------------------------------------------


def shown(made: Proposal) -> tuple[str, list[Button]]:
    card = review_card(escalation(), replace(READY, proposal=made))
    buttons = [button for each in card.elements if isinstance(each, Actions) for button in each.buttons]
    return str(card.elements), buttons


def abstained(*precedents: Precedent) -> Proposal:
    draft = Draft("", "", (), 0.0, DraftAuthor.OFFLINE, missing="No article.")
    return replace(proposal(), draft=draft, precedents=precedents)


def test_the_card_shows_who_answered_before_and_that_the_articles_decide() -> None:
    said, buttons = shown(replace(proposal(), precedents=(precedent(high_risk=True),)))
    for words in ("Answered before", "approved as drafted", "Five days.", "high risk", "the articles decide"):
        assert words in said
    assert "Use that answer" not in [button.label for button in buttons]


def test_a_card_without_a_precedent_says_nothing_of_them() -> None:
    said, buttons = shown(abstained())
    assert "Answered before" not in said
    assert "review.reuse" not in [button.action for button in buttons]


def test_the_card_is_short_however_long_the_answer_and_the_reasons_have_it_whole() -> None:
    long = precedent(question="How long? " * 100, answer="Five days. " * 200)
    elements = precedent_elements((long, precedent("esc_2/1")), "")
    assert sum(len(str(each)) for each in elements) < 1_000
    assert "1 more under" in str(next(each for each in elements if isinstance(each, Note)))
    reasons = why_form(replace(READY, proposal=abstained(long)), None).elements
    assert long.answer in [each.text for each in reasons if isinstance(each, Quote)]


def test_what_the_draft_says_word_for_word_is_not_said_twice() -> None:
    elements = precedent_elements((precedent(answer="It is on\nits way."),), "Hello,\n\nIt is on its way.\n\nFern")
    assert not [each for each in elements if isinstance(each, Quote)]
    assert "in the words of this draft" in str(elements)


def test_who_answered_is_named_and_not_called_again() -> None:
    said = str(precedent_elements((precedent(),), ""))
    assert "approved as drafted by Ana " in said
    assert "Mention" not in said


async def pressed(desk: Desk, *precedents: Precedent) -> Any:
    review = await ready(desk.store)
    await desk.store.reviews.propose(review.id, abstained(*precedents))
    review = await desk.store.reviews.get(review.id)
    assert review.proposal is not None
    subject = subject_of(review.id, review.proposal.draft.hash)
    return await reviews.reuse(desk, Click("k1", "review.reuse", subject, ANA, THREAD))


def texts(elements: Sequence[Any]) -> list[str]:
    return [each.initial for each in elements if hasattr(each, "initial")]


async def test_where_nothing_was_drafted_that_answer_is_where_the_reply_begins(desk: Desk) -> None:
    answered = precedent("esc_7/1", sources={})
    await desk.store.precedents.save(answered)
    assert "Use that answer" in [button.label for button in shown(abstained(answered))[1]]
    form = await pressed(desk, answered)
    assert (form.name, texts(form.elements)) == ("review.edit", ["Five days."])


async def test_an_answer_that_was_withdrawn_meanwhile_is_not_where_a_reply_begins(desk: Desk) -> None:
    with pytest.raises(Conflict, match="withdrawn"):
        await pressed(desk, precedent("esc_7/1", sources={}))


async def test_an_answer_whose_article_changed_meanwhile_is_not_where_a_reply_begins(desk: Desk) -> None:
    await desk.store.precedents.save(precedent("esc_8/1"))
    with pytest.raises(Conflict, match="has changed"):
        await pressed(desk, precedent("esc_8/1"))
