"""Which three decisions a manager is asked for, and why these."""

from dataclasses import replace
from datetime import date
from typing import Any

from bot.domain.answer import Risk
from bot.domain.chat import MessageRef, Place
from bot.domain.digest import Ask, Driver, Kind, Value
from bot.domain.escaped import Escape
from bot.domain.fix import FixState
from bot.domain.intents import TopicProposal, TopicState
from bot.domain.review import FailureMode
from bot.ports import Desk
from bot.ports.history import Cited
from evals.digest.decisions import Candidate, chosen, decisions
from evals.digest.facts import Facts, facts_of
from evals.digest.rejected import clusters
from tests.contracts.store_samples import ANA, BEN, CARD, NOON
from tests.unit.evals.digest.week_samples import (
    BEANS,
    DAY,
    POLICY,
    WEEK,
    Linking,
    case,
    drafted,
    escaped,
    fix,
    managers,
    rejected,
)


async def _asked(desk: Desk, **changes: Any) -> tuple[Ask, ...]:
    facts = replace(await facts_of(desk, WEEK, managers(desk)), **changes)
    return decisions(facts, await clusters(facts.wrong, desk.questions))


def _busy(facts: Facts, *drivers: Driver) -> Any:
    return replace(facts.compared, drivers=drivers)


def _driver(intent: str = "where_is_it", volume: int = 40, unchanged: float | None = 0.5) -> Driver:
    return Driver(intent, intent.replace("_", " ").capitalize(), (30, volume), 4.0, Value(30, unchanged))


def _topic(**changes: Any) -> TopicProposal:
    base = TopicProposal(
        "topic_1", TopicState.PROPOSED, tuple(f"esc_{n}" for n in range(31)), ("Courses?",), NOON,
        weekly=(5, 6, 9, 11), risk=Risk.MEDIUM, title="Barista course", card=CARD,
    )  # fmt: skip
    return replace(base, **changes)


async def test_nothing_is_asked_where_nothing_waits(desk: Desk) -> None:
    assert await _asked(desk) == ()


async def test_a_fix_that_waits_is_asked_for_by_what_went_wrong_without_it_and_how_long_it_waits(desk: Desk) -> None:
    await rejected(desk, "esc_1", "esc_2", "esc_3")
    await drafted(desk, "esc_4")
    waits = await desk.store.fixes.open(fix())
    (asked,) = await _asked(desk)
    assert (asked.kind, asked.subject) == (Kind.PUBLISH_FIX, waits.subject)
    assert asked.title == "Publish the fix of “Opened beans”"
    assert asked.why == (
        "3 of 4 conversations about “where is it” went wrong this week for want of knowledge. "
        "It has waited for approval for 7 days."
    )


async def test_a_fix_that_is_being_tried_or_was_decided_is_asked_of_nobody(desk: Desk) -> None:
    for number, state in enumerate((FixState.TESTING, FixState.LIVE, FixState.RETURNED)):
        await desk.store.fixes.open(fix(f"fix_{number}", state))
    assert await _asked(desk) == ()


async def test_a_fix_that_the_evals_hold_is_worth_less_than_one_that_waits(desk: Desk) -> None:
    held = {"decided_by": BEN, "decided_at": NOON + 5 * DAY}
    await desk.store.fixes.open(fix("fix_1", FixState.HELD, **held))
    await desk.store.fixes.open(fix("fix_2", revision=POLICY, escalation="", base=""))
    await rejected(desk, "esc_1")
    told = await _asked(desk)
    assert [ask.subject.partition("#")[0] for ask in told] == ["fix_2", "fix_1"]
    assert told[1].why.endswith("The evals have held it for 2 days.")
    assert [ask.title for ask in told] == [
        "Publish the new article “Returns policy”", "Decide on the fix of “Opened beans” that the evals hold"
    ]  # fmt: skip


async def test_fixes_of_one_intent_share_what_went_wrong_with_it(desk: Desk) -> None:
    await rejected(desk, "esc_1", "esc_2", "esc_3", "esc_4")
    await desk.store.topics.open(_topic())
    await desk.store.fixes.open(fix())
    assert [ask.kind for ask in await _asked(desk)] == [Kind.PUBLISH_FIX, Kind.ACCEPT_TOPIC]
    await desk.store.fixes.open(fix("fix_2", revision=POLICY))
    assert [ask.kind for ask in await _asked(desk)] == [Kind.ACCEPT_TOPIC, Kind.PUBLISH_FIX, Kind.PUBLISH_FIX]


async def test_a_rejected_cluster_is_asked_to_be_looked_at_from_three_on(desk: Desk) -> None:
    await rejected(desk, "esc_1", "esc_2")
    assert await _asked(desk) == ()
    await rejected(desk, "esc_3")
    for number in (1, 2, 3):
        await escaped(desk, f"esc_{number}/1", Escape.REJECTED)
    (asked,) = await _asked(desk)
    assert (asked.kind, asked.subject) == (Kind.LOOK_AT_REJECTED, "2026-W10 missing_knowledge where_is_it")
    assert asked.why == (
        "3 drafts were rejected this week for the same reason, missing knowledge; all of them answer much the same "
        "question."
    )


async def test_drafts_that_were_rejected_for_other_reasons_or_of_other_intents_make_no_cluster(desk: Desk) -> None:
    await rejected(desk, "esc_1", "esc_2")
    await rejected(desk, "esc_3", mode=FailureMode.TONE)
    await rejected(desk, "esc_4", intent="refund")
    assert await _asked(desk) == ()


