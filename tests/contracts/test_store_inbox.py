import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from bot.domain.errors import Conflict, Unavailable
from bot.ports import Received, Store
from bot.storage.batches import Batches
from bot.storage.engine import Engine, create_engine
from bot.storage.inbox import SqlInbox
from bot.storage.store import open_store
from tests.contracts.store_samples import NOON, TRICKY


def received(number: int, payload: str = "{}") -> Received:
    return Received(f"k{number:04}", "slack.event", payload)


async def test_what_was_accepted_is_pending_until_it_is_handled(store: Store) -> None:
    assert await store.inbox.accept(received(1, TRICKY))
    assert await store.inbox.pending() == (received(1, TRICKY),)
    await store.inbox.handled(["k0001", "unknown"])
    assert await store.inbox.pending() == ()


async def test_a_key_is_accepted_once_also_after_it_was_handled(store: Store) -> None:
    assert await store.inbox.accept(received(1))
    assert not await store.inbox.accept(received(1))
    await store.inbox.handled(["k0001"])
    assert not await store.inbox.accept(received(1))


async def test_of_many_equal_acceptances_at_once_one_is_new(store: Store) -> None:
    answers = await asyncio.gather(*(store.inbox.accept(received(1)) for _ in range(50)))
    assert sum(answers) == 1


async def test_what_is_pending_comes_oldest_first(store: Store) -> None:
    await asyncio.gather(*(store.inbox.accept(received(number)) for number in (3, 1, 2)))
    await store.inbox.accept(received(0))
    assert [each.key for each in await store.inbox.pending()] == ["k0003", "k0001", "k0002", "k0000"]
    assert [each.key for each in await store.inbox.pending(limit=2)] == ["k0003", "k0001"]


async def test_what_was_accepted_is_there_for_the_next_process(store: Store, database_url: str, workspace: str) -> None:
    await store.inbox.accept(received(1))
    second = create_engine(database_url)
    assert await open_store(second, workspace).inbox.pending() == (received(1),)
    await second.close()


async def test_a_thousand_acceptances_share_a_few_commits(
    store: Store, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = 0
    write = engine.write

    def counted() -> object:
        nonlocal commits
        commits += 1
        return write()

    monkeypatch.setattr(engine, "write", counted)
    assert all(await asyncio.gather(*(store.inbox.accept(received(number)) for number in range(1000))))
    assert commits <= 5
    await store.inbox.handled([f"k{number:04}" for number in range(1000)])
    assert await store.inbox.pending() == ()


async def test_handled_keys_are_forgotten_after_a_day(engine: Engine, workspace: str) -> None:
    times = [NOON]

    def now() -> datetime:
        return times[-1]

    inbox = SqlInbox(engine, workspace, now)
    await inbox.accept(received(1))
    await inbox.accept(received(2))
    await inbox.handled(["k0001"])
    times.append(NOON + timedelta(hours=23))
    await inbox.handled(["none"])
    assert not await inbox.accept(received(1))
    times.append(NOON + timedelta(hours=25))
    await inbox.handled(["none"])
    assert await inbox.accept(received(1))
    assert not await inbox.accept(received(2))


async def test_closing_waits_for_what_was_taken_and_takes_nothing_more(database_url: str, workspace: str) -> None:
    engine = create_engine(database_url)
    store = open_store(engine, workspace)
    accepting = [asyncio.create_task(store.inbox.accept(received(number))) for number in range(20)]
    await asyncio.sleep(0)
    await engine.close()
    assert all(await asyncio.gather(*accepting))
    with pytest.raises(Unavailable):
        await store.inbox.accept(received(99))


async def test_a_failing_batch_fails_its_waiters_and_not_later_ones() -> None:
    async def commit(items: Sequence[int]) -> list[int]:
        await asyncio.sleep(0)
        if 1 in items:
            raise Conflict("A sentence.")
        if 2 in items:
            raise ValueError("secret detail")
        return [item * 10 for item in items]

    batches = Batches(commit)
    first = await asyncio.gather(batches.submit(1), batches.submit(5), return_exceptions=True)
    assert [str(each) for each in first] == ["A sentence.", "A sentence."]
    assert all(isinstance(each, Unavailable) for each in first)
    with pytest.raises(Unavailable, match=r"^This could not be stored\.$"):
        await batches.submit(2)
    assert await batches.submit(3) == 30


async def test_who_stops_waiting_harms_nobody_else() -> None:
    go = asyncio.Event()
    committed: list[list[str]] = []

    async def commit(items: Sequence[str]) -> list[str]:
        await go.wait()
        committed.append(list(items))
        return list(items)

    batches = Batches(commit)
    tasks = [asyncio.create_task(batches.submit(name)) for name in ("a", "b")]
    await asyncio.sleep(0.01)
    tasks += [asyncio.create_task(batches.submit(name)) for name in ("c", "d")]
    await asyncio.sleep(0)
    tasks[0].cancel()
    tasks[2].cancel()
    await asyncio.sleep(0)
    go.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert (answers[1], answers[3]) == ("b", "d")
    assert committed == [["a", "b"], ["d"]]


async def test_a_batch_has_a_largest_size() -> None:
    sizes: list[int] = []

    async def commit(items: Sequence[int]) -> list[int]:
        sizes.append(len(items))
        return list(items)

    batches = Batches(commit, limit=4)
    assert await asyncio.gather(*(batches.submit(number) for number in range(10))) == list(range(10))
    assert sizes == [4, 4, 2]
