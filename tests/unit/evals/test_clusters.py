"""A new problem that has no name yet is told as one cause, by its own words; what is asked now and then is not."""

from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.domain.answer import UNKNOWN_INTENT
from bot.domain.chat import Place
from bot.domain.escalation import Customer
from bot.domain.spike import Alert, AlertState, Series, What, series_of_key
from bot.domain.watching import Event, matter_of
from bot.ports import Desk
from bot.workflows.behind import behind
from evals.spikes.alarm import Change
from evals.spikes.correlation import Rise, correlated
from evals.spikes.detector import Reading
from evals.spikes.watch import watch
from tests.contracts.store_samples import NOON, THREAD, escalation, proposal, turn
from tests.unit.scripted import Clock, ScriptedPlatform
from tests.unit.topics_desk import distinguishing

BLANK = (
    "The checkout page stays blank", "Blank page when I want to pay at the checkout", "checkout is a blank white page",
    "I press pay at the checkout and get a blank page", "Your checkout shows me nothing but a blank page",
    "The checkout page is blank since noon", "Is the checkout broken? A blank page!", "blank page at the checkout",
)  # fmt: skip
ODD = (
    "Who painted the picture in your office?", "Do you sponsor our chess club?", "Can I visit with my school class?",
    "Is your logo a fern or a palm?", "May I quote your blog?", "Which font is on your bags?", "Do you hire in summer?",
    "What music plays in your adverts?", "Could you donate to our raffle?", "Are dogs allowed in the shop?",
)  # fmt: skip


async def ask(desk: Desk, text: str, name: str, *, ago: float, place: Place = THREAD, customer: str = "") -> str:
    one, at = f"esc_{name}", desk.clock.now() - timedelta(minutes=ago)
    said = replace(turn(f"{one}:1", text), at=at)
    asked = escalation(one, said, opened_at=at, customer=Customer(customer or name), place=place, metadata={})
    await desk.store.escalations.receive(asked)
    review, _ = await desk.store.reviews.open(asked, at=at)
    triage = replace(proposal().triage, intent=UNKNOWN_INTENT)
    await desk.store.reviews.propose(review.id, proposal(triage=triage))
    return one


@pytest_asyncio.fixture
async def noisy(desk: Desk) -> Desk:
    """A desk that is asked something odd every two hours, for six days, and has been watched since."""
    desk = await distinguishing(desk)
    for n in range(72):
        await ask(desk, ODD[n % len(ODD)], f"odd{n}", ago=n * 120 + 30)
    await watch(desk)
    return desk


async def planted(desk: Desk, clock: Clock, *, place: Place = THREAD, customer: str = "") -> list[str]:
    """Questions about one new thing, within half an hour, and a look after it."""
    for _ in range(2):
        clock.pass_by(minutes=20)
        await watch(desk)
    clock.pass_by(minutes=5)
    names = [
        await ask(desk, text, f"new{n}", ago=35 - 4 * n, place=place, customer=customer) for n, text in enumerate(BLANK)
    ]
    await watch(desk)
    return names


async def alerts(desk: Desk) -> tuple[Alert, ...]:
    return await desk.store.spikes.alerts(NOON - timedelta(days=1))


async def test_what_is_asked_now_and_then_is_no_problem(noisy: Desk, clock: Clock) -> None:
    for n in range(12):
        clock.pass_by(minutes=60)
        await ask(noisy, ODD[n % len(ODD)], f"later{n}", ago=20)
        await watch(noisy)
    assert await alerts(noisy) == ()


async def test_a_new_problem_is_one_alert_named_by_its_words(noisy: Desk, clock: Clock) -> None:
    names = await planted(noisy, clock)
    (alert,) = await alerts(noisy)
    assert alert.series[0].what is What.CLUSTER
    assert set(alert.series[0].about.split(", ")) == {"blank", "checkout", "page"}
    assert (alert.seen, alert.behind) == (8, 8)
    assert set(await behind(noisy, alert)) == set(names)
    assert sum(count.seen for count in alert.counts) == 8


@pytest.mark.parametrize("first", ["both at once", "the sum", "the cluster"])
def test_all_that_fits_no_intent_rises_by_the_same_cause(first: str) -> None:
    cluster, unknown = Series(What.CLUSTER, "blank, page"), Series(What.UNKNOWN)
    happened = [Event(each, NOON, f"esc_{n}") for each in (cluster, unknown) for n in range(8)]

    def rise(series: Series) -> Rise:
        at = NOON + timedelta(minutes=5)
        return series, Change.OPENED, Reading(at, 60, 8, 0.5, 4.0, ready=True)

    order = {"both at once": [[unknown, cluster]], "the sum": [[unknown], [cluster]]}.get(first, [[cluster], [unknown]])
    standing: tuple[Alert, ...] = ()
    for several in order:
        standing = correlated([rise(each) for each in several], standing, happened, {cluster, unknown})
    (alert,) = standing
    assert set(alert.series) == {cluster, unknown}
    assert matter_of(alert) == cluster


async def test_it_stays_the_same_cluster_grows_and_is_over(noisy: Desk, clock: Clock) -> None:
    await planted(noisy, clock)
    (first,) = await alerts(noisy)
    for n in range(12):
        await ask(noisy, f"Help, {BLANK[n % 8].lower()}", f"more{n}", ago=1)
    clock.pass_by(minutes=5)
    await watch(noisy)
    (grown,) = await alerts(noisy)
    assert (grown.cause, grown.seen) == (first.cause, 20)
    assert len(await behind(noisy, grown)) == 20
    for _ in range(14):
        clock.pass_by(minutes=30)
        await watch(noisy)
    (over,) = await alerts(noisy)
    assert (over.cause, over.state) == (first.cause, AlertState.RESOLVED)
    for _ in range(9):
        clock.pass_by(hours=3)
        await watch(noisy)
    known = (await noisy.store.spikes.watched()).series
    assert not [key for key in known if series_of_key(key).what is What.CLUSTER]


async def test_one_customer_who_writes_often_is_no_new_problem(noisy: Desk, clock: Clock) -> None:
    await planted(noisy, clock, customer="one")
    assert not [each for each in await alerts(noisy) if each.series[0].what is What.CLUSTER]


async def test_words_of_a_private_room_name_no_cluster(noisy: Desk, clock: Clock, platform: ScriptedPlatform) -> None:
    platform.private = ("CSECRET",)
    await planted(noisy, clock, place=Place("slack", "CSECRET", "1.1"))
    assert not [each for each in await alerts(noisy) if each.series[0].what is What.CLUSTER]
