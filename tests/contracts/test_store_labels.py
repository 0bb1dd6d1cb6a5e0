"""Labelled questions, as the store remembers them."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.errors import NotFound
from bot.domain.intents import Label, LabelSource, label_id
from bot.ports import Store
from tests.contracts.store_samples import ANA, BEN, NOON, TRICKY, after


def label(conversation: str = "esc_1", **changes: Any) -> Label:
    base = Label(label_id(conversation), "where is my money", "refund", LabelSource.RELABEL, ANA, NOON, conversation)
    return replace(base, **changes)


async def test_a_label_comes_back_as_it_was_saved(store: Store) -> None:
    saved = label(text=f"{TRICKY} refund", source=LabelSource.CASE, taught=4)
    assert await store.labels.save(saved) == saved
    assert await store.labels.get(saved.id) == saved
    with pytest.raises(NotFound):
        await store.labels.get("label_of_nothing")


async def test_a_conversation_has_one_label_and_the_newest_counts(store: Store) -> None:
    await store.labels.save(label())
    newer = label(intent="delivery", by=BEN, at=after(5))
    assert await store.labels.save(newer) == newer
    assert await store.labels.save(label(intent="chargeback", at=after(2))) == newer
    assert await store.labels.all() == (newer,)


async def test_of_many_labels_of_a_conversation_at_once_the_newest_counts(store: Store) -> None:
    labels = [label(intent=f"intent-{n}", at=after(n)) for n in range(8)]
    await asyncio.gather(*(store.labels.save(each) for each in labels))
    assert await store.labels.all() == (labels[-1],)


async def test_labels_come_oldest_first_and_those_that_were_taught_are_told_apart(store: Store) -> None:
    labels = [label(f"esc_{n}", at=after(n)) for n in (2, 0, 1)]
    for each in labels:
        await store.labels.save(each)
    await store.labels.mark_taught([labels[0], labels[2]], 7)
    assert [each.escalation for each in await store.labels.all()] == ["esc_0", "esc_1", "esc_2"]
    assert [each.escalation for each in await store.labels.between(after(1), after(2))] == ["esc_1"]
    assert await store.labels.untaught() == (labels[1],)
    assert (await store.labels.get(labels[0].id)).taught == 7


async def test_a_label_that_says_the_same_again_stays_taught_and_one_that_says_otherwise_does_not(store: Store) -> None:
    await store.labels.save(label())
    await store.labels.mark_taught([label()], 7)
    assert (await store.labels.save(label(by=BEN, at=after(1)))).taught == 7
    assert (await store.labels.save(label(intent="delivery", at=after(2)))).taught is None
    assert len(await store.labels.untaught()) == 1


async def test_a_label_that_was_replaced_while_a_release_learned_is_not_marked(store: Store) -> None:
    await store.labels.save(label())
    await store.labels.save(label(intent="delivery", at=after(1)))
    await store.labels.mark_taught([label()], 7)
    assert await store.labels.all() == (label(intent="delivery", at=after(1)),)


async def test_labels_of_a_neighbour_are_unknown(store: Store, neighbour: Store) -> None:
    await store.labels.save(label())
    assert await neighbour.labels.all() == await neighbour.labels.untaught() == ()
    assert await neighbour.labels.between(NOON, after(1)) == ()
    with pytest.raises(NotFound):
        await neighbour.labels.get(label().id)
    await neighbour.labels.mark_taught([label()], 3)
    await neighbour.labels.save(label(intent="theirs"))
    assert await store.labels.all() == (label(),)
