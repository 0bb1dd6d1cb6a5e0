"""An alert's life, with real parts: told once, acknowledged, grown, over; ignored; in quiet hours; a false alarm."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.sandbox.model import derived_id
from bot.workflows.alerts import tend
from evals.spikes.watch import watch
from tests.e2e.alerting import ASKED, ROOM, mentioned, watched_company
from tests.e2e.company import buttons, conversation, words

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

SUE, BO = derived_id("U", "sue"), derived_id("U", "bo")
A_LOOK = 10_000 * 5 // 60
"""Of ten thousand in an hour those that come between two looks."""
STATED_DELAY = timedelta(minutes=10)
"""What the README says of a clear spike."""


async def test_a_planted_spike_is_one_alert_that_is_taken_up_grows_in_place_and_is_over(tmp_path: Path) -> None:
    async with watched_company(tmp_path) as company:
        desk = company.desk
        company.to_the_next(0)  # the longest wait for a look
        began = company.clock.now()
        await company.asked(14)
        while not await company.alerts():
            await company.ring()
        assert company.clock.now() - began <= STATED_DELAY
        card = await company.card("Spike: conversations about delivery status")
        said = words(await desk.shows(card, "Conversations about delivery status since"))  # the chart's text
        assert "14 in" in said
        assert "where hardly any is usual" in said
        assert "thread 1" in said
        assert {"Acknowledge", "Open incident", "False alarm"} <= set(buttons(card))
        [page] = await company.pages(card, 1)
        assert mentioned(page) == {SUE, BO}
        await company.told(["alert.open"])
        await desk.press(card, "Acknowledge", as_="gus")
        await desk.whisper("gus", "Only the support team and who is on call")
        await desk.press(card, "Acknowledge", as_="bo")
        await desk.shows(card, "is looking at it")

        await company.asked(26, number=14)
        await company.ring()
        [grown] = await company.alerts()
        assert grown.seen > 2 * 14
        await desk.shows(card, f"{grown.seen} in")
        await company.live(hours=7)
        over = await desk.shows(card, "It lasted")
        [alert] = await company.alerts()
        assert 40 <= alert.behind <= 41  # one that was usual may be among them
        assert f"with {alert.behind} conversations" in words(over)
        assert buttons(over) == ["False alarm"]
        assert len(await company.alerts()) == 1
        assert len(await desk.roots(ROOM, "conversations about")) == 1
        await company.pages(card, 1)
        await company.told(["alert.open", "alert.acknowledged", "alert.over"])
        assert len(set(company.peer.ids)) == 3


async def test_who_ignores_an_alert_is_paged_again_later_and_later_and_at_most_five_times(tmp_path: Path) -> None:
    async with watched_company(tmp_path) as company:
        await company.happen(14)
        await company.watch(minutes=5)
        card = await company.card("Spike: conversations about delivery status")
        await company.pages(card, 1)
        await company.tend(minutes=14)
        await company.pages(card, 1)
        await company.tend(minutes=2)
        pages = await company.pages(card, 2)
        assert "Still open" in words(pages[1])
        await company.tend(minutes=16)
        await company.pages(card, 2)
        await company.desk.press(card, "Acknowledge", as_="ana")
        await company.desk.shows(card, "is looking at it")
        await company.tend(minutes=25)
        await company.pages(card, 2)


async def test_a_snoozed_alert_pages_at_the_end_of_it(tmp_path: Path) -> None:
    async with watched_company(tmp_path) as company:
        desk = company.desk
        await company.happen(14)
        await company.watch(minutes=5)
        card = await company.card("Spike: conversations about delivery status")
        await company.pages(card, 1)
        await desk.hands.do(
            "press", as_="sue", room=card["channel"], ts=card["ts"], action="more", option="Snooze 1 hour"
        )
        await desk.shows(card, "Snoozed")
        await company.live(minutes=55)
        await company.pages(card, 1)
        await company.live(minutes=10)
        await company.pages(card, 2)


async def test_what_people_do_is_on_the_card_before_the_chart_that_is_slow_to_come(tmp_path: Path) -> None:
    async with watched_company(tmp_path) as company:
        desk = company.desk
        await desk.hands.do("faults", method="upload", delay=8.0, times=9)
        await company.happen(14)
        await company.watch(minutes=5)
        card = await company.card("Spike: conversations about delivery status")
        await desk.press(card, "Acknowledge", as_="bo")
        shown = await desk.shows(card, "is looking at it")
        assert "The highest count" not in words(shown), "the chart's text"
        await desk.shows(card, "The highest count")


async def test_a_pager_that_was_down_for_all_tries_is_told_once_when_it_is_back(tmp_path: Path) -> None:
    async with watched_company(tmp_path) as company:
        company.peer.down = True
        await company.happen(14)
        await company.watch(minutes=5)
        card = await company.card("Spike: conversations about delivery status")
        await company.pages(card, 1)
        tries = len(company.desk.app.desk.policy.retry_seconds) + 1
        await company.desk.until(lambda: company.peer.refused > tries)
        company.peer.down = False
        await company.told(["alert.open"])

        company.peer.down = True
        for name in ("Open incident", "Acknowledge"):
            await company.desk.press(card, name, as_="bo")
        await company.desk.shows(card, "is looking at it")
        company.peer.down = False
        await company.told(["alert.open", "alert.acknowledged"])
        await company.desk.quiet()
        await company.told(["alert.open", "alert.acknowledged"])


async def test_ten_thousand_an_hour_are_one_alert_while_drafting_goes_on(tmp_path: Path) -> None:
    async with watched_company(tmp_path) as company:
        desk = company.desk
        await company.happen(A_LOOK)
        async with asyncio.TaskGroup() as together:
            together.create_task(company.watch(minutes=5))
            for n in range(3):
                together.create_task(desk.asked(ASKED.format(n)))
        [alert] = await company.alerts()
        assert alert.behind == alert.seen >= A_LOOK
        card = await company.card("Spike: conversations about delivery status")
        await desk.shows(card, f"{alert.seen} in")
        await company.pages(card, 1)
        assert len(await desk.roots(ROOM, "conversations about")) == 1


async def test_quiet_hours_wake_nobody_until_they_end(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    quiet = f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=1):%H:%M}"
    async with watched_company(tmp_path, quiet_hours=quiet) as company:
        await company.happen(14)
        await company.watch(minutes=5)
        card = await company.card("Spike: conversations about delivery status")
        await company.desk.shows(card, "Quiet hours: I page nobody")
        await company.live(minutes=20)
        await company.pages(card, 0)
        assert company.peer.got == []
        await company.live(minutes=30)
        await company.pages(card, 1)
        await company.told(["alert.open"])


async def test_what_opened_in_shadow_mode_is_never_told_so_that_switching_on_is_no_storm(tmp_path: Path) -> None:
    async with watched_company(tmp_path, mode="shadow") as company:
        await company.happen(14)
        await company.watch(minutes=5)
        [alert] = await company.alerts()
        assert not alert.told
        desk = company.desk.app.desk
        company.clock.moved += timedelta(minutes=5)
        on = replace(desk, policy=replace(desk.policy, alerts=True))
        await watch(on)
        await tend(on)
        await company.desk.quiet()
        assert await company.desk.roots(ROOM, "conversations") == []
        assert company.peer.got == []


async def test_an_import_of_old_conversations_is_no_spike(tmp_path: Path) -> None:
    async with watched_company(tmp_path) as company:
        for n in range(30):
            old = (company.clock.now() - timedelta(days=40, minutes=n)).isoformat()
            data = conversation(f"old-{n}", ASKED.format(n))
            data["turns"] = [turn | {"at": old} for turn in data["turns"]]
            await company.desk.customer_sends(f"import-{n}", data)
        await company.live(minutes=15)
        assert await company.alerts() == ()
