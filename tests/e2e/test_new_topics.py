"""From questions that fit no intent to an intent: proposed on a card, accepted by a senior, and known from then on."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.domain.answer import UNKNOWN_INTENT, Triage
from bot.domain.chat import Place
from bot.domain.intents import LabelSource, TopicProposal, TopicState
from bot.sandbox.remote import Json
from tests.e2e.company import Desk, buttons, company_at_work, words

pytestmark = pytest.mark.asyncio(loop_scope="module")

COURSES = (
    "Do you give barista courses in Amsterdam?", "When is the next barista course?",
    "Is there a barista course for beginners?", "Can I book a barista course for two people?",
    "Hi, I am Gus Outsider, gus@example.org. Is the barista course in English?",
)  # fmt: skip
AGAIN = "I want to learn latte art. Which barista course can I sign up for?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with company_at_work(tmp_path_factory.mktemp("topics")) as running:
        yield running


async def judged(desk: Desk, text: str) -> Triage:
    """What the desk makes of a question that somebody asks now."""
    card = await desk.asked(text)
    store = desk.app.desk.store
    escalation = await store.escalations.at_place(Place("slack", card["channel"], card["thread_ts"]))
    assert escalation is not None
    proposal = (await store.reviews.of_escalation(escalation.id))[-1].proposal
    assert proposal is not None
    return proposal.triage


async def topic_card(desk: Desk) -> Json:
    async def root() -> Json | None:
        return next(iter(await desk.roots("#escalations", "New topic")), None)

    found: Json = await desk.until(root)
    return found


async def ended(desk: Desk) -> TopicProposal:
    async def end() -> TopicProposal | None:
        (topic,) = await desk.app.desk.store.topics.newest()
        return topic if topic.state not in (TopicState.PROPOSED, TopicState.TRYING) else None

    found: TopicProposal = await desk.until(end, seconds=60)
    return found


async def test_what_is_asked_often_and_fits_no_intent_becomes_one(desk: Desk) -> None:
    assert {(await judged(desk, text)).intent for text in COURSES} == {UNKNOWN_INTENT}
    await desk.app.jobs["propose new topics"]()
    card = await topic_card(desk)
    assert "5 conversations in 4 weeks" in words(card)
    assert "arista course" in words(card)
    assert "gus@example.org" not in json.dumps(card)
    assert buttons(card) == ["Accept", "Merge", "Dismiss"]

    await desk.press(card, "Accept", as_="bo")
    await desk.whisper("bo", "A senior rep or a manager decides what becomes an intent.")
    await desk.form(card, "Accept", as_="sue")
    refused = await desk.hands.do("forms/submit", as_="sue", values={"Name": "Barista Courses"})
    assert "small letters" in json.dumps(refused)
    filled = {"Name": "barista-courses", "Title": "Barista courses", "Room of the owner": "#support-managers"}
    await desk.hands.do("forms/submit", as_="sue", values=filled)

    accepted = await ended(desk)
    assert accepted.gate is not None
    assert accepted.state is TopicState.ACCEPTED, accepted.gate.why
    shown = await desk.shows(card, "Now the intent “Barista courses”")
    assert f"workflow v{accepted.release}" in words(shown)
    assert "Sue Okafor" in words(shown) or desk.sandbox.workspace.user("sue").id in json.dumps(shown)
    assert buttons(shown) == []

    known = await judged(desk, AGAIN)
    assert (known.intent, known.owner) == ("barista-courses", "#support-managers")


async def test_its_conversations_are_labels_and_the_policy_log_says_who_added_it(desk: Desk) -> None:
    store = desk.app.desk.store
    labels = [label for label in await store.labels.all() if label.source is LabelSource.TOPIC]
    assert {label.intent for label in labels} == {"barista-courses"}
    assert len(labels) == len(COURSES)
    assert not any("gus@example.org" in label.text for label in labels)
    (change,) = [change for change in await store.policy_log.newest() if "Barista courses" in change.after]
    assert change.by is not None
    assert change.by.name == "Sue Okafor"


async def test_proposing_again_posts_nothing_more(desk: Desk) -> None:
    await desk.app.jobs["propose new topics"]()
    await desk.quiet()
    assert len(await desk.roots("#escalations", "New topic")) == 1
