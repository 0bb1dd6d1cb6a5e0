"""The weekly digest in the hands of its readers: asked for, decided on, and closed to everybody else."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.domain.calendar import Week
from bot.domain.digest import Ask, Digest, Kind, rejected
from bot.domain.fix import FixState
from bot.sandbox.remote import Json
from tests.e2e.company import COMPANY, Desk, buttons, company_at_work, words
from tests.unit.cards.digest_samples import RICH

pytestmark = pytest.mark.slow

ROOM = "#support-managers"
WITH_DIGEST = COMPANY | {
    "commands": [*COMPANY["commands"], {"command": "/digest", "description": "digest"}],
    "channels": [*COMPANY["channels"], {"name": "vip", "private": True, "members": ["ana", "gus"]}],
}
ASKED = "How long does a card refund take to arrive?"


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    rooms = {"rooms": ("#escalations", "#vip")}
    async with company_at_work(tmp_path, company=WITH_DIGEST, digest={"room": ROOM}, slack=rooms) as at_work:
        yield at_work


async def posted(desk: Desk, digest: Digest) -> Json:
    """The first page of this digest, posted as the schedule does it."""
    await desk.app.desk.store.digests.keep(digest)
    slot = (digest.week.end + timedelta(hours=8)).isoformat()
    await desk.app.desk.runtime.start("weekly_digest", f"weekly_digest:{slot}", slot=slot)

    async def page() -> Json | None:
        return next(iter(await desk.roots(ROOM, "The week of")), None)

    found: Json = await desk.until(page)
    return found


def asking(kind: Kind, subject: str) -> Digest:
    return replace(RICH, decisions=(Ask(kind, subject, "Decide", "Because."),))


def this_week(desk: Desk) -> Week:
    return Week.of(desk.app.desk.clock.now(), desk.app.desk.policy.calendar.zone)


async def told(desk: Desk, who: str, command: str, says: str) -> str:
    await desk.hands.do("commands", as_=who, room="#random", text=command)
    return await desk.whisper(who, says)


async def rejects(desk: Desk, text: str, room: str) -> str:
    """Have a question's draft rejected because an article is stale; give its intent."""
    card = await desk.asked(text, room=room)
    await desk.form(card, "Reject")
    values = {"What went wrong?": "stale_policy", "Note": f"No longer so in {room}."}
    await desk.hands.do("forms/submit", as_="ana", values=values)
    await desk.shows(card, "Rejected")
    for escalation in await desk.app.desk.store.escalations.in_room("slack", card["channel"]):
        for review in await desk.app.desk.store.reviews.of_escalation(escalation.id):
            if review.proposal is not None:
                return review.proposal.triage.intent
    raise AssertionError("nothing was drafted")


async def test_the_digest_is_posted_with_its_thread_and_its_pictures(desk: Desk) -> None:
    page = await posted(desk, RICH)
    assert buttons(page) == ["See the change", "Publish", "Make eval cases", "See what was rejected"]
    await desk.card(ROOM, page["ts"], "Thank you")
    thread = await desk.thread(ROOM, page["ts"])
    assert sum(block["type"] == "image" for message in thread for block in message["blocks"]) == 4
    many = next(message for message in thread if "Show all 20" in buttons(message))
    assert "Smaller matter 14" in words(await desk.form(many, "Show all 20", as_="mae"))


async def test_slash_digest_is_for_seniors_and_managers_and_leads_to_what_was_posted(desk: Desk) -> None:
    last = this_week(desk).previous
    page = await posted(desk, replace(RICH, week=last))
    await desk.card(ROOM, page["ts"], "Thank you")
    await told(desk, "ana", "/digest", "senior reps and managers")
    assert "/archives/" in await told(desk, "mae", "/digest", "is posted")
    await told(desk, "mae", "/digest 2026-47", "is no week")
    await told(desk, "mae", f"/digest {last.next.label}", "is not over yet")


async def test_a_week_that_was_not_posted_comes_as_a_direct_message_and_is_kept_nowhere(desk: Desk) -> None:
    await told(desk, "sue", "/digest", "to you alone in a moment, in our chat")

    async def mine() -> list[Json]:
        return await desk.roots("@sue", "The week of")

    assert "Nothing is on record" in words((await desk.until(mine))[0])
    assert await desk.roots(ROOM, "The week of") == []
    assert await desk.app.desk.store.digests.get(this_week(desk).previous.label) is None


async def test_cases_are_picked_among_the_threads_that_the_reader_can_read(desk: Desk) -> None:
    await desk.asked(f"{ASKED} Please tell me.", room="#vip")
    intent = await rejects(desk, ASKED, "#escalations")
    page = await posted(desk, asking(Kind.RAISE_CASES, intent))
    form = await desk.form(page, "Make eval cases", as_="mae")
    assert ASKED in words(form)
    assert "Please tell me" not in words(form)
    await desk.hands.do("forms/submit", as_="mae", values={})
    assert "Make an eval case" in str(await desk.opened("mae"))


async def test_an_intent_without_a_readable_thread_says_so(desk: Desk) -> None:
    page = await posted(desk, asking(Kind.RAISE_CASES, "invoice-request"))
    await desk.press(page, "Make eval cases", as_="mae")
    await desk.whisper("mae", "No thread of this intent")


async def test_what_was_rejected_is_shown_to_who_may_read_it_with_what_mends_it(desk: Desk) -> None:
    intent = await rejects(desk, ASKED, "#escalations")
    assert await rejects(desk, f"{ASKED} Please tell me.", "#vip") == intent
    page = await posted(desk, asking(Kind.LOOK_AT_REJECTED, rejected(this_week(desk), "stale_policy", intent)))
    await desk.press(page, "See what was rejected", as_="bo")
    await desk.whisper("bo", "senior reps and managers")
    form = await desk.form(page, "See what was rejected", as_="mae")
    assert "1 drafts" not in words(form)
    assert "No longer so in #escalations." in words(form)
    assert "#vip" not in words(form)
    assert "1 more is in a private room that you are not in." in words(form)
    assert "An article says what is no longer so." in words(form)
    assert buttons(form) == ["Fix knowledge"]
    await desk.hands.do("forms/press", as_="mae", action="Fix knowledge")

    async def fix_form() -> Json | None:
        forms: list[Json] = (await desk.hands.read("forms", as_="mae"))["forms"]
        return next((each for each in forms if "Only this section changes" in str(each)), None)

    assert await desk.until(fix_form)


async def test_a_fix_is_read_and_published_from_the_digest_and_who_comes_late_hears_who_did(desk: Desk) -> None:
    store = desk.app.desk.store
    await desk.hands.do("commands", as_="ana", room="#random", text="/kb-fix billing/payment-methods")
    box = next(block for block in (await desk.opened("ana"))["blocks"] if block.get("label", {}).get("text") == "Text")
    text = f"{box['element']['initial_value']}\n\nWe write to you when it is paid."
    await desk.hands.do("forms/submit", as_="ana", values={"Text": text})
    [fix] = await desk.until(lambda: store.fixes.in_state(FixState.OPEN))
    page = await posted(desk, asking(Kind.PUBLISH_FIX, fix.subject))

    assert "We write to you when it is paid." in words(await desk.form(page, "See the change", as_="sue"))
    await desk.press(page, "Publish", as_="bo")
    await desk.whisper("bo", "A senior rep or a manager decides")
    await desk.press(page, "Publish", as_="sue")
    await desk.until(lambda: store.fixes.in_state(FixState.LIVE, FixState.HELD), seconds=60)
    await desk.press(page, "Publish", as_="mae")
    await desk.whisper("mae", "Sue Okafor approved this fix")
