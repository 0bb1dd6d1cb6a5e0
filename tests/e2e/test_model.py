"""Drafts by a language model: shown, held back where a rule says so, and replaced while the model is down."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from bot.domain.article import Audience
from bot.domain.chat import Click, Person, Place
from bot.domain.escalation import Author, Customer, Escalation, Turn
from bot.domain.review import Action, Review
from bot.ports import DraftRequest
from bot.workflows import showing, writing
from bot.workflows.run import RecordedRun
from handlers import reviews
from tests import model_peer
from tests.e2e.company import Desk, buttons, company_at_work, words
from tests.model_peer import ModelPeer

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUND = "How long does a card refund take to arrive after you issue it?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def peer() -> AsyncIterator[ModelPeer]:
    async with model_peer.serving(model_peer.trouble(503)) as serving:
        yield serving


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory, peer: ModelPeer) -> AsyncIterator[Desk]:
    model = {"api_key": "not-a-secret", "model": "test-model", "base_url": peer.url, "max_retries": 0}
    model |= {"input_price": 1.0, "output_price": 4.0, "currency": "EUR", "room_budgets": "#support-billing=0.01"}
    async with company_at_work(tmp_path_factory.mktemp("model"), openai=model) as running:
        yield running


async def test_while_the_model_is_down_a_draft_comes_from_the_articles_with_a_note(desk: Desk, peer: ModelPeer) -> None:
    peer.answers = [model_peer.trouble(503)]
    card = words(await desk.asked(REFUND))
    assert "5 to 7 working days" in card
    assert "this draft was put together from the articles' own sentences" in card


async def test_the_card_is_there_while_the_model_writes(desk: Desk, peer: ModelPeer) -> None:
    peer.answers = [model_peer.reply(("A card refund takes 5 to 7 working days.", [1]))]
    card = await desk.asked(REFUND)
    calls = (await desk.hands.read("calls", method="chat.postMessage"))["calls"]
    first = next(call["args"] for call in calls if call["args"].get("thread_ts") == card["thread_ts"])
    assert "Drafting an answer" in first["blocks"]


async def test_the_card_shows_what_the_model_writes_while_it_writes(desk: Desk, peer: ModelPeer) -> None:
    said = model_peer.reply(("A card refund takes 5 to 7 working days.", [1]), ("It is sent to the same card.", [1]))
    peer.answers = [replace(said, pieces=10, seconds_between=0.15)]
    review = await _drafting(desk)
    request = await _request(desk, review)
    written = asyncio.create_task(
        writing.write(desk.app.desk, await desk.app.desk.workflows.live(), request, review.id)
    )
    assert review.card is not None
    card = {"channel": review.card.place.room, "thread_ts": review.card.place.thread, "ts": review.card.message}
    growing = await desk.shows(card, "A card")
    assert "not checked yet" in words(growing)
    assert buttons(growing) == []
    draft = await written
    assert draft.text
    assert draft.text not in words(await desk.message(card))


async def test_a_live_card_grows_while_the_model_writes_and_ends_as_the_checked_draft(
    desk: Desk, peer: ModelPeer
) -> None:
    said = model_peer.reply(("A card refund takes 5 to 7 working days.", [1]), ("It is sent to the same card.", [1]))
    peer.answers = [replace(said, pieces=10, seconds_between=0.2)]
    wrote = await desk.hands.do("messages", as_="gus", room="#escalations", text="My card refund, how long is it?")
    growing = await desk.card("#escalations", wrote["ts"], "not checked yet")
    assert "A card refund" in words(growing)
    done = await desk.card("#escalations", wrote["ts"], "Why")
    assert done["ts"] == growing["ts"]
    assert "not checked yet" not in words(done)
    assert "5 to 7 working days" in words(done)


async def _drafting(desk: Desk) -> Review:
    """A review that is being drafted, with its card in the room's thread."""
    bot, wrote = desk.app.desk, await desk.hands.do("messages", as_="gus", room="#random", text="Look at this.")
    here = (await desk.thread("#random", wrote["ts"]))[0]
    place = Place("slack", here["channel"], here["ts"])
    turn = Turn(f"writing-{here['ts']}", Author.CUSTOMER, "How long does a card refund take?", bot.clock.now())
    identity = f"esc_writing_{here['ts']}"
    opened = Escalation(identity, "slack", identity, Customer("c"), (turn,), bot.clock.now(), place=place)
    stored, _ = await bot.store.escalations.receive(opened)
    review, _ = await bot.store.reviews.open(stored, at=bot.clock.now())
    await showing.show(RecordedRun(identity, bot.clock), bot, review.id)
    return await bot.store.reviews.get(review.id)


