"""Setting the intent of a thread: what the form begins with, what it refuses, and what is kept."""

from dataclasses import replace

import pytest
import pytest_asyncio

from bot.cards.capture import intent_input
from bot.cards.elements import Choice, Form, TextInput
from bot.domain.answer import UNKNOWN_INTENT, Need
from bot.domain.chat import Command, FormErrors, MessageRef, Person, Place, Submission, Toast
from bot.domain.escalation import Customer
from bot.domain.intents import LabelSource
from bot.domain.review import Review
from bot.ports import Answer, Desk
from bot.workflows.relabel import brief
from handlers.capture import FORMS, open_intent, send_case
from handlers.relabel import send_intent
from tests.contracts.store_samples import NOON, THREAD, escalation, proposal, turn
from tests.unit.scripted import ScriptedPlatform
from tests.unit.topics_desk import OUTSIDER, REP, SENIOR, distinguishing

STORY = "Hello there. We moved last month and it was a lot. I am Hanna Vos. " * 12
ASKED = "I am Hanna Vos, hanna@x.example. Can I unlock my account? Where is my parcel FH-1042391?"
NEEDS = (
    Need("I am Hanna Vos, hanna@x.example. Can I unlock my account?", "machine", likely=("machine", "account")),
    Need("Where is my parcel FH-1042391?", "delivery"),
)


@pytest_asyncio.fixture
async def team(desk: Desk) -> Desk:
    return await distinguishing(desk)


@pytest_asyncio.fixture
async def review(team: Desk) -> Review:
    customer = Customer("c1", "Hanna Vos", "hanna@x.example")
    asked, _ = await team.store.escalations.receive(escalation("esc_1", turn("t1", ASKED), customer=customer))
    opened, _ = await team.store.reviews.open(asked, at=NOON)
    triage = replace(proposal().triage, intent="machine", needs=NEEDS)
    return await team.store.reviews.propose(opened.id, proposal(triage=triage))


async def form(desk: Desk, review: Review, who: Person = REP) -> dict[str, str]:
    """What each input of the form begins with."""
    shown = await open_intent(desk, Command("c", "set-intent", review.id, who, THREAD))
    assert isinstance(shown, Form)
    return {each.name: each.initial for each in shown.elements if isinstance(each, TextInput | Choice)}


async def send(desk: Desk, review: Review, who: Person = REP, /, **values: str) -> Answer:
    filled = {"text": "Can I unlock my account?", "intent": "account"} | values
    return await send_intent(desk, Submission("s", "capture.intent", review.id, who, filled, THREAD))


async def test_the_form_begins_with_the_misjudged_words_and_the_likeliest_other_intent(
    team: Desk, review: Review
) -> None:
    shown = await form(team, review)
    assert shown == {
        "text": "I am Robin Hale, person1@example.com. Can I unlock my account?",
        "intent": "delivery",
    }


async def test_what_is_set_is_kept_with_who_set_it_and_the_answer_says_what_comes_next(
    team: Desk, review: Review
) -> None:
    answer = await send(team, review)
    assert answer == Toast("Thanks. I learn from 5 labels on; with this one there are 1.")
    (label,) = await team.store.labels.all()
    assert (label.text, label.intent, label.escalation) == ("Can I unlock my account?", "account", "esc_1")
    assert (label.source, label.by.id, label.taught) == (LabelSource.RELABEL, REP.id, None)


async def test_whoever_sets_it_again_sees_who_did_before_and_counts(team: Desk, review: Review) -> None:
    await send(team, review)
    assert (await form(team, review, SENIOR))["intent"] == "account"
    await send(team, review, SENIOR, intent="delivery")
    (label,) = await team.store.labels.all()
    assert (label.intent, label.by.id) == ("delivery", SENIOR.id)


async def test_none_of_these_keeps_the_question_for_new_topics(team: Desk, review: Review) -> None:
    answer = await send(team, review, intent=UNKNOWN_INTENT)
    assert isinstance(answer, Toast)
    assert "those that recur are proposed" in answer.text
    assert [label.intent for label in await team.store.labels.all()] == [UNKNOWN_INTENT]


@pytest.mark.parametrize(
    ("values", "field", "why"),
    [
        ({"text": "Ask hanna@x.example about it"}, "text", "something personal"),
        ({"text": "  ?! "}, "text", "in words"),
        ({"intent": "no-such"}, "intent", "no such intent"),
        ({"intent": ""}, "intent", "no such intent"),
    ],
)
async def test_what_cannot_be_learned_from_is_refused_beside_its_input(
    team: Desk, review: Review, values: dict[str, str], field: str, why: str
) -> None:
    refused = await send(team, review, **values)
    assert isinstance(refused, FormErrors)
    assert why in refused.errors[field]
    assert await team.store.labels.all() == ()


async def test_an_outsider_sets_nothing(team: Desk, review: Review) -> None:
    refused = await send(team, review, OUTSIDER)
    assert isinstance(refused, FormErrors)
    assert "Only support reps" in refused.errors["intent"]


@pytest.mark.parametrize("name", ["capture.case", "capture.fix", "capture.intent", "capture.pick"])
async def test_a_form_about_a_thread_of_a_private_room_is_taken_from_its_members_alone(
    team: Desk, review: Review, platform: ScriptedPlatform, name: str
) -> None:
    card = MessageRef(Place("slack", "C_PRIVATE"), "1.1")
    await team.store.reviews.set_card(review.id, card)
    platform.closed = ("C_PRIVATE",)
    subject = {"capture.fix": f"{review.id}#new#", "capture.pick": "set-intent"}.get(name, review.id)
    filled = {"text": "Can I unlock my account?", "intent": "account", "must_say": "Yes", "thread": review.id}
    refused = await FORMS[name](team, Submission("s", name, subject, REP, filled, THREAD))
    assert isinstance(refused, FormErrors)
    assert "private room" in " ".join(refused.errors.values())
    assert await team.store.labels.all() == ()


async def test_a_case_with_an_intent_makes_a_label_and_one_without_makes_none(team: Desk, review: Review) -> None:
    for intent in ("", "an-intent-of-theirs", "account"):
        filled = {"turn-0": "Can I unlock my account?", "must_say": "Yes", "intent": intent}
        await send_case(team, Submission(intent, "capture.case", f"{review.id}#case_1", REP, filled, THREAD))
        labels = await team.store.labels.all()
        assert [each.intent for each in labels] == (["account"] if intent == "account" else [])
    assert labels[0].source is LabelSource.CASE


def test_of_a_story_the_sentences_that_ask_are_an_example() -> None:
    assert brief(f"{STORY} Can you unlock my account? Thanks a lot.") == "Can you unlock my account?"
    assert brief("Where   is\nit?") == "Where is it?"
    assert len(brief("word " * 30_000)) <= 300
    assert brief("\x00\ud800") == "\x00\ud800"


def test_more_intents_than_a_menu_holds_are_written() -> None:
    few, many = ([(f"intent-{n}", f"Intent {n}") for n in range(count)] for count in (99, 100))
    chosen, written = intent_input(few, "old-one"), intent_input(many, "intent-7")
    assert isinstance(chosen, Choice)
    assert (chosen.initial, len(chosen.options)) == ("old-one", 100)
    assert isinstance(written, TextInput)
    assert written.initial == "intent-7"