async def test_a_cluster_for_which_a_fix_is_on_its_way_is_not_asked_for_beside_the_fix(desk: Desk) -> None:
    await rejected(desk, "esc_1", "esc_2", "esc_3")
    await desk.store.fixes.open(fix())
    assert [ask.kind for ask in await _asked(desk)] == [Kind.PUBLISH_FIX]


async def test_an_article_in_need_is_asked_for_where_many_answers_cite_it(desk: Desk) -> None:
    for revision in (BEANS, replace(POLICY, review_by=date(2026, 1, 1))):
        await desk.knowledge.publish(revision, reason="Test")  # type: ignore[attr-defined]
    assert await _asked(desk) == ()
    (asked,) = await _asked(desk, cited=Cited(4000, 400, {"beans": 12}))
    assert (asked.kind, asked.subject, asked.title) == (Kind.MEND_ARTICLE, "beans", "Mend “Opened beans”")
    assert asked.why.endswith("disagree. About 120 answers of 4,000 cited it this week.")


async def test_a_topic_that_waits_is_asked_for_with_its_conversations(desk: Desk) -> None:
    await desk.store.topics.open(_topic())
    (asked,) = await _asked(desk)
    assert (asked.kind, asked.subject, asked.title) == (
        Kind.ACCEPT_TOPIC, "topic_1", "Make “Barista course” an intent"
    )  # fmt: skip
    assert asked.why == "31 conversations in 4 weeks asked this and fit no intent."


async def test_a_topic_that_waits_in_another_private_room_or_since_months_is_not_told(
    desk: Desk, platform: Linking
) -> None:
    platform.private = ("C9",)
    await desk.store.topics.open(_topic(card=MessageRef(Place("slack", "C9"), "1")))
    await desk.store.topics.open(_topic(id="topic_2", at=NOON - 60 * DAY))
    assert await _asked(desk) == ()


async def test_at_a_terminal_a_topic_is_told_wherever_its_card_is(desk: Desk) -> None:
    await desk.store.topics.open(_topic())
    await desk.store.topics.open(_topic(id="topic_2", card=None, title="Roasting"))
    assert len(await _asked(replace(desk, platforms={}))) == 2


async def test_cases_are_asked_for_where_drafts_are_mended_and_few_cases_are_there(desk: Desk) -> None:
    await desk.store.cases.save(case())
    facts = await facts_of(desk, WEEK, managers(desk))
    (asked,) = await _asked(desk, compared=_busy(facts, _driver()))
    assert (asked.kind, asked.subject) == (Kind.RAISE_CASES, "where_is_it")
    assert asked.why == (
        "40 conversations this week, 50 % of their drafts approved unchanged. The intent has 1 eval case; below 5 a "
        "pass says little."
    )
    for number in range(2, 6):
        await desk.store.cases.save(case(f"case_{number}"))
    assert await _asked(desk, compared=_busy(facts, _driver())) == ()


async def test_cases_of_an_intent_that_hardly_anybody_asks_or_whose_drafts_are_right_are_not_asked_for(
    desk: Desk,
) -> None:
    facts = await facts_of(desk, WEEK, managers(desk))
    drivers = (_driver(volume=4), _driver("refund", unchanged=1.0), _driver("unknown"))
    assert await _asked(desk, compared=_busy(facts, *drivers)) == ()


async def test_risk_decides_between_what_concerns_as_many(desk: Desk) -> None:
    facts = await facts_of(desk, WEEK, managers(desk))
    drivers = (_driver("a_low"), _driver("b_high"), _driver("c_medium"))
    risks = {"a_low": Risk.LOW, "b_high": Risk.HIGH, "c_medium": Risk.MEDIUM}
    told = await _asked(desk, compared=_busy(facts, *drivers), risks=risks)
    assert [ask.subject for ask in told] == ["b_high", "c_medium", "a_low"]


def _candidate(kind: Kind, subject: str, worth: float) -> Candidate:
    return Candidate(Ask(kind, subject, subject, ""), worth)


def test_three_of_one_kind_are_asked_for_only_where_no_other_kind_is_worth_anything() -> None:
    cases = [_candidate(Kind.RAISE_CASES, name, worth) for name, worth in (("a", 9), ("b", 8), ("c", 7), ("d", 6))]
    topic = _candidate(Kind.ACCEPT_TOPIC, "t", 0.1)
    assert [ask.subject for ask in chosen([*cases, topic])] == ["a", "b", "t"]
    assert [ask.subject for ask in chosen(cases)] == ["a", "b", "c"]
    assert [ask.subject for ask in chosen([*cases, replace(topic, worth=0.0)])] == ["a", "b", "c"]


async def test_the_same_record_asks_for_the_same_decisions_in_the_same_order(desk: Desk) -> None:
    await rejected(desk, "esc_1", "esc_2", "esc_3", "esc_4")
    await desk.store.topics.open(_topic())
    for number in (3, 1, 2):
        await desk.store.fixes.open(fix(f"fix_{number}", by=ANA, escalation="", revision=POLICY))
    told = await _asked(desk)
    assert told == await _asked(desk)
    assert len(told) == 3
    assert [ask.kind for ask in told] == [Kind.ACCEPT_TOPIC, Kind.LOOK_AT_REJECTED, Kind.PUBLISH_FIX]
    assert told[2].subject.startswith("fix_1#")
