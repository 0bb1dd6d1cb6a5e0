from dataclasses import replace

from bot.domain.spike import Alert, AlertState, Series, What, acknowledged, resolved
from bot.ports import Store
from bot.ports.watching import Watched
from tests.contracts.store_samples import ANA, NOON, TRICKY, after

ALERT = Alert("volume@then", (Series(What.VOLUME), Series(What.INTENT, TRICKY)), NOON, NOON, NOON, 15, 60, 4.5, 0.001)


async def test_a_watch_that_nobody_began_is_empty(store: Store) -> None:
    assert await store.spikes.watched() == Watched()
    assert await store.spikes.alerts(NOON) == ()


async def test_the_watch_and_its_alerts_are_kept_together(store: Store) -> None:
    watched = Watched(after(300), {"conversations": "{}", "intent:refund": '{"a": 1}'})

    assert await store.spikes.keep(watched, [ALERT], after=None)
    assert await store.spikes.watched() == watched
    [kept] = await store.spikes.alerts(NOON)
    assert kept.series[0] == ALERT.series[0]
    assert replace(kept, series=ALERT.series) == ALERT


async def test_who_comes_second_changes_nothing(store: Store) -> None:
    assert await store.spikes.keep(Watched(NOON), [], after=None)
    assert not await store.spikes.keep(Watched(after(300)), [ALERT], after=None)
    assert await store.spikes.keep(Watched(after(300)), [], after=NOON)
    assert not await store.spikes.keep(Watched(after(300)), [ALERT], after=NOON)
    assert (await store.spikes.watched()).until == after(300)
    assert await store.spikes.alerts(NOON) == ()


async def test_an_alert_that_is_not_over_is_found_however_old_it_is(store: Store) -> None:
    await store.spikes.keep(Watched(NOON), [ALERT], after=None)
    looked_at = acknowledged(ALERT, ANA, after(60))
    await store.spikes.keep(Watched(after(300)), [looked_at], after=NOON)
    assert [each.state for each in await store.spikes.alerts(after(9_000))] == [AlertState.ACKNOWLEDGED]

    await store.spikes.keep(Watched(after(600)), [resolved(looked_at, after(600))], after=after(300))
    assert await store.spikes.alerts(after(9_000)) == ()
    assert [each.by for each in await store.spikes.alerts(NOON)] == [ANA]


async def test_a_neighbours_watch_is_its_own(store: Store, neighbour: Store) -> None:
    await store.spikes.keep(Watched(NOON), [ALERT], after=None)
    assert await neighbour.spikes.watched() == Watched()
    assert await neighbour.spikes.alerts(NOON) == ()
