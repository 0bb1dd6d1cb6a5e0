"""From a misjudged question to one that is judged right: rejected, labelled, learned, and asked in other words."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.domain.answer import Triage
from bot.domain.chat import Person, Place
from bot.domain.intents import Label, LabelSource, label_id
from bot.sandbox.remote import Json
from tests.e2e.company import Desk, buttons, company_at_work, words

pytestmark = pytest.mark.asyncio(loop_scope="module")

MISJUDGED = "Hi, I am Gus Outsider, gus@example.org. Do you give barista courses in Amsterdam?"
OTHERS = (
    "When is the next barista course?", "Is there a barista course for beginners?",
    "Can I book a barista course for two people?", "What does a barista course cost?",
    "How long is the barista course on Saturday?", "Do you teach a barista course at our office?",
)  # fmt: skip
AGAIN = "Which barista course can my colleagues book?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with company_at_work(tmp_path_factory.mktemp("labels")) as running:
        yield running


async def judged(desk: Desk, card: Json) -> Triage:
    store = desk.app.desk.store
    escalation = await store.escalations.at_place(Place("slack", card["channel"], card["thread_ts"]))
    assert escalation is not None
    proposal = (await store.reviews.of_escalation(escalation.id))[-1].proposal
    assert proposal is not None
    return proposal.triage


async def rejected(desk: Desk, text: str) -> Json:
    """The card of a draft that was rejected because the intent was misjudged."""
    card = await desk.asked(text)
    await desk.form(card, "Reject", as_="bo")
    await desk.hands.do("forms/submit", as_="bo", values={"What went wrong?": "Ambiguous intent"})
    return await desk.shows(card, "Rejected")


async def test_a_misjudged_question_is_labelled_from_its_card(desk: Desk) -> None:
    card = await rejected(desk, MISJUDGED)
    assert (await judged(desk, card)).intent != "business-account"
    assert buttons(card)[0] == "Set the right intent"
    form = await desk.form(card, "Set the right intent", as_="bo")
    shown = json.dumps(form)
    assert "barista courses in Amsterdam" in shown
    assert "gus@example.org" not in shown
    refused = await desk.hands.do(
        "forms/submit", as_="bo", values={"What the customer asks": "gus@example.org", "Intent": "business-account"}
    )
    assert "something personal" in json.dumps(refused)
    await desk.hands.do(
        "forms/submit",
        as_="bo",
        values={"What the customer asks": "Do you give barista courses?", "Intent": "business-account"},
    )
    await desk.whisper("bo", "with this one there are 1")
    (label,) = await desk.app.desk.store.labels.all()
    assert (label.text, label.intent) == ("Do you give barista courses?", "business-account")
    assert label.by.name == "Bo Larsen"


async def test_what_was_labelled_is_learned_at_night_and_known_in_other_words(desk: Desk) -> None:
    store, now = desk.app.desk.store, desk.app.desk.clock.now()
    for n, text in enumerate(OTHERS):
        by, at = Person("slack", "U_ANA", "Ana"), now - timedelta(hours=n)
        await store.labels.save(Label(label_id(text), text, "business-account", LabelSource.RELABEL, by, at))
    await desk.app.jobs["learn from labels"]()

    async def card() -> Json | None:
        return next(iter(await desk.roots("#escalations", "I learned from")), None)

    told = await desk.until(card, seconds=120)
    assert "I learned from 7 labels" in words(told)
    assert "Held-out labels judged right" in words(told)
    live = await store.releases.live("workflow")
    assert f"Live as workflow v{live.number}" in words(told)
    assert {label.taught for label in await store.labels.all()} == {live.number}
    changes = [change for change in await store.policy_log.newest() if change.kind == "taxonomy"]
    assert "Learned from 7 labels" in changes[0].why
    assert (await judged(desk, await desk.asked(AGAIN))).intent == "business-account"


async def test_the_next_night_changes_and_tells_nothing(desk: Desk) -> None:
    before = await desk.app.desk.store.releases.live("workflow")
    await desk.app.jobs["learn from labels"]()
    await desk.quiet()
    assert await desk.app.desk.store.releases.live("workflow") == before
    assert len(await desk.roots("#escalations", "I learned from")) == 1