async def _request(desk: Desk, review: Review) -> DraftRequest:
    bot = desk.app.desk
    escalation = await bot.store.escalations.get(review.escalation_id)
    triage = await (await bot.workflows.live()).triager.triage(escalation)
    found = await bot.retriever.retrieve(escalation.question, at=bot.clock.now(), audience=Audience.CUSTOMER)
    return DraftRequest(escalation, triage, found.passages)


async def test_the_same_question_is_answered_from_memory(desk: Desk, peer: ModelPeer) -> None:
    peer.answers = [model_peer.reply(("A card refund takes 5 to 7 working days.", [1]))]
    asked = "And how many days does my card refund need then?"
    await desk.asked(asked)
    calls = len(peer.requests)
    assert "5 to 7 working days" in words(await desk.asked(asked))
    assert len(peer.requests) == calls


async def test_a_room_whose_budget_is_used_up_gets_drafts_from_the_articles_and_is_told(
    desk: Desk, peer: ModelPeer
) -> None:
    peer.answers = [model_peer.reply(("Reset it.", [1]))]
    calls = len(peer.requests)
    card = await desk.asked("I forgot my password. How do I reset it to sign in?")
    assert "Today's model budget for #support-billing pays for no further draft (" in words(card)
    assert "so this draft was put together from the articles' own sentences." in words(card)
    assert len(peer.requests) == calls


async def test_questions_for_the_customer_are_in_the_draft_and_the_models_doubts_on_the_card(
    desk: Desk, peer: ModelPeer
) -> None:
    said = ("A card refund takes 5 to 7 working days.", [1])
    peer.answers = [
        model_peer.reply(said, questions=["Which bank is it?"], needs_human=True, reason="It is a strange bank.")
    ]
    card = await desk.asked("How long does a card refund take at my bank?")
    assert "Which bank is it?" in words(card)
    assert "The model proposes that a person decides this one: It is a strange bank." in words(card)
    assert "Approve" in buttons(card)


async def test_a_draft_that_a_rule_forbids_has_no_approve_and_the_server_refuses_it_too(
    desk: Desk, peer: ModelPeer
) -> None:
    peer.answers = [model_peer.reply(("A card refund takes 5 to 7 working days, see https://evil.example/now.", [1]))]
    card = await desk.asked(f"{REFUND} I am waiting.")
    assert buttons(card) == ["Edit", "Reject", "Hand off", "Why"]
    assert "evil.example" in words(card)
    subject = next(action["value"] for action in card["actions"])
    ana = Person("slack", desk.sandbox.workspace.user("ana").id)
    forged = Click("forged", f"review.{Action.APPROVE}", subject, ana, Place("slack", card["channel"]))
    await reviews.approve(desk.app.desk, forged)
    await desk.whisper("ana", "This draft may not be sent as it is")
    assert len(await desk.thread("#escalations", card["thread_ts"])) == 2


async def test_a_high_risk_draft_that_a_rule_forbids_can_be_mended_and_then_approved(
    desk: Desk, peer: ModelPeer
) -> None:
    peer.answers = [model_peer.reply(("We call your lawyer, see https://evil.example/now.", [1]))]
    card = await desk.asked("If I don't have my money by Monday my lawyer will contact you. How long is a refund?")
    assert "Approve" not in buttons(card)
    await desk.form(card, "Edit")
    mine = "A card refund takes 5 to 7 working days."
    await desk.hands.do("forms/submit", as_="ana", values={"Reply": mine})
    edited = await desk.shows(card, "edited by")
    assert "evil.example" not in words(edited)
    await desk.press(edited, "Approve", as_="sue")
    await desk.shows(card, "Delivered to this thread")
