"""The weekly samples, as the store remembers them."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.chat import MessageRef, Person, Place
from bot.domain.errors import Conflict, NotFound
from bot.domain.sample import ABANDONED, Met, Part, Sample, Sampled, Score, Stratum, Wrong, key_of
from bot.ports import Store
from tests.contracts.store_samples import ANA, BEN, NOON, TRICKY, after

WEEK = "2026-W46"
CARA = Person("slack", "U3", "Cara")


def sample(**changes: Any) -> Sample:
    base = Sample(
        WEEK, NOON - timedelta(days=9), NOON - timedelta(days=2), NOON, 0.1, 40, (Part("refund", 40, 3),), 5,
        (f"One was left out: {TRICKY}.",),
    )  # fmt: skip
    return replace(base, **changes)


def item(number: int, **changes: Any) -> Sampled:
    base = Sampled(f"esc_{number}", f"esc_{number}/1", Stratum.CHANCE, "refund", "refund", number)
    return replace(base, **changes)


def score(number: int, by: Person = ANA, **changes: Any) -> Score:
    points = {"accuracy": Met.YES, "tone": Met.PARTLY}
    return replace(Score(f"esc_{number}", by, after(number), points, True, TRICKY, "Within 14 days."), **changes)


async def take(store: Store, person: Person, at: int = 0, *unread: str) -> str:
    taken = await store.samples.take(WEEK, person, after(at), unread=unread)
    return taken.id if taken else ""


async def test_a_sample_comes_back_as_it_was_drawn(store: Store) -> None:
    second = item(2, wrong=(Wrong.REOPENED,), authors=(key_of(BEN),), checks={"tone": True}, confidence=0.7)
    items = [second, item(1)]
    assert await store.samples.draw(sample(), items) == sample() == await store.samples.get(WEEK)
    assert await store.samples.items(WEEK) == (items[1], items[0])
    with pytest.raises(NotFound):
        await store.samples.get("2026-W01")


async def test_drawn_again_it_stands_as_it_was(store: Store) -> None:
    await store.samples.draw(sample(), [item(1)])
    both = await asyncio.gather(*(store.samples.draw(sample(answers=9), [item(number)]) for number in (2, 3)))
    assert both == [sample(), sample()]
    assert await store.samples.items(WEEK) == (item(1),)


async def test_a_sample_of_nothing_is_one_too(store: Store) -> None:
    await store.samples.draw(sample(answers=0, parts=()), [])
    assert await store.samples.items(WEEK) == ()
    assert await take(store, ANA) == ""


async def test_the_samples_that_an_answer_is_in_are_found(store: Store) -> None:
    await store.samples.draw(sample(id="2026-W45", since=NOON - timedelta(days=16)), [item(1), item(2)])
    await store.samples.draw(sample(), [item(1)])
    assert await store.samples.having("esc_1") == ("2026-W45", WEEK)
    assert await store.samples.having("esc_9") == ()


async def test_nobody_leaves_what_is_not_in_the_sample(store: Store) -> None:
    await store.samples.draw(sample(), [item(1)])
    with pytest.raises(NotFound):
        await store.samples.leave(WEEK, "esc_2", ANA, after(1))
    assert await store.samples.marks(WEEK) == ()


async def test_two_who_ask_at_once_get_different_answers(store: Store) -> None:
    await store.samples.draw(sample(), [item(1, scorers=2), item(2), item(3)])
    taken = await asyncio.gather(*(take(store, person) for person in (ANA, BEN, CARA)))
    assert sorted(taken) == ["esc_1", "esc_2", "esc_3"]


async def test_whoever_asks_again_gets_the_same_answer_until_it_is_sent_or_left(store: Store) -> None:
    await store.samples.draw(sample(), [item(1), item(2), item(3)])
    assert [await take(store, ANA), await take(store, ANA, 1)] == ["esc_1", "esc_1"]
    await store.samples.leave(WEEK, "esc_1", ANA, after(2))
    assert await take(store, ANA, 3) == "esc_2"
    await store.samples.score(WEEK, score(2))
    assert await take(store, ANA, 4) == "esc_3"
    assert await take(store, BEN, 5) == "esc_1"


async def test_what_was_abandoned_is_given_to_somebody_else_after_a_while(store: Store) -> None:
    await store.samples.draw(sample(), [item(1)])
    assert await take(store, ANA) == "esc_1"
    assert await take(store, BEN) == ""
    taken = await store.samples.take(WEEK, BEN, after(0) + ABANDONED, unread=())
    assert taken == item(1)


async def test_nobody_gets_their_own_nor_what_they_may_not_read(store: Store) -> None:
    await store.samples.draw(sample(), [item(1, authors=(key_of(ANA),)), item(2, room="C_PRIVATE"), item(3)])
    assert await take(store, ANA, 0, "C_PRIVATE") == "esc_3"
    await store.samples.score(WEEK, score(3))
    assert await take(store, ANA, 1, "C_PRIVATE") == ""
    assert await take(store, ANA, 2) == "esc_2"


async def test_one_of_two_scorers_is_another_person(store: Store) -> None:
    await store.samples.draw(sample(), [item(1, scorers=2)])
    assert await take(store, ANA) == "esc_1"
    await store.samples.score(WEEK, score(1))
    assert await take(store, ANA, 1) == ""
    assert await take(store, BEN, 1) == "esc_1"
    await store.samples.score(WEEK, score(1, BEN, passed=False))
    assert await take(store, CARA, 2) == ""
    scores = [mark.score for mark in await store.samples.marks(WEEK)]
    assert scores == [score(1), score(1, BEN, passed=False)]


async def test_a_person_scores_an_answer_once(store: Store) -> None:
    await store.samples.draw(sample(), [item(1)])
    kept = await store.samples.score(WEEK, score(1))
    assert kept.version == 2
    assert await store.samples.score(WEEK, score(1, at=after(9))) == kept
    with pytest.raises(Conflict, match="What you said first stands"):
        await store.samples.score(WEEK, score(1, note="On second thoughts"))
    with pytest.raises(NotFound):
        await store.samples.score(WEEK, score(7))
    assert [mark.score for mark in await store.samples.marks(WEEK)] == [score(1)]


async def test_many_scores_at_once_are_all_kept(store: Store) -> None:
    people = [Person("slack", f"U{number}", f"P{number}") for number in range(8)]
    await store.samples.draw(sample(), [item(number) for number in range(8)])
    await asyncio.gather(*(store.samples.score(WEEK, score(n, person)) for n, person in enumerate(people)))
    assert len(await store.samples.marks(WEEK)) == 8
    assert (await store.samples.get(WEEK)).version == 9


async def test_the_next_draw_closes_the_sample(store: Store) -> None:
    await store.samples.draw(sample(), [item(1)])
    await store.samples.draw(sample(id="2026-W47", since=NOON, drawn_at=after(60)), [item(1)])
    assert (await store.samples.get(WEEK)).closed_at == after(60)
    with pytest.raises(Conflict, match="9–15 November 2026 was closed on"):
        await store.samples.score(WEEK, score(1))
    with pytest.raises(Conflict, match="newest card"):
        await take(store, ANA)
    assert [each.id for each in await store.samples.newest()] == ["2026-W47", WEEK]


async def test_a_week_drawn_late_is_closed_where_a_later_one_is_open(store: Store) -> None:
    await store.samples.draw(sample(id="2026-W47", since=NOON), [item(1)])
    assert (await store.samples.draw(sample(), [item(1)])).closed_at == NOON
    assert (await store.samples.get("2026-W47")).closed_at is None


async def test_what_a_customer_took_back_is_given_to_nobody(store: Store) -> None:
    await store.samples.draw(sample(), [item(1)])
    await store.samples.strike(WEEK, "esc_1")
    await store.samples.strike(WEEK, "esc_1")
    assert await take(store, ANA) == ""
    assert (await store.samples.items(WEEK))[0].gone
    assert (await store.samples.get(WEEK)).version == 2


async def test_where_the_card_is_is_noted_beside_every_change(store: Store) -> None:
    card = MessageRef(Place("slack", "C1"), "1.2")
    await store.samples.draw(sample(), [item(1)])
    await store.samples.set_card(WEEK, card)
    await store.samples.score(WEEK, score(1))
    assert (await store.samples.get(WEEK)).card == card


async def test_samples_of_a_neighbour_are_unknown(store: Store, neighbour: Store) -> None:
    await store.samples.draw(sample(), [item(1)])
    assert await neighbour.samples.newest() == ()
    with pytest.raises(NotFound):
        await neighbour.samples.take(WEEK, ANA, NOON, unread=())
    assert await neighbour.samples.draw(sample(answers=1), []) == sample(answers=1)
    assert await store.samples.items(WEEK) == (item(1),)
