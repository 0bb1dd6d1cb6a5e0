"""What becomes of an alert when something is missing or goes wrong: nobody on call, no room, no picture, no process."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from bot.cards.elements import Card, Mention, Paragraph, Picture
from bot.domain.alerting import Patience, acknowledged, called_false, page_due, snoozed
from bot.domain.chat import MessageRef, Person, Place
from bot.domain.errors import Conflict, DeliveryFailed, NotAllowed
from bot.domain.rota import Shift
from bot.domain.spike import Alert, Count, Series, What, resolved
from bot.domain.watching import Event
from bot.ports import Desk
from bot.ports.watching import Watched
from bot.workflows import alerts
from bot.workflows.paging import summon, tell_pager
from evals.spikes.correlation import correlated
from evals.spikes.detector import BUCKET
from evals.spikes.showing import page_alert, show_alert
from evals.spikes.watch import advance, lines_of, watch
from tests.contracts.store_samples import ANA, BEN, NOON, escalation, turn
from tests.unit.scripted import Clock, LiveRun, NotingRuntime, ScriptedPlatform

VOLUME, REFUND = Series(What.VOLUME), Series(What.INTENT, "refund")
COUNTS = tuple(Count(NOON - (12 - n) * BUCKET, n, 1.0) for n in range(12))
ALERT = Alert(
    "intent:refund@then", (REFUND,), NOON - timedelta(hours=1), NOON, NOON, 60, 31, 4.2, 1 / 300, 29,
    counts=COUNTS, told=True,
)  # fmt: skip


@dataclass
class OnCall:
    shift: Shift

    async def now(self) -> Shift:
        return self.shift

    async def gap(self, until: datetime) -> datetime | None:
        return None


@dataclass
class NotingPager:
    name: str = "pager"
    told: list[str] = field(default_factory=list)

    async def tell(self, alert: Alert, *, summary: str, link: str) -> None:
        self.told.append("over" if alert.settled else alert.state.value)


@pytest.fixture
async def alerted(desk: Desk) -> Desk:
    """A desk with an open alert, told in a room of its own."""
    desk = replace(desk, policy=replace(desk.policy, alerts=True, oncall_room="#oncall"))
    await desk.store.spikes.keep(Watched(NOON), [ALERT], after=None)
    return desk


async def paged(desk: Desk, run: LiveRun, at: datetime = NOON) -> None:
    await page_alert(run, desk, alert=ALERT.cause, at=at.isoformat())


def said(card: Card) -> str:
    return card.summary + " ".join(str(element) for element in card.elements)


def mentioned(card: Card) -> list[Person]:
    pieces = [piece for element in card.elements if isinstance(element, Paragraph) for piece in element.text]
    return [piece.person for piece in pieces if isinstance(piece, Mention)]


async def test_where_nobody_is_on_call_the_room_itself_is_told_so(
    alerted: Desk, run: LiveRun, platform: ScriptedPlatform
) -> None:
    await paged(replace(alerted, on_call=OnCall(Shift())), run)

    assert "Nobody is on call." in said(platform.cards[run.id])
    assert mentioned(platform.cards[run.id]) == []


async def test_from_the_third_page_on_whoever_is_next_is_paged_too(
    alerted: Desk, run: LiveRun, platform: ScriptedPlatform, clock: Clock
) -> None:
    desk = replace(alerted, on_call=OnCall(Shift((ANA,), NOON, (BEN, ANA))))
    whom = []
    for number in range(3):
        run.id = f"page-{number}"
        await paged(desk, run, NOON + timedelta(minutes=number))
        whom.append(mentioned(platform.cards[run.id]))

    assert whom == [[ANA], [ANA], [ANA, BEN]]


async def test_a_page_that_a_crash_interrupted_is_the_same_page(alerted: Desk) -> None:
    first = await summon(alerted, ALERT.cause, NOON.isoformat())
    assert await summon(alerted, ALERT.cause, NOON.isoformat()) == first
    assert (await alerted.store.spikes.get(ALERT.cause)).pages == 1


async def test_nobody_is_paged_for_what_somebody_took_up_meanwhile(alerted: Desk, run: LiveRun) -> None:
    await alerts.acknowledge(alerted, ALERT.cause, ANA)
    assert await summon(alerted, ALERT.cause, NOON.isoformat()) is None


async def test_without_a_room_the_pagers_are_told_all_the_same(
    alerted: Desk, run: LiveRun, platform: ScriptedPlatform
) -> None:
    pager = NotingPager()
    desk = replace(alerted, pagers=(pager,))
    platform.troubles += [DeliveryFailed("The room is archived.", permanent=True)] * 20
    await paged(desk, run)

    assert platform.cards == {}
    assert [workflow for workflow, _ in run.started] == ["tell_pager"]
    await tell_pager(run, desk, alert=ALERT.cause, pager="pager", news="open")
    assert pager.told == ["open"]


async def test_a_refused_picture_leaves_a_card_that_says_so(alerted: Desk, run: LiveRun) -> None:
    class Refusing(ScriptedPlatform):
        async def upload(self, png: bytes, *, name: str, title: str, alt: str) -> str:
            raise DeliveryFailed("Slack refused the file.", permanent=True)

    platform = Refusing()
    await show_alert(run, replace(alerted, platforms={"slack": platform}), alert=ALERT.cause)
    card = platform.cards[f"alert:{ALERT.cause}"]
    assert "The chart could not be uploaded" in said(card)
    assert not any(isinstance(element, Picture) for element in card.elements)


async def test_the_picture_is_drawn_once_for_the_same_figures(
    alerted: Desk, run: LiveRun, platform: ScriptedPlatform
) -> None:
    await show_alert(run, alerted, alert=ALERT.cause)
    await alerts.acknowledge(alerted, ALERT.cause, ANA)
    await show_alert(run, alerted, alert=ALERT.cause)

    assert len(platform.pictures) == 1
    kept = await alerted.store.spikes.get(ALERT.cause)
    assert (kept.shown, kept.version) == (2, 2)


async def test_threads_of_private_rooms_are_linked_in_these_alone(alerted: Desk, run: LiveRun) -> None:
    class Linking(ScriptedPlatform):
        async def permalink(self, message: MessageRef) -> str:
            return f"https://chat/{message.place.room}"

    platform = Linking(private=("#secret",))
    for name, room in (("esc_1", "#secret"), ("esc_2", "#open")):
        one = escalation(name, turn(name), external_id=name)
        await alerted.store.escalations.receive(one)
        review, _ = await alerted.store.reviews.open(one, at=NOON)
        await alerted.store.reviews.set_card(review.id, MessageRef(Place("slack", room), "1.0"))
    seen = replace(ALERT, conversations=("esc_1", "esc_2"))
    await alerted.store.spikes.keep(Watched(NOON + BUCKET), [seen], after=NOON)
    await show_alert(run, replace(alerted, platforms={"slack": platform}), alert=ALERT.cause)

    card = said(platform.cards[f"alert:{ALERT.cause}"])
    assert "https://chat/#open" in card
    assert "#secret" not in card


async def test_outsiders_may_not_act_and_who_is_on_call_may(alerted: Desk) -> None:
    class Outsiders:
        async def role(self, person: Person) -> None:
            return None

    desk = replace(alerted, people=Outsiders(), on_call=OnCall(Shift((ANA,))))
    acts: tuple[Callable[[Desk, str, Person], Awaitable[Alert]], ...] = (
        alerts.acknowledge,
        alerts.call_false,
        alerts.open_incident,
    )
    for act in acts:
        with pytest.raises(NotAllowed):
            await act(desk, ALERT.cause, BEN)
    assert (await alerts.acknowledge(desk, ALERT.cause, ANA)).by == ANA


async def test_what_is_due_is_paged_unless_nobody_watched_for_long(
    alerted: Desk, clock: Clock, runtime: NotingRuntime
) -> None:
    await alerts.tend(alerted)
    assert [workflow for workflow, _ in runtime.started] == ["show_alert", "page_alert"]
    runtime.started.clear()
    clock.pass_by(days=3)
    await alerts.tend(alerted)
    assert runtime.started == []


async def test_after_three_days_without_a_watch_what_was_open_has_ended(alerted: Desk, clock: Clock) -> None:
    clock.pass_by(days=3)
    await watch(alerted)
    assert (await alerted.store.spikes.get(ALERT.cause)).resolved_at == NOON


async def test_a_false_alarm_makes_its_series_wait_for_what_is_twice_as_rare(alerted: Desk, clock: Clock) -> None:
    await alerts.call_false(alerted, ALERT.cause, ANA)
    again = replace(ALERT, cause="intent:refund@later")
    lines = {REFUND.key: "{}"}
    await alerted.store.spikes.keep(Watched(NOON + BUCKET, lines), [again], after=NOON)
    assert (await alerts.call_false(alerted, again.cause, BEN)).patience == 4.0
    clock.pass_by(minutes=10)
    await watch(alerted)

    patience = lines_of(await alerted.store.spikes.watched())[REFUND].patience
    assert patience.times(clock.at) == 4.0
    assert patience.times(clock.at + timedelta(weeks=9)) == 2.0
    assert patience.times(clock.at + timedelta(weeks=40)) == 1.0


def test_pages_come_after_fifteen_minutes_then_after_twice_as_long_each_time_and_five_times_at_most() -> None:
    alert, every, waits = ALERT, timedelta(minutes=15), []
    while (due := page_due(alert, every)) is not None:
        waits.append((due - (alert.paged_at or due)) / timedelta(minutes=1))
        alert = replace(alert, pages=alert.pages + 1, paged_at=due)
    assert waits == [0, 15, 30, 60, 120]


def test_what_is_snoozed_pages_at_the_end_and_from_the_beginning() -> None:
    later = NOON + timedelta(hours=1)
    snoozing = snoozed(replace(ALERT, pages=3, paged_at=NOON), later, ANA, NOON)
    assert page_due(snoozing, timedelta(minutes=15)) == later
    assert snoozing.pages == 0


def test_who_took_it_up_first_and_when_stays_on_record() -> None:
    taken = acknowledged(ALERT, ANA, NOON)
    assert acknowledged(taken, ANA, NOON + BUCKET).acknowledged_at == NOON


def test_what_makes_no_sense_is_refused_with_a_sentence() -> None:
    taken, over = acknowledged(ALERT, ANA, NOON), resolved(ALERT, NOON)
    with pytest.raises(Conflict, match="Ana is looking"):
        snoozed(taken, NOON, BEN, NOON)
    with pytest.raises(Conflict, match="already over"):
        snoozed(over, NOON, BEN, NOON)
    false = called_false(over, ANA, NOON, before=16.0)
    assert false.patience == 16.0
    with pytest.raises(Conflict, match="Ana already called"):
        called_false(false, BEN, NOON, before=1.0)
    with pytest.raises(Conflict, match="more than 28 days"):
        called_false(ALERT, ANA, NOON + timedelta(days=29), before=1.0)
    assert Patience().times(NOON) == 1.0


def test_ten_thousand_conversations_in_an_hour_are_one_alert() -> None:
    begin, until = NOON - timedelta(days=4), NOON
    usual = [
        Event(series, begin + n * timedelta(minutes=30), f"u{n}") for n in range(190) for series in (VOLUME, REFUND)
    ]
    burst = [
        Event(series, NOON - timedelta(hours=1) + n * timedelta(seconds=0.35), f"c{n}")
        for n in range(10_000)
        for series in (VOLUME, REFUND)
    ]
    happened = sorted([*usual, *burst], key=lambda event: event.at)
    rises = advance({}, happened, (begin, until), NOON - timedelta(minutes=55))

    assert len(correlated(rises, (), happened, {VOLUME, REFUND})) == 1
