import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.ports import Account, Balance, Store, Usage
from bot.storage import usage
from tests.contracts.store_samples import NOON, TRICKY, after

TODAY = Account(NOON.date(), "#billing")
ELSEWHERE = replace(TODAY, room="#shipping")
TOMORROW = replace(TODAY, day=NOON.date() + timedelta(days=1))
LONG_AGO = after(-10_000)


async def test_what_is_set_aside_counts_until_it_is_settled(store: Store) -> None:
    assert await store.ledger.set_aside(TODAY, 60, limit=100) == Balance(True, 60, 60)
    assert await store.ledger.set_aside(TODAY, 60, limit=100) == Balance(False, 60, 60)
    await store.ledger.settle(TODAY, 60, Usage(300, 40, 12))
    assert await store.ledger.set_aside(TODAY, 60, limit=100) == Balance(True, 72, 72)
    assert await store.ledger.spent(TODAY.day) == {"#billing": Usage(300, 40, 12, 1)}


async def test_a_room_has_its_own_limit_within_the_workspaces(store: Store) -> None:
    await store.ledger.set_aside(TODAY, 50)
    assert not (await store.ledger.set_aside(TODAY, 1, limit=1000, room_limit=50)).granted
    assert await store.ledger.set_aside(ELSEWHERE, 30, limit=80, room_limit=50) == Balance(True, 80, 30)
    assert not (await store.ledger.set_aside(ELSEWHERE, 1, limit=80, room_limit=50)).granted


async def test_a_new_day_begins_with_nothing_spent(store: Store) -> None:
    await store.ledger.set_aside(TODAY, 100, limit=100)
    assert (await store.ledger.set_aside(TOMORROW, 100, limit=100)).granted
    assert await store.ledger.spent(NOON.date() - timedelta(days=1)) == {}


async def test_of_many_drafts_at_once_no_more_begin_than_the_budget_pays_for(store: Store) -> None:
    accounts = [replace(TODAY, room=f"#{n % 3}") for n in range(30)]
    asked = await asyncio.gather(*(store.ledger.set_aside(account, 10, limit=100) for account in accounts))
    assert sum(balance.granted for balance in asked) == 10


async def test_usage_adds_up_beyond_what_32_bits_hold(store: Store) -> None:
    for _ in range(2):
        await store.ledger.set_aside(TODAY, 2**40)
        await store.ledger.settle(TODAY, 2**40, Usage(2**33, 5, 2**40))
    assert await store.ledger.spent(TODAY.day) == {"#billing": Usage(2**34, 10, 2**41, 2)}


async def test_a_reply_is_recalled_until_it_is_too_old(store: Store) -> None:
    await store.replies.keep("k", TRICKY, at=NOON, since=LONG_AGO)
    assert await store.replies.recall("k", since=NOON) == TRICKY.replace("\x00", "")
    assert await store.replies.recall("k", since=after(1)) is None
    assert await store.replies.recall("other", since=LONG_AGO) is None
    await store.replies.keep("k", "newer", at=after(5), since=LONG_AGO)
    assert await store.replies.recall("k", since=after(1)) == "newer"


async def test_replies_that_are_too_old_or_too_many_are_forgotten(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage, "KEPT", 3)
    for n in range(5):
        await store.replies.keep(f"k{n}", "x", at=after(n), since=LONG_AGO)
    assert [await store.replies.recall(f"k{n}", since=LONG_AGO) for n in range(5)] == [None, None, "x", "x", "x"]
    await store.replies.keep("k9", "x", at=after(9), since=after(4))
    assert [await store.replies.recall(f"k{n}", since=LONG_AGO) for n in (2, 3, 4, 9)] == [None, None, "x", "x"]


async def test_usage_and_replies_of_a_neighbour_are_unknown(store: Store, neighbour: Store) -> None:
    await store.ledger.set_aside(TODAY, 100, limit=100)
    await store.replies.keep("k", "ours", at=NOON, since=LONG_AGO)
    assert (await neighbour.ledger.set_aside(TODAY, 100, limit=100)).granted
    await neighbour.ledger.settle(TODAY, 100, Usage(1, 1, 1))
    assert await store.ledger.spent(TODAY.day) == {"#billing": Usage(calls=0)}
    assert await neighbour.replies.recall("k", since=LONG_AGO) is None
    await neighbour.replies.keep("k2", "theirs", at=after(99_999), since=after(99_998))
    assert await store.replies.recall("k", since=LONG_AGO) == "ours"
