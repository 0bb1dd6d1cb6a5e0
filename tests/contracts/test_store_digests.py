from dataclasses import replace

from bot.ports import Store
from tests.contracts.store_samples import CARD
from tests.unit.cards.digest_samples import EMPTY, HOSTILE, RICH, WEEK


async def test_a_digest_is_kept_as_it_was_with_its_place(store: Store) -> None:
    assert await store.digests.get(WEEK.label) is None
    kept = await store.digests.keep(RICH)
    assert (kept.digest, kept.card) == (RICH, None)

    await store.digests.set_card(WEEK.label, CARD)
    found = await store.digests.get(WEEK.label)
    assert found is not None
    assert (found.digest, found.card) == (RICH, CARD)


async def test_the_first_digest_of_a_week_stays(store: Store) -> None:
    await store.digests.keep(RICH)
    await store.digests.set_card(WEEK.label, CARD)
    second = await store.digests.keep(replace(EMPTY, late=True))
    assert (second.digest, second.card) == (RICH, CARD)
    assert (await store.digests.keep(replace(EMPTY, week=WEEK.previous))).digest.conversations == 0


async def test_any_text_can_be_kept(store: Store) -> None:
    kept = await store.digests.keep(HOSTILE)
    assert len(kept.digest.drivers) == len(HOSTILE.drivers)


async def test_a_neighbours_digest_is_unknown(store: Store, neighbour: Store) -> None:
    await store.digests.keep(RICH)
    await neighbour.digests.set_card(WEEK.label, CARD)
    assert await neighbour.digests.get(WEEK.label) is None
    kept = await store.digests.get(WEEK.label)
    assert kept is not None
    assert kept.card is None
