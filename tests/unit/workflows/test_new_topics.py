"""What fits no intent is gathered and put before the team once, without anybody's private data."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.cards.block_kit import render_card
from bot.domain.answer import UNKNOWN_INTENT, Risk
from bot.domain.errors import Unavailable
from bot.domain.escalation import Escalation
from bot.domain.intents import Label, LabelSource, TopicState
from bot.ports import Desk
from bot.workflows.new_topics import MOST_A_WEEK, propose_topics, propose_weekly
from bot.workflows.run import RecordedRun
from bot.workflows.topics import dismiss
from tests.contracts.store_samples import ANA, NOON
from tests.unit.scripted import Clock, NotingRuntime, ScriptedPlatform
from tests.unit.topics_desk import COURSES, REP, ROASTING, ask, cards, distinguishing, propose


@pytest_asyncio.fixture
async def asked(desk: Desk) -> Desk:
    """A desk that was asked for courses."""
    desk = await distinguishing(desk)
    await ask(desk, COURSES)
    return desk


async def test_questions_about_one_new_thing_are_put_before_the_team_on_one_card(
    asked: Desk, platform: ScriptedPlatform
) -> None:
    await ask(asked, ["Who painted the picture in your office?"], name="other")
    (topic,) = await propose(asked)
    assert (topic.state, topic.title, len(topic.members)) == (TopicState.PROPOSED, "Barista course", 6)
    assert (topic.risk, topic.weekly) == (Risk.MEDIUM, (0, 0, 0, 6))
    assert topic.card is not None
    assert len(cards(platform)) == 1


async def test_neither_the_card_nor_what_is_kept_has_private_data(asked: Desk, platform: ScriptedPlatform) -> None:
    (topic,) = await propose(asked)
    for said in (json.dumps(render_card(cards(platform)[0])), repr(topic)):
        assert "hanna" not in said.casefold()
        assert "Vos" not in said
    assert any("I am Robin Hale" in example for example in topic.examples)


async def test_a_name_that_stands_in_many_questions_names_no_topic(desk: Desk) -> None:
    desk = await distinguishing(desk)
    await ask(desk, [f"I am Hanna Vos. {text}" for text in COURSES])
    (topic,) = await propose(desk)
    assert topic.title == "Barista course"


async def test_proposing_again_in_the_same_week_posts_nothing_twice(asked: Desk, platform: ScriptedPlatform) -> None:
    first = await propose(asked)
    assert await propose(asked) == first
    assert len(cards(platform)) == 1


async def test_the_weekly_job_starts_one_run_a_week(asked: Desk, runtime: NotingRuntime, clock: Clock) -> None:
    await propose_weekly(asked)
    clock.pass_by(days=3)
    await propose_weekly(asked)
    clock.pass_by(days=7)
    await propose_weekly(asked)
    assert [key for _, key in runtime.started] == ["topics:2026-W10", "topics:2026-W10", "topics:2026-W11"]


async def test_what_could_not_be_shown_is_kept_and_shown_by_the_next_run(
    asked: Desk, platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*message: object, key: str) -> None:
        raise Unavailable("Slack is away.")

    with monkeypatch.context() as outage:
        outage.setattr(platform, "post", away)
        (topic,) = await propose(asked)
    assert topic.card is None
    (shown,) = await propose(asked)
    assert shown.card is not None
    assert len(cards(platform)) == 1


async def test_what_a_private_room_was_asked_is_told_to_that_room_alone(
    asked: Desk, platform: ScriptedPlatform
) -> None:
    platform.private = tuple({escalation.place.room for escalation in await everything(asked) if escalation.place})
    assert not await propose(asked)


async def everything(desk: Desk) -> list[Escalation]:
    reviews = await desk.store.reviews.of_intent(UNKNOWN_INTENT, NOON - timedelta(days=60))
    return [await desk.store.escalations.get(review.escalation_id) for review in reviews]


async def test_a_topic_that_waits_grows_on_its_own_card(asked: Desk, platform: ScriptedPlatform, clock: Clock) -> None:
    (first,) = await propose(asked)
    clock.pass_by(days=7)
    await ask(asked, ["A barista course in May?", "Gift me a barista course"], name="later")
    (grown,) = await propose(asked)
    assert (grown.id, grown.title, len(grown.members), grown.weekly) == (first.id, first.title, 8, (0, 0, 6, 2))
    assert "8 conversations" in json.dumps(render_card(cards(platform)[0]))


async def test_what_was_dismissed_does_not_return(asked: Desk, platform: ScriptedPlatform, clock: Clock) -> None:
    (topic,) = await propose(asked)
    await dismiss(asked, topic.id, REP, note="We give none.")
    for week in range(1, 10):
        clock.pass_by(days=7)
        await ask(asked, COURSES[week % 6 :][:1], name=f"week{week}")
        await propose(asked)
    assert [each.id for each in await asked.store.topics.newest()] == [topic.id]
    assert len(cards(platform)) == 1


async def test_what_was_dismissed_comes_back_at_twice_its_size(asked: Desk, clock: Clock) -> None:
    (topic,) = await propose(asked)
    await dismiss(asked, topic.id, REP, note="")
    clock.pass_by(days=7)
    await ask(asked, COURSES, name="again")
    again, _ = await propose(asked)
    assert again.id != topic.id
    assert (again.state, len(again.members)) == (TopicState.PROPOSED, 12)


async def test_what_became_an_intent_or_was_labelled_is_not_gathered_again(asked: Desk) -> None:
    (topic,) = await propose(asked)
    await asked.store.topics.change(replace(topic, state=TopicState.ACCEPTED))
    await ask(asked, ROASTING, name="roast")
    for number in range(2):
        now = asked.clock.now()
        label = Label(f"l{number}", "x", "delivery", LabelSource.RELABEL, ANA, now, f"esc_roast{number}")
        await asked.store.labels.save(label)
    assert await propose(asked) == (replace(topic, state=TopicState.ACCEPTED, version=topic.version + 1),)


async def test_what_somebody_labelled_as_none_of_the_intents_is_gathered_too(desk: Desk, clock: Clock) -> None:
    desk = await distinguishing(desk)
    await ask(desk, COURSES[:4])
    await ask(desk, COURSES[4:], name="misjudged", intent="delivery")
    assert await propose(desk) == ()
    for number in range(2):
        name = f"esc_misjudged{number}"
        await desk.store.labels.save(Label(name, "x", UNKNOWN_INTENT, LabelSource.RELABEL, ANA, clock.now(), name))
    assert [len(topic.members) for topic in await propose(desk)] == [6]


async def test_the_risk_is_the_highest_that_a_fair_share_has(desk: Desk) -> None:
    desk = await distinguishing(desk)
    await ask(desk, COURSES[:4])
    await ask(desk, COURSES[4:], name="risky", risk=Risk.HIGH)
    await ask(desk, ROASTING, name="roast")
    await ask(desk, ["Please roast green beans for me"], name="one", risk=Risk.HIGH)
    risks = {topic.title: topic.risk for topic in await propose(desk)}
    assert risks.pop("Barista course") is Risk.HIGH
    assert set(risks.values()) == {Risk.MEDIUM}


async def test_a_week_has_room_for_the_largest_topics_and_the_last_card_counts_the_rest(
    desk: Desk, clock: Clock
) -> None:
    desk = await distinguishing(desk)
    things = (
        "barista course",
        "green bean roasting",
        "wedding catering",
        "job vacancy",
        "factory tour",
        "coffee plant",
        "podcast interview",
    )
    for extra, thing in enumerate(things):
        await ask(desk, [f"{start} {thing}?" for start in ASKING[: 5 + extra]], name=thing.replace(" ", ""))
    first = await propose(desk)
    assert len(first) == MOST_A_WEEK
    assert min(len(topic.members) for topic in first) == 7
    assert sorted(topic.others for topic in first) == [0, 0, 0, 0, 2]
    assert len(await propose(desk)) == MOST_A_WEEK
    clock.pass_by(days=7)
    assert len(await propose(desk)) == len(things)


ASKING = (
    "Tell me about your", "Is there a", "How much is the", "When is the next", "Do you offer a", "Where is the",
    "Can I book a", "I want a", "Who does the", "Any news on the", "Please send me details of the",
)  # fmt: skip


async def test_a_run_that_was_broken_off_goes_on_with_what_it_had_found(
    asked: Desk, platform: ScriptedPlatform
) -> None:
    class Remembering(RecordedRun):
        """Gives the recorded results of another run, as the engine does after a crash."""

        async def step(self, name, function, *args, **kwargs):  # type: ignore[no-untyped-def]
            if name in done:
                return done[name]
            result = await super().step(name, function, *args, **kwargs)
            if name == "find topics":
                done[name] = result
            return result

    done: dict[str, object] = {}
    await propose_topics(Remembering("run-topics", asked.clock), asked)
    await propose_topics(Remembering("run-topics", asked.clock), asked)
    assert len(await asked.store.topics.newest()) == 1
    assert len(cards(platform)) == 1


@pytest.mark.parametrize("texts", [(), ("\x00",) * 6, ("",) * 9])
async def test_where_nothing_is_asked_nothing_is_proposed(desk: Desk, texts: tuple[str, ...]) -> None:
    desk = await distinguishing(desk)
    await ask(desk, texts)
    assert await propose(desk) == ()
