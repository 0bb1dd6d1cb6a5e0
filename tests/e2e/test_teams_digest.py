"""What the desk tells by itself in Microsoft Teams: the weekly digest with its pictures, and alerts."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.digest import Ask, Digest, Kind
from bot.domain.fix import FixState
from tests.e2e.alerting import PAST, record_past, recorded
from tests.e2e.company import MovedClock
from tests.teams.cards import elements, labels, words
from tests.teams.company import TeamsDesk, teams_company
from tests.teams.world import Message
from tests.unit.cards.digest_samples import RICH

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

ROOM = "#Leads/support-managers"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[TeamsDesk]:
    async with teams_company(tmp_path, digest={"room": ROOM}) as running:
        yield running


async def posted(desk: TeamsDesk, digest: Digest) -> Message:
    """The first page of this digest, posted as the schedule does it."""
    await desk.app.desk.store.digests.keep(digest)
    slot = (digest.week.end + timedelta(hours=8)).isoformat()
    await desk.app.desk.runtime.start("weekly_digest", f"weekly_digest:{slot}", slot=slot)
    return await desk.posted(ROOM, "The week of")


def pictures(desk: TeamsDesk, root: Message) -> list[dict[str, Any]]:
    shown = [inner for one in desk.world.thread(root.id) for inner in elements(one.card or {})]
    return [one for one in shown if one["type"] == "Image"]


async def test_the_digest_comes_with_its_pictures_and_its_long_list_opens_in_a_dialog(desk: TeamsDesk) -> None:
    page = await posted(desk, RICH)
    assert {"See the change", "Publish", "Make eval cases", "See what was rejected"} <= set(labels(page.card or {}))
    await desk.card(page, "Thank you")
    drawn = pictures(desk, page)
    assert len(drawn) == 4
    assert all(one["url"].startswith("data:image/png;base64,") and one["altText"] for one in drawn)
    many = await desk.card(page, "Show all 20")
    assert "Smaller matter 14" in (await desk.hands.press("mae", many, "Show all 20")).opened.says


async def test_a_fix_is_read_and_published_from_the_digest(desk: TeamsDesk) -> None:
    store = desk.app.desk.store
    opener = await desk.hands.chat("ana", "kb-fix billing/payment-methods")
    card = await desk.in_chat("ana", "Press to open the form")
    assert card.conversation == opener.conversation
    dialog = (await desk.hands.press("ana", card, labels(card.card or {})[0])).opened
    text = dialog.held[dialog.input("Text")]
    await desk.hands.send(dialog, {"Text": f"{text}\n\nWe write to you when it is paid."})
    [fix] = await desk.until(lambda: store.fixes.in_state(FixState.OPEN))
    page = await posted(desk, replace(RICH, decisions=(Ask(Kind.PUBLISH_FIX, fix.subject, "Decide", "Because."),)))
    read = (await desk.hands.press("mae", page, "See the change")).opened
    assert "We write to you when it is paid." in read.says
    await desk.hands.press("mae", page, "Publish")
    await desk.until(lambda: store.fixes.in_state(FixState.LIVE, FixState.HELD), seconds=60)


async def test_an_alert_is_acknowledged_snoozed_and_told_to_be_over_in_its_card(tmp_path: Path) -> None:
    clock = MovedClock()
    oncall = {"room": ROOM}
    async with teams_company(tmp_path, clock=clock, alerts={"mode": "on"}, oncall=oncall) as desk:
        store = desk.app.desk.store
        desk.world.teams["Leads"].members.append(desk.world.people["gus"])

        async def watch(minutes: float) -> None:
            clock.moved += timedelta(minutes=minutes)
            await desk.app.jobs["watch for spikes"]()

        await record_past(store, clock.now(), platform="teams")
        await watch(0)
        await watch(10)
        for number in range(14):
            await recorded(store, f"{PAST}new{number}", clock.now(), platform="teams")
        await watch(5)
        card = await desk.posted(ROOM, "Spike: conversations about delivery status")
        assert {"Acknowledge", "Open incident", "False alarm"} <= set(labels(card.card or {}))
        await desk.hands.press("gus", card, "Acknowledge", look=False)
        await desk.whisper("gus", "Only the support team and who is on call")
        await desk.hands.press("mae", card, "Snooze 1 hour")
        await desk.shows(card, "Snoozed")
        await desk.hands.press("mae", card, "Acknowledge")
        shown = await desk.shows(card, "is looking at it")
        assert "Mae Lind" in words(shown.card or {})
        for _ in range(80):
            await watch(5)
        over = await desk.shows(card, "It lasted")
        assert labels(over.card or {}) == ["False alarm"]
