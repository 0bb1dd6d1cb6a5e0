from bot.ports import Store
from tests.contracts.store_samples import NOON, TRICKY, after


async def test_a_new_schedule_begins_now_and_stays_where_it_began(store: Store) -> None:
    assert await store.slots.reached("digest", NOON) == NOON
    assert await store.slots.reached("digest", after(600)) == NOON
    assert await store.slots.reached("digest", after(-600)) == NOON


async def test_a_schedule_only_goes_forward(store: Store) -> None:
    await store.slots.reached(TRICKY, NOON)
    await store.slots.reach(TRICKY, after(60))
    await store.slots.reach(TRICKY, after(30))
    assert await store.slots.reached(TRICKY, after(600)) == after(60)
    await store.slots.reach("other", NOON)
    assert await store.slots.reached("other", after(600)) == NOON


async def test_a_neighbours_schedule_is_its_own(store: Store, neighbour: Store) -> None:
    await store.slots.reach("digest", NOON)
    assert await neighbour.slots.reached("digest", after(600)) == after(600)
