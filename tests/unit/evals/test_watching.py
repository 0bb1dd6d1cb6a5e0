"""From the desk's records to what on-call would hear of: one alert for each cause."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.alerting import acknowledged
from bot.domain.answer import Level, Sentiment
from bot.domain.errors import Conflict
from bot.domain.history import Conversation, Decided, Drafted
from bot.domain.review import Action, ReviewState
from bot.domain.spike import Alert, AlertState, Series, What, resolved, series_of_key
from bot.domain.watching import Event, events
from bot.ports import Desk
from evals.spikes.alarm import Change
from evals.spikes.correlation import Rise, correlated
from evals.spikes.detector import BUCKET, Reading, bucket_of
from evals.spikes.watch import Line, advance, watch
from tests.contracts.store_samples import ANA, BEN, NOON, escalation, proposal, turn
from tests.unit.scripted import Clock

VOLUME, REFUND, LOGIN, UNHAPPY = (
    Series(What.VOLUME), Series(What.INTENT, "refund"), Series(What.INTENT, "login"), Series(What.UNHAPPY),
)  # fmt: skip
HOUR = timedelta(hours=1)


def drafted(**changes: object) -> Drafted:
    told: dict[str, Any] = {"id": "esc_1/1", "at": NOON, "state": ReviewState.READY, "intent": "refund"}
    return Drafted(**told | changes)


def counted(*drafts: Drafted) -> dict[str, datetime]:
    found = list(events(Conversation("esc_1", "web", "C1", NOON - HOUR, drafts=drafts)))
    assert len({event.series for event in found}) == len(found)
    return {event.series.key: event.at for event in found}


def test_a_conversation_counts_when_the_customer_wrote() -> None:
    assert counted() == {"conversations": NOON - HOUR}
    assert counted(drafted()) == {"conversations": NOON - HOUR, "intent:refund": NOON - HOUR}, "drafted much later"


def test_what_a_draft_found_counts_when_it_was_begun_so_that_one_that_had_to_wait_is_not_missed() -> None:
    begun = NOON - HOUR + timedelta(minutes=20)
    assert counted(drafted(at=begun)) == {"conversations": NOON - HOUR, "intent:refund": begun}
    assert counted(drafted(intent="unknown")).keys() == {"conversations", "unknown"}


def test_what_is_wrong_with_its_first_draft_counts_too() -> None:
    bad = drafted(abstained=True, sentiment=Sentiment.ANGRY, findings=(("links", Level.BLOCK), ("tone", Level.WARN)))

    assert counted(bad).keys() == {"conversations", "intent:refund", "unhappy", "abstained", "blocked"}
    assert "unhappy" not in counted(drafted(), drafted(id="esc_1/2", sentiment=Sentiment.ANGRY))


def test_what_people_and_deliveries_do_counts_when_they_do_it() -> None:
    rejected = drafted(decided=Decided(Action.REJECT, ANA, NOON + HOUR), state=ReviewState.REJECTED)
    undelivered = drafted(decided=Decided(Action.APPROVE, ANA, NOON + HOUR), state=ReviewState.FAILED)

    assert counted(rejected)["rejected"] == NOON + HOUR
    assert counted(undelivered)["failed"] == NOON + HOUR
    assert counted(drafted(proposed=False, state=ReviewState.FAILED)) == {"conversations": NOON - HOUR, "failed": NOON}


@pytest.mark.parametrize("series", [VOLUME, Series(What.INTENT, "a:b "), UNHAPPY])
def test_a_series_is_found_by_its_key(series: Series) -> None:
    assert series_of_key(series.key) == series


def rise(
    series: Series, height: float = 5.0, change: Change = Change.OPENED, at: datetime = NOON, seen: int = 9
) -> Rise:
    return series, change, Reading(at, 60, seen, 2.0, height, ready=True)


def shown(series: Series, ids: Iterable[int]) -> list[Event]:
    return [Event(series, NOON - timedelta(minutes=30), f"esc_{i}") for i in ids]


def test_series_that_rise_through_the_same_conversations_are_one_alert() -> None:
    happened = shown(VOLUME, range(12)) + shown(REFUND, range(10)) + shown(UNHAPPY, range(4, 11))
    rises = [rise(VOLUME, 6), rise(REFUND, 4), rise(UNHAPPY, 9)]

    [alert] = correlated(rises, (), happened, {VOLUME, REFUND, UNHAPPY})
    assert alert.series == (REFUND, UNHAPPY, VOLUME)
    assert alert.cause == "intent:refund@2026-03-02T11:30Z"
    assert alert.behind == 10
    assert alert.conversations == ("esc_9", "esc_8", "esc_7")


def test_different_conversations_are_different_causes() -> None:
    happened = shown(REFUND, range(10)) + shown(LOGIN, range(10, 20))

    assert len(correlated([rise(REFUND), rise(LOGIN)], (), happened, {REFUND, LOGIN})) == 2


def test_a_later_series_joins_an_open_alert_and_leaves_it_acknowledged() -> None:
    happened = shown(REFUND, range(10)) + shown(UNHAPPY, range(6))
    [first] = correlated([rise(REFUND)], (), happened, {REFUND})
    looked_at = acknowledged(first, ANA, NOON)

    [alert] = correlated([rise(UNHAPPY)], [looked_at], happened, {REFUND, UNHAPPY})
    assert (alert.cause, alert.state, alert.by) == (first.cause, AlertState.ACKNOWLEDGED, ANA)
    assert alert.series == (REFUND, UNHAPPY)


def test_an_intent_that_is_known_later_gives_the_alert_its_name_and_figures() -> None:
    [first] = correlated([rise(VOLUME, seen=30)], (), shown(VOLUME, range(12)), {VOLUME})
    happened = shown(VOLUME, range(12)) + shown(REFUND, range(10)) + shown(LOGIN, range(10, 12))
    [alert] = correlated([rise(REFUND, seen=10)], [first], happened, {VOLUME, REFUND})

    assert (alert.cause, alert.series) == (first.cause, (REFUND, VOLUME))
    assert (alert.title, alert.seen, alert.behind) == ("conversations about refund", 10, 10)
    assert len(correlated([rise(LOGIN, seen=5)], [alert], happened, {VOLUME, REFUND, LOGIN})) == 1, "another cause"
    nothing = replace(first, false_alarm=True)
    [still] = correlated([rise(REFUND)], [nothing], happened, {VOLUME, REFUND})
    assert still.series == (VOLUME, REFUND), "a false alarm teaches the series that it was called for"


def test_an_alert_began_when_more_came_than_was_to_be_expected_and_not_when_its_window_does() -> None:
    minutes = [55, 31, 29, 9, 9, 8, 7, 4, 3]  # before noon, in an hour in which two are usual
    happened = [Event(REFUND, NOON - timedelta(minutes=ago), f"esc_{ago}_{n}") for n, ago in enumerate(minutes)]

    [alert] = correlated([rise(REFUND)], (), happened, {REFUND})
    assert alert.since == NOON - timedelta(minutes=10)
    assert alert.behind == 9, "all of the window are behind its figures"


def test_an_alert_grows_with_the_series_that_it_is_named_after() -> None:
    happened = shown(REFUND, range(10))
    [first] = correlated([rise(REFUND)], (), happened, {REFUND})

    [alert] = correlated([rise(REFUND, 9, Change.GREW, seen=40)], [first], happened, {REFUND})
    assert alert.seen == 40
    everything = replace(first, series=(REFUND, VOLUME))
    [alert] = correlated(
        [rise(REFUND, 9, Change.GREW, seen=40)], [everything], happened + shown(VOLUME, range(30)), {REFUND}
    )
    assert alert.behind == 10, "the others of all that came in are about something else"
    assert alert.probability < first.probability
    assert not correlated([rise(VOLUME, 9, Change.GREW)], [first], happened, {REFUND})


def test_an_alert_is_over_when_the_last_of_its_series_is() -> None:
    happened = shown(REFUND, range(10)) + shown(UNHAPPY, range(6))
    [alert] = correlated([rise(REFUND), rise(UNHAPPY)], (), happened, {REFUND, UNHAPPY})

    assert not correlated([rise(REFUND, change=Change.RESOLVED)], [alert], happened, {UNHAPPY})
    [over] = correlated([rise(UNHAPPY, change=Change.RESOLVED, at=NOON + HOUR)], [alert], happened, set())
    assert (over.state, over.resolved_at) == (AlertState.RESOLVED, NOON + HOUR)


def test_one_person_looks_at_an_alert_and_nobody_at_one_that_is_over() -> None:
    alert = Alert("x", (VOLUME,), NOON, NOON, NOON)
    looked_at = acknowledged(alert, ANA, NOON)

    assert acknowledged(looked_at, ANA, NOON) == looked_at
    with pytest.raises(Conflict, match="Ana is already"):
        acknowledged(looked_at, BEN, NOON)
    over = resolved(looked_at, NOON)
    assert resolved(over, NOON + HOUR) == over
    with pytest.raises(Conflict, match="over"):
        acknowledged(over, ANA, NOON)


def test_an_intent_that_is_new_is_learned_before_it_is_told() -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    lines: dict[Series, Line] = {}
    later = start + timedelta(days=10)
    advance(lines, [], (start, later), later)
    happened = [Event(REFUND, later, f"esc_{i}") for i in range(50)]

    assert not advance(lines, happened, (later, later + BUCKET), later + BUCKET)
    assert REFUND in lines


async def receive(desk: Desk, at: datetime, number: int, intent: str = "") -> None:
    one = escalation(f"esc_{number}", turn(f"t{number}"), external_id=f"x{number}", opened_at=at)
    await desk.store.escalations.receive(one)
    if intent:
        review, _ = await desk.store.reviews.open(one, at=at)
        made = proposal()
        await desk.store.reviews.propose(review.id, replace(made, triage=replace(made.triage, intent=intent)))


async def days_of(desk: Desk, days: int, every: timedelta = HOUR) -> int:
    """Conversations at an even pace, the last of them now."""
    total = int(timedelta(days=days) / every)
    for i in range(total):
        await receive(desk, NOON - (total - i) * every, i, "refund")
    return total


async def burst(desk: Desk, clock: Clock, first: int, many: int) -> Sequence[Alert]:
    for i in range(many):
        await receive(desk, clock.at - timedelta(seconds=20 * i + 1), first + i, "refund")
    await watch(desk)
    return await desk.store.spikes.alerts(NOON)


async def test_a_desk_without_records_is_watched_and_tells_nothing(desk: Desk, clock: Clock) -> None:
    for _ in range(3):
        await watch(desk)
        clock.pass_by(minutes=5)

    assert await desk.store.spikes.alerts(NOON) == ()
    assert (await desk.store.spikes.watched()).until == NOON + timedelta(minutes=10)


async def test_a_spike_is_kept_once_with_the_conversations_behind_it(desk: Desk, clock: Clock) -> None:
    known = await days_of(desk, 5)
    await watch(desk)
    clock.pass_by(minutes=10)

    [alert] = await burst(desk, clock, known, 14)
    assert alert.series[0] == REFUND
    assert VOLUME in alert.series
    assert alert.seen >= 14 > 5 * alert.expected
    assert alert.conversations[0] == f"esc_{known}"
    await watch(desk)
    assert await desk.store.spikes.alerts(NOON) == (alert,)


async def test_one_day_of_records_tells_nothing(desk: Desk, clock: Clock) -> None:
    known = await days_of(desk, 1)
    await watch(desk)
    clock.pass_by(minutes=10)

    assert not await burst(desk, clock, known, 30)


async def test_old_conversations_that_are_imported_wake_nobody(desk: Desk, clock: Clock) -> None:
    known = await days_of(desk, 5)
    await watch(desk)
    for i in range(40):
        await receive(desk, NOON - timedelta(days=3, seconds=i), known + i, "refund")
    clock.pass_by(minutes=5)
    await watch(desk)

    assert await desk.store.spikes.alerts(NOON) == ()


async def test_after_three_days_down_counting_begins_anew(desk: Desk, clock: Clock) -> None:
    known = await days_of(desk, 5)
    await watch(desk)
    clock.pass_by(days=3)
    await watch(desk)
    assert await desk.store.spikes.alerts(NOON) == ()
    clock.pass_by(minutes=10)

    assert len(await burst(desk, clock, known, 14)) == 1


async def test_of_two_who_look_at_once_the_later_look_counts(desk: Desk, clock: Clock) -> None:
    await watch(desk)
    clock.pass_by(minutes=5)
    early = replace(desk, clock=Clock(clock.at))
    clock.pass_by(minutes=5)
    await asyncio.gather(watch(early), watch(desk))
    assert (await desk.store.spikes.watched()).until == bucket_of(clock.at)
