"""Drafts by a language model: shown, held back where a rule says so, and replaced while the model is down."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.domain.chat import Click, Person, Place
from bot.domain.review import Action
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


async def test_a_draft_that_a_rule_forbids_has_no_approve_and_the_server_refuses_it_too(
    desk: Desk, peer: ModelPeer
) -> None:
    peer.answers = [model_peer.reply(("A card refund takes 5 to 7 working days, see https://evil.example/now.", [1]))]
    card = await desk.asked(REFUND)
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
