"""Who may decide on a new topic, what the form refuses, and what happens to those who come late."""

from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from bot.cards.elements import Form
from bot.domain.chat import Click, FormErrors, Person, Place, Submission
from bot.domain.errors import NotAllowed
from bot.domain.intents import TopicProposal, TopicState
from bot.domain.quality import GateResult, Verdict
from bot.ports import Desk
from handlers import topics
from tests.unit.scripted import NotingRuntime
from tests.unit.topics_desk import COURSES, OUTSIDER, REP, SENIOR, ask, distinguishing, propose

ROOM = Place("slack", "#team")
OTHER = replace(SENIOR, id="U17", name="Mae")
FILLED = {
    "title": "Barista courses", "name": "barista-courses", "risk": "low", "room": "#events",
    "examples": "Do you give courses?\nWhen is the next course?\n\n when is the next course? \nAny latte art class?",
}  # fmt: skip


@pytest_asyncio.fixture
async def asked(desk: Desk) -> Desk:
    desk = await distinguishing(desk)
    await ask(desk, COURSES)
    return desk


@pytest_asyncio.fixture
async def topic(asked: Desk) -> TopicProposal:
    return (await propose(asked))[0]


def click(topic: TopicProposal, actor: Person) -> Click:
    return Click("click-1", "", topic.id, actor, ROOM)


def sent(topic: TopicProposal, actor: Person = SENIOR, key: str = "sent-1", **values: str) -> Submission:
    return Submission(key, "", topic.id, actor, values, ROOM)


def accepting(topic: TopicProposal, actor: Person = SENIOR, /, **changes: str) -> Submission:
    return sent(topic, actor, **(FILLED | changes))


async def state(desk: Desk, topic: TopicProposal) -> TopicState:
    return (await desk.store.topics.get(topic.id)).state


@pytest.mark.parametrize("opener", [topics.accept, topics.merge])
async def test_only_a_senior_or_manager_changes_what_the_desk_distinguishes(
    opener: Any, asked: Desk, topic: TopicProposal
) -> None:
    for person in (REP, OUTSIDER):
        with pytest.raises(NotAllowed, match="A senior rep or a manager"):
            await opener(asked, click(topic, person))
    assert isinstance(await opener(asked, click(topic, SENIOR)), Form)


async def test_a_form_that_a_rep_sends_all_the_same_changes_nothing(asked: Desk, topic: TopicProposal) -> None:
    refused = await topics.send_accept(asked, accepting(topic, REP))
    assert isinstance(refused, FormErrors)
    assert isinstance(await topics.send_merge(asked, sent(topic, REP, intent="refund")), FormErrors)
    assert await state(asked, topic) is TopicState.PROPOSED


async def test_any_rep_dismisses_and_an_outsider_does_not(asked: Desk, topic: TopicProposal) -> None:
    with pytest.raises(NotAllowed):
        await topics.dismiss(asked, click(topic, OUTSIDER))
    assert isinstance(await topics.dismiss(asked, click(topic, REP)), Form)
    assert await topics.send_dismiss(asked, sent(topic, REP, note="We give none.")) is None
    ended = await asked.store.topics.get(topic.id)
    assert (ended.state, ended.decided_by, ended.note) == (TopicState.DISMISSED, REP, "We give none.")


async def test_accepting_has_the_intent_tried_as_the_form_says_it(
    asked: Desk, topic: TopicProposal, runtime: NotingRuntime
) -> None:
    assert await topics.send_accept(asked, accepting(topic)) is None
    trying = await asked.store.topics.get(topic.id)
    assert (trying.state, trying.intent, trying.intent_title) == (
        TopicState.TRYING, "barista-courses", "Barista courses",
    )  # fmt: skip
    assert (trying.risk.value, trying.room, trying.decided_by) == ("low", "#events", SENIOR)
    assert trying.kept == ("Do you give courses?", "when is the next course?", "Any latte art class?")
    assert ("teach_topic", f"teach:{topic.id}:sent-1") in runtime.started


async def test_the_same_form_again_is_one_decision(asked: Desk, topic: TopicProposal, runtime: NotingRuntime) -> None:
    for _ in range(2):
        assert await topics.send_accept(asked, accepting(topic)) is None
    assert len({key for name, key in runtime.started if name == "teach_topic"}) == 1


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "Barista Courses", "small letters"),
        ("name", "refund", "is taken"),
        ("name", "unknown", "is taken"),
        ("title", " ", "Give the intent a title"),
        ("examples", "Only this one?\nOnly this one?", "at least 3 examples"),
        ("examples", "One course?\nTwo courses?\nWhere is my parcel?", "delivery"),
        ("examples", "One course?\nTwo courses?\nMail hanna@x.example", "something personal"),
        ("examples", "One course?\nTwo courses?\nCourse for Hanna Vos", "something personal"),
        ("title", "Courses for Hanna Vos", "something personal"),
    ],
)
async def test_what_cannot_be_an_intent_is_said_beside_its_input(
    field: str, value: str, says: str, asked: Desk, topic: TopicProposal
) -> None:
    refused = await topics.send_accept(asked, accepting(topic, **{field: value}))
    assert isinstance(refused, FormErrors)
    assert says in refused.errors[field]
    assert await state(asked, topic) is TopicState.PROPOSED


async def test_the_suggested_examples_may_be_kept_as_they_are(asked: Desk, topic: TopicProposal) -> None:
    assert await topics.send_accept(asked, accepting(topic, examples="\n".join(topic.examples))) is None


async def test_merging_teaches_the_intent_that_was_chosen(asked: Desk, topic: TopicProposal) -> None:
    refused = await topics.send_merge(asked, sent(topic, intent="nonsense"))
    assert isinstance(refused, FormErrors)
    assert await topics.send_merge(asked, sent(topic, intent="refund")) is None
    trying = await asked.store.topics.get(topic.id)
    assert (trying.state, trying.merges, trying.intent_title) == (TopicState.TRYING, True, "Refund")


async def test_who_comes_late_is_told_who_decided_what_and_when(asked: Desk, topic: TopicProposal) -> None:
    asked.people.roles[OTHER.id] = asked.people.roles[SENIOR.id]  # type: ignore[attr-defined]
    await topics.send_accept(asked, accepting(topic))
    late = await topics.send_merge(asked, sent(topic, OTHER, intent="refund"))
    assert isinstance(late, FormErrors)
    assert "Sue decided on this topic" in late.errors["intent"]
    assert "02 March, 12:00 UTC" in late.errors["intent"]
    dismissing = await topics.send_dismiss(asked, sent(topic, REP, note=""))
    assert isinstance(dismissing, FormErrors)
    assert await state(asked, topic) is TopicState.TRYING


async def test_a_held_topic_is_tried_again_or_decided_otherwise(
    asked: Desk, topic: TopicProposal, runtime: NotingRuntime
) -> None:
    await topics.send_accept(asked, accepting(topic))
    trying = await asked.store.topics.get(topic.id)
    gate = GateResult(Verdict.HELD, "It breaks 1 case.")
    await asked.store.topics.change(replace(trying, state=TopicState.HELD, gate=gate))
    with pytest.raises(NotAllowed):
        await topics.again(asked, click(topic, REP))
    await topics.again(asked, click(topic, SENIOR))
    again = await asked.store.topics.get(topic.id)
    assert (again.state, again.intent) == (TopicState.TRYING, "barista-courses")
    assert ("teach_topic", f"teach:{topic.id}:click-1") in runtime.started
    await asked.store.topics.change(replace(again, state=TopicState.HELD, gate=gate))
    assert await topics.send_dismiss(asked, sent(topic, REP, note="")) is None
