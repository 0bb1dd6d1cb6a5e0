"""Approved answers, as the store remembers them."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.errors import NotFound
from bot.domain.precedent import Precedent
from bot.ports import Store
from tests.contracts.store_samples import ANA, NOON, TRICKY


def precedent(id: str = "esc_1/1", question: str = "How long does a refund take?", **changes: Any) -> Precedent:  # noqa: A002
    base: dict[str, Any] = {"answer": "Five days.", "intent": "refund_status", "sources": {"refunds": "h1"}}
    return Precedent(id, question, by=ANA, at=NOON, expires=NOON + timedelta(days=180), **base | changes)


async def test_a_precedent_comes_back_as_it_was_saved(store: Store) -> None:
    saved = precedent(question=f"{TRICKY} refund", edited=True, high_risk=True)
    assert await store.precedents.save(saved)
    assert await store.precedents.get(saved.id) == saved
    assert (await store.precedents.since(0)).added == (saved,)


async def test_a_review_makes_one_precedent_however_often_it_is_saved(store: Store) -> None:
    assert await store.precedents.save(precedent())
    assert await store.precedents.save(precedent(answer="Six days."))
    assert (await store.precedents.get("esc_1/1")).answer == "Five days."


async def test_the_newer_answer_takes_the_place_of_one_to_the_same_question(store: Store) -> None:
    await store.precedents.save(precedent())
    await store.precedents.save(precedent("esc_2/1", "How long will my REFUND take?", answer="Six days."))
    await store.precedents.save(precedent("esc_3/1", "How long does a refund by card take?"))
    assert [each.id for each in (await store.precedents.since(0)).added] == ["esc_2/1", "esc_3/1"]


async def test_of_many_answers_to_one_question_at_once_one_is_left(store: Store) -> None:
    await asyncio.gather(*(store.precedents.save(precedent(f"esc_{n}/1")) for n in range(8)))
    changes = await store.precedents.since(0)
    assert len(changes.added) == 1
    assert len(changes.removed) == 7


async def test_who_follows_learns_what_was_added_and_removed_since(store: Store) -> None:
    await store.precedents.save(precedent())
    seen = await store.precedents.since(0)
    assert await store.precedents.since(seen.number) == type(seen)(seen.number)
    other = precedent("esc_2/1", "Where is my parcel?")
    await store.precedents.save(other)
    assert await store.precedents.remove(["esc_1/1", "esc_9/1"]) == 1
    changes = await store.precedents.since(seen.number)
    assert (changes.added, changes.removed) == ((other,), ("esc_1/1",))
    assert changes.number > seen.number


async def test_what_was_removed_says_nothing_any_more_and_stays_away(store: Store) -> None:
    await store.precedents.save(precedent())
    assert await store.precedents.withdraw("esc_1") == 1
    assert await store.precedents.withdraw("esc_1") == 0
    assert not await store.precedents.save(precedent())
    with pytest.raises(NotFound):
        await store.precedents.get("esc_1/1")
    assert (await store.precedents.since(0)).added == ()


async def test_a_conversation_that_is_withdrawn_takes_no_other_with_it(store: Store) -> None:
    await store.precedents.save(precedent())
    await store.precedents.save(precedent("esc_11/1", "Where is my parcel?"))
    await store.precedents.withdraw("esc_1")
    assert [each.id for each in (await store.precedents.since(0)).added] == ["esc_11/1"]


async def test_precedents_of_a_neighbour_are_unknown(store: Store, neighbour: Store) -> None:
    await store.precedents.save(precedent())
    assert (await neighbour.precedents.since(0)).added == ()
    assert await neighbour.precedents.remove(["esc_1/1"]) == await neighbour.precedents.withdraw("esc_1") == 0
    await neighbour.precedents.save(precedent(answer="Theirs."))
    assert (await store.precedents.get("esc_1/1")).answer == "Five days."
