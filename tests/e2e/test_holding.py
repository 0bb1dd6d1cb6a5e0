"""A holding reply in the sandbox: proposed on the alert, approved once, in each customer's thread once, no answer."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.sandbox.remote import Json
from tests.e2e.alerting import Watched, watched_company
from tests.e2e.company import buttons, words

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

TEXT = "Hello,\n\nyour message has reached us, and we are looking into it."


async def spike(company: Watched) -> Json:
    """The alert's card, and drafts that say that they are part of it."""
    await company.asked(14)
    await company.watch(minutes=5)
    return await company.card("Spike: conversations about delivery")


async def propose(company: Watched, alert: Json, *, joining: bool = True) -> Json:
    """The card of the holding reply that Bo proposes."""
    desk = company.desk
    form = await desk.form(alert, "Propose a holding reply", as_="bo")
    assert "Your message has reached us" in words(form) or "It has reached us" in str(form)
    values: Json = {"Text": TEXT, "Also send it to those who still write in about this": ["yes"] if joining else []}
    await desk.hands.do("forms/submit", as_="bo", values=values)
    return await desk.card(alert["channel"], alert["ts"], "Holding reply for")


async def threads_with(company: Watched, text: str) -> list[int]:
    """In how many messages of each customer's thread the text stands."""
    desk = company.desk
    roots = await desk.roots("#escalations", "Where is my parcel?")
    counts = []
    for root in roots:
        thread = await desk.thread(root["channel"], root["ts"])
        counts.append(sum(text in words(message) for message in thread))
    return counts


async def test_one_approval_holds_all_who_wait_and_who_comes_later(tmp_path: Path) -> None:
    async with watched_company(tmp_path) as company:
        desk = company.desk
        alert = await spike(company)
        card = await propose(company, alert)
        assert "14 conversations in English" in words(card)
        assert buttons(card) == ["Approve for all", "Edit", "Discard"]

        await desk.press(card, "Approve for all", as_="bo")
        await desk.whisper("bo", "a senior rep or a manager approves it")
        assert sum(await threads_with(company, "has reached us")) == 0
        await desk.press(card, "Approve for all", as_="sue")
        await desk.shows(card, "Sent to 14 conversations.")
        assert await threads_with(company, "has reached us") == [1] * 14

        await company.asked(2, number=14)
        company.clock.moved += timedelta(minutes=1)  # the clock itself may have rung in this minute already
        await desk.app.jobs["tend to holding replies"]()
        await desk.shows(card, "Sent to 16 conversations.")
        await desk.app.jobs["tend to holding replies"]()
        await desk.quiet()
        assert await threads_with(company, "has reached us") == [1] * 16

        waiting = await desk.app.desk.store.reviews.waiting(limit=500)
        assert len([each for each in waiting if each.escalation_id.startswith("esc_past") is False]) == 16


async def test_drafts_of_the_spike_say_so_without_a_message_more(tmp_path: Path) -> None:
    async with watched_company(tmp_path) as company:
        desk = company.desk
        await spike(company)
        await desk.quiet()
        (first, *_) = await desk.roots("#escalations", "Where is my parcel?")
        before = await desk.thread(first["channel"], first["ts"])
        assert "Part of a spike" not in words(before[1])
        await desk.app.jobs["group the drafts of alerts"]()
        await desk.shows(before[1], "Part of a spike")
        assert len(await desk.thread(first["channel"], first["ts"])) == len(before)

        new = await desk.asked("Where is my parcel? I ordered it weeks ago, order 109999.")
        assert "Part of a spike" in words(new)
