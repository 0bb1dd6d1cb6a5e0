"""Proposed topics, as the store remembers them."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.answer import Risk
from bot.domain.chat import MessageRef, Place
from bot.domain.errors import Conflict, NotFound
from bot.domain.intents import TopicProposal, TopicState
from bot.domain.quality import GateResult, Verdict
from bot.ports import Store
from tests.contracts.store_samples import ANA, BEN, NOON, TRICKY, after


def topic(**changes: Any) -> TopicProposal:
    base = TopicProposal(
        "topic_1", TopicState.PROPOSED, ("esc_1", "esc_2"), (f"{TRICKY} course?",), NOON, weekly=(0, 2),
        risk=Risk.HIGH, title="Barista course", room="#courses", nearest="delivery", likeness=0.71, others=3,
    )  # fmt: skip
    return replace(base, **changes)


async def test_a_topic_comes_back_as_it_was_proposed(store: Store) -> None:
    assert await store.topics.open(topic()) == topic() == await store.topics.get("topic_1")
    with pytest.raises(NotFound):
        await store.topics.get("topic_2")


async def test_a_topic_proposed_again_stands_as_it_was(store: Store) -> None:
    await store.topics.open(topic())
    assert await store.topics.open(topic(title="Another name")) == topic()


async def test_a_decision_is_kept_with_what_the_gate_said(store: Store) -> None:
    opened = await store.topics.open(topic())
    decided = replace(
        opened, state=TopicState.HELD, card=MessageRef(Place("slack", "C1"), "1.2"), intent="courses", merges=True,
        decided_by=ANA, decided_at=after(5), note="?", release=4, gate=GateResult(Verdict.HELD, "It breaks 1 case."),
    )  # fmt: skip
    assert await store.topics.change(decided) == replace(decided, version=2) == await store.topics.get("topic_1")


async def test_of_two_who_decide_at_once_one_wins(store: Store) -> None:
    opened = await store.topics.open(topic())
    wanted = [replace(opened, state=TopicState.DISMISSED, decided_by=person) for person in (ANA, BEN)]
    ended = await asyncio.gather(*map(store.topics.change, wanted), return_exceptions=True)
    assert sorted(isinstance(end, Conflict) for end in ended) == [False, True]


async def test_topics_come_newest_first(store: Store) -> None:
    for number in (1, 3, 2):
        await store.topics.open(topic(id=f"topic_{number}", at=after(number)))
    assert [each.id for each in await store.topics.newest(2)] == ["topic_3", "topic_2"]


async def test_topics_of_a_neighbour_are_unknown(store: Store, neighbour: Store) -> None:
    await store.topics.open(topic())
    assert await neighbour.topics.newest() == ()
    await neighbour.topics.open(topic(title="Theirs"))
    with pytest.raises(Conflict):
        await neighbour.topics.change(topic(version=7))
    assert (await store.topics.get("topic_1")).title == "Barista course"
