"""Holding replies and who got one, as the store remembers them; and that they answer nothing."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.answer import Finding, Level
from bot.domain.chat import MessageRef, Place
from bot.domain.errors import Conflict, NotFound
from bot.domain.escalation import Author, EscalationStatus
from bot.domain.holding import Holding, HoldingState, Tally
from bot.ports import Store
from tests.contracts.store_samples import ANA, BEN, NOON, TRICKY, after, escalation, turn


def holding(**changes: Any) -> Holding:
    base = Holding(
        "holding_1", "intent:refund@x", "conversations about refund", f"{TRICKY} It has reached us.", "en", True,
        (ANA,), NOON, findings=(Finding("tone", Level.WARN, "It shouts."),),
    )  # fmt: skip
    return replace(base, **changes)


async def test_a_holding_reply_comes_back_as_it_was_proposed(store: Store, neighbour: Store) -> None:
    assert await store.holdings.open(holding()) == holding() == await store.holdings.get("holding_1")
    assert await store.holdings.open(holding(text="Another.")) == holding()
    with pytest.raises(NotFound):
        await neighbour.holdings.get("holding_1")


async def test_of_two_who_change_it_at_once_one_wins(store: Store) -> None:
    opened = await store.holdings.open(holding())
    wanted = [replace(opened, state=HoldingState.SENDING, approved_by=person) for person in (ANA, BEN)]
    ended = await asyncio.gather(*map(store.holdings.change, wanted), return_exceptions=True)
    assert sorted(isinstance(end, Conflict) for end in ended) == [False, True]


async def test_those_that_are_proposed_or_sent_are_going(store: Store) -> None:
    states = (HoldingState.SENDING, HoldingState.SENT, HoldingState.PROPOSED, HoldingState.STOPPED)
    for number, state in enumerate(states):
        await store.holdings.open(holding(id=f"holding_{number}", state=state, at=after(-number)))
    assert [each.id for each in await store.holdings.going()] == ["holding_2", "holding_0"]


async def test_its_card_stays_when_it_changes(store: Store) -> None:
    opened = await store.holdings.open(holding())
    card = MessageRef(Place("slack", "C1", "1.1"), "1.2")
    await store.holdings.set_card("holding_1", card)
    assert (await store.holdings.change(replace(opened, text="New"))).card == card


async def test_a_conversation_is_held_by_one_run_and_once(store: Store, neighbour: Store) -> None:
    begin = store.holdings.begin
    assert await begin("esc_1", "holding_1", "run-1")
    assert await begin("esc_1", "holding_1", "run-1"), "the same step again, after a crash"
    assert not await begin("esc_1", "holding_1", "run-2")
    await store.holdings.done("esc_1", NOON)
    assert not await begin("esc_1", "holding_1", "run-1")
    assert not await begin("esc_1", "holding_2", "run-3")
    assert await neighbour.holdings.begin("esc_1", "holding_1", "run-9")


async def test_what_a_run_did_not_end_another_may_hold(store: Store) -> None:
    for name in ("esc_1", "esc_2"):
        await store.holdings.begin(name, "holding_1", "run-1")
    await store.holdings.done("esc_1", NOON)
    await store.holdings.release("run-1")
    assert await store.holdings.held(["esc_1", "esc_2", "esc_3"]) == {"esc_1"}
    assert await store.holdings.begin("esc_2", "holding_1", "run-2")


async def test_it_counts_what_was_sent_and_what_failed(store: Store) -> None:
    for number in range(4):
        await store.holdings.begin(f"esc_{number}", "holding_1", "run-1")
    for number, problem in enumerate(("", "", "It is away.")):
        await store.holdings.done(f"esc_{number}", NOON, problem)
    await store.holdings.done("esc_0", NOON, "late")
    assert await store.holdings.tally("holding_1") == Tally(sent=2, failed=1)
    assert await store.holdings.tally("holding_2") == Tally()


async def test_a_holding_turn_answers_nothing(store: Store) -> None:
    await store.escalations.receive(escalation("esc_1", turn("t1", "Where is it?")))
    held = await store.escalations.add_turn(
        "esc_1", turn("holding", "It has reached us.", at=60, author=Author.HOLDING)
    )
    assert (held.revision, held.status, held.question) == (1, EscalationStatus.OPEN, "Where is it?")

    async def counted() -> Any:
        async for some in store.history.between(after(-60), after(600)):
            return some[0]
        return None

    waits = await counted()
    assert (waits.first_answer_at, waits.waiting_since) == (None, NOON)
    await store.escalations.add_turn("esc_1", turn("reply:1", "Tomorrow.", at=120, author=Author.AGENT))
    assert (await counted()).first_answer_at == after(120)
