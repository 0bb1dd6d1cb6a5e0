"""Slack and Microsoft Teams at once: each escalation is worked where its intent is owned, by people who are one."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.app.running import build
from bot.domain.escalation import escalation_id
from bot.domain.review import Review
from bot.sandbox.remote import Json, Remote
from tests.e2e.company import COMPANY, Desk, conversation, sandbox_serving, settings_for
from tests.e2e.company import words as slack_words
from tests.embedders import MEANINGS
from tests.local import free_port
from tests.teams.cards import elements, words
from tests.teams.company import TeamsDesk, bot_at_work, company, standin_serving, teams_section
from tests.unit.cards.digest_samples import RICH

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUND = "How long does a card refund take to arrive after you issue it?"
PAYMENT = "Which payment methods can I pay with? Do you take PayPal?"
IN_TEAMS, IN_SLACK = "#support-orders", "#support-billing"
MANAGERS = "#Leads/support-managers"


@dataclass
class Both:
    """One bot, and the people on both of its platforms."""

    slack: Desk
    teams: TeamsDesk

    async def handed_over(self, identity: str, text: str) -> Json:
        """A conversation of a customer's system."""
        url = self.slack.sandbox.customers.reply_url
        return await self.slack.customer_sends(f"msg-{identity}", conversation(identity, text, reply_url=url))

    async def received(self, identity: str) -> list[str]:
        """What the customer got back."""
        listed = (await self.slack.hands.read("customers"))["conversations"]
        return [e["text"] for c in listed if c["id"] == identity for e in c["entries"] if e["from"] == "company"]

    async def review(self, identity: str) -> Review:
        store = self.slack.app.desk.store
        [review] = await store.reviews.of_escalation(escalation_id(store.workspace, "webhook", identity))
        return review


@contextlib.asynccontextmanager
async def both_at_work(folder: Path) -> AsyncIterator[Both]:
    """A bot in a workspace and a tenant: orders are worked in Teams, billing in Slack."""
    channels = [one for one in COMPANY["channels"] if one["name"] != IN_TEAMS.removeprefix("#")]
    users = [user | {"email": f"{user['name']}@fernhill.example"} for user in COMPANY["users"]]
    world, port = company(), free_port()
    del world.teams["Support"].channels[IN_SLACK.removeprefix("#")]
    seeded = COMPANY | {"channels": channels, "users": users}
    async with sandbox_serving(port, seeded) as sandbox, standin_serving(world) as standin:
        teams = teams_section(standin) | {"home_room": ""}
        digest = {"room": f"teams:{MANAGERS}"}
        app = await build(settings_for(sandbox, folder, port, teams=teams, digest=digest), meanings=MEANINGS)
        try:
            async with bot_at_work(app, standin, port) as desk, Remote(sandbox.base_url) as hands:
                yield Both(Desk(sandbox, hands, app, desk.bot_url), desk)
        finally:
            await app.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Both]:
    async with both_at_work(tmp_path_factory.mktemp("both")) as running:
        yield running


async def test_an_escalation_of_a_customers_system_is_worked_in_teams_where_its_channel_is(both: Both) -> None:
    await both.handed_over("in-teams", REFUND)
    root = await both.teams.posted(f"#Support/{IN_TEAMS.removeprefix('#')}", REFUND)
    card = await both.teams.card(root, "Why")
    await both.teams.hands.press("ana", card, "Approve")
    await both.teams.shows(card, "Delivered")
    assert "5 to 7 working days" in (await both.received("in-teams"))[0]
    assert not await both.slack.roots(IN_SLACK, REFUND)


async def test_another_is_worked_in_slack_where_its_room_is(both: Both) -> None:
    await both.handed_over("in-slack", PAYMENT)
    card = await both.slack.card_of("in-slack")
    assert PAYMENT in slack_words(card)
    await both.slack.press(card, "Approve")
    await both.slack.shows(card, "Delivered")
    assert await both.received("in-slack")
    assert not [said for said in both.teams.said() if PAYMENT in said]


async def test_the_same_person_on_both_platforms_is_one_in_the_records(both: Both) -> None:
    first, second = await both.review("in-teams"), await both.review("in-slack")
    assert first.decision is not None and second.decision is not None
    assert first.decision.by.same_as(second.decision.by)


async def test_each_platform_watches_its_own_rooms(both: Both) -> None:
    wrote = await both.teams.hands.write("gus", "#Support/Escalations", REFUND)
    assert REFUND in words((await both.teams.card(wrote, "Why")).card or {})
    card = await both.slack.asked(REFUND)
    await both.slack.press(card, "Approve", as_="bo")
    await both.slack.shows(card, "Delivered to this thread")


async def test_who_edited_a_high_risk_reply_on_one_platform_cannot_approve_it_as_the_other_account(both: Both) -> None:
    hacked = "Somebody hacked my account and placed an order that is not mine. What do I do now?"
    card = await both.teams.asked(hacked)
    dialog = (await both.teams.hands.press("sue", card, "Edit")).opened
    await both.teams.hands.send(dialog, {"Reply": "We are sorry. A manager calls you on Monday."})
    edited = await both.teams.shows(card, "A manager calls you")
    await both.teams.hands.press("sue", edited, "Approve")
    await both.teams.whisper("sue", "another senior rep must approve it")
    await both.teams.hands.press("mae", edited, "Approve")
    await both.teams.shows(card, "Delivered to this thread")


async def test_the_digest_is_posted_on_the_platform_that_its_room_names(both: Both) -> None:
    desk = both.slack.app.desk
    await desk.store.digests.keep(RICH)
    slot = (RICH.week.end + timedelta(hours=8)).isoformat()
    await desk.runtime.start("weekly_digest", f"weekly_digest:{slot}", slot=slot)
    page = await both.teams.posted(MANAGERS, "The week of")
    await both.teams.card(page, "Thank you")
    shown = [part for one in both.teams.world.thread(page.id) for part in elements(one.card or {})]
    assert len([part for part in shown if part["type"] == "Image" and part["url"].startswith("data:image/png")]) == 4
    assert not await both.slack.roots("#support-managers", "The week of")
