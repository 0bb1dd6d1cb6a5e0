from bot.ports import Store
from tests.contracts.store_samples import NOON, TRICKY, after


async def test_what_was_told_is_known_with_its_latest_time(store: Store) -> None:
    assert await store.pings.last(["a", "b"]) == {}
    await store.pings.told(["a", TRICKY], NOON)
    await store.pings.told(["a"], after(60))
    await store.pings.told([TRICKY], after(-60))
    assert await store.pings.last({"a", "b", TRICKY}) == {"a": after(60), TRICKY: NOON}


async def test_many_are_told_at_once_and_none_is_no_matter(store: Store) -> None:
    keys = [f"key {number}" for number in range(1_200)]
    await store.pings.told([], NOON)
    await store.pings.told(keys, NOON)
    assert set(await store.pings.last([*keys, "other"])) == set(keys)
    assert await store.pings.last([]) == {}


async def test_what_a_neighbour_was_told_is_unknown(store: Store, neighbour: Store) -> None:
    await store.pings.told(["a"], NOON)
    assert await neighbour.pings.last(["a"]) == {}
