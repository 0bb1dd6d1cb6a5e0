from dataclasses import replace

import pytest

from bot.domain.alerting import acknowledged, called_false
from bot.domain.chat import MessageRef, Place
from bot.domain.errors import Conflict, NotFound
from bot.domain.spike import Alert, AlertState, Series, What, resolved
from bot.ports import Store
from bot.ports.watching import Watched
from tests.contracts.store_samples import ANA, BEN, NOON, TRICKY, after

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
    looked_at = await store.spikes.change(acknowledged(ALERT, ANA, after(60)))
    assert [each.state for each in await store.spikes.alerts(after(9_000))] == [AlertState.ACKNOWLEDGED]

    await store.spikes.keep(Watched(after(600)), [resolved(looked_at, after(600))], after=NOON)
    assert await store.spikes.alerts(after(9_000)) == ()
    assert [each.by for each in await store.spikes.alerts(NOON)] == [ANA]


async def test_the_watch_and_people_do_not_overwrite_each_other(store: Store) -> None:
    await store.spikes.keep(Watched(NOON), [ALERT], after=None)
    seen_by_the_watch = replace(ALERT, seen=90, changed_at=after(300))
    taken = await store.spikes.change(acknowledged(ALERT, ANA, after(60)))
    await store.spikes.keep(Watched(after(300)), [seen_by_the_watch], after=NOON)

    kept = await store.spikes.get(ALERT.cause)
    assert (kept.seen, kept.by, kept.state, kept.version) == (90, ANA, AlertState.ACKNOWLEDGED, 3)
    with pytest.raises(Conflict):
        await store.spikes.change(called_false(taken, BEN, after(360), before=1.0))


async def test_a_false_alarm_stays_one_until_it_is_ten_times_as_rare(store: Store) -> None:
    await store.spikes.keep(Watched(NOON), [ALERT], after=None)
    await store.spikes.change(called_false(ALERT, ANA, after(60), before=1.0))
    grown = replace(ALERT, seen=120, probability=ALERT.probability / 9)
    await store.spikes.keep(Watched(after(300)), [grown], after=NOON)
    still = await store.spikes.get(ALERT.cause)
    assert (still.false_alarm, still.seen) == (True, 60)

    await store.spikes.keep(Watched(after(600)), [replace(grown, probability=1e-5)], after=after(300))
    again = await store.spikes.get(ALERT.cause)
    assert (again.false_alarm, again.state, again.seen) == (False, AlertState.OPEN, 120)


async def test_of_two_who_decide_at_once_one_is_refused(store: Store) -> None:
    await store.spikes.keep(Watched(NOON), [ALERT], after=None)
    await store.spikes.change(acknowledged(ALERT, ANA, after(60)))
    with pytest.raises(Conflict):
        await store.spikes.change(acknowledged(ALERT, BEN, after(60)))
    with pytest.raises(NotFound):
        await store.spikes.get("nothing")


async def test_an_alert_that_was_told_is_found_until_its_card_says_that_it_is_over(store: Store) -> None:
    told = replace(ALERT, told=True)
    await store.spikes.keep(Watched(NOON), [resolved(told, after(60))], after=None)
    [over] = await store.spikes.alerts(after(9_000))
    card = MessageRef(Place("slack", "C1"), "1.0")
    await store.spikes.note(replace(over, card=card, shown=over.version))

    assert await store.spikes.alerts(after(9_000)) == ()
    kept = await store.spikes.get(ALERT.cause)
    assert (kept.card, kept.version) == (card, over.version)
    await store.spikes.note(replace(over, card=None, shown=0))
    assert (await store.spikes.get(ALERT.cause)).card == card


async def test_a_neighbours_watch_is_its_own(store: Store, neighbour: Store) -> None:
    await store.spikes.keep(Watched(NOON), [ALERT], after=None)
    assert await neighbour.spikes.watched() == Watched()
    assert await neighbour.spikes.alerts(NOON) == ()
    with pytest.raises(NotFound):
        await neighbour.spikes.get(ALERT.cause)
