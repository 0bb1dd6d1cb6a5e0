"""A simulated month and its digest: what is on record is what happened, and the managers get one page that tells it.

With RATCHET_SCREENSHOTS=<folder> the pictures of the digest are taken on the way.
"""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from bot.domain.calendar import Week
from bot.domain.digest import Digest, Proof
from bot.domain.fix import FixState
from bot.sandbox.remote import Json
from evals.measuring import Measured, Period, measure, metrics
from tests.e2e.browsing import IN_A_BROWSER, be, page_at, picture
from tests.e2e.company import buttons, words
from tests.e2e.month.company import MANAGERS, Company
from tests.e2e.month.customers import FIRST, MONDAY, WEEKS, ZONE, arriving
from tests.e2e.month.story import month

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.asyncio(loop_scope="module")]

LAST = Week.of(MONDAY, ZONE).previous


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def company(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Company]:
    async with month(tmp_path_factory.mktemp("month")) as played:
        yield played


async def figures(company: Company, *names: str, by: str = "", week: Week = LAST) -> dict[tuple[str, str], Measured]:
    chosen = [each for each in metrics() if each.name in names]
    period = Period(week.start, week.end)
    calendar = company.bot.policy.calendar
    found = await measure(
        company.bot.store.history, period, now=company.clock.now(), by=by, calendar=calendar, chosen=chosen
    )
    return {(each.metric.name, each.group): each for each in found if not each.kind}


async def test_every_conversation_of_the_last_week_is_on_record(company: Company) -> None:
    asked = arriving(7)
    came = sum(LAST.start <= each.at < LAST.end for each in asked)
    found = (await figures(company, "volume"))["volume", ""]
    assert found.now.n == came
    assert 80 <= came <= 160
    by_day = Counter(each.at.astimezone(ZONE).weekday() for each in asked)
    assert by_day[5] + by_day[6] < 0.15 * sum(by_day.values()), "weekends are thin"
    assert len({Week.of(each.at, ZONE) for each in asked}) == WEEKS


async def test_drafts_are_sent_edited_rejected_and_handed_off(company: Company) -> None:
    found = await figures(company, "approved_unchanged", "edited", "rejected", "handed_off", week=LAST.previous)
    shares = {name: each.now.told.value for (name, _), each in found.items() if each.now.told and each.now.told.value}
    assert 0.3 < shares["approved_unchanged"] < 0.9
    assert shares["edited"] > 0.03 and shares["rejected"] > 0.03


async def test_the_fix_of_the_last_monday_lifts_what_it_is_about(company: Company) -> None:
    found = await figures(company, "approved_unchanged", by="intent")
    lifted = found["approved_unchanged", "delivery-status"]
    assert lifted.now.told and lifted.before.told and lifted.change
    assert lifted.change.low > 0.2, "far beyond noise"
    live = await company.bot.store.fixes.in_state(FixState.LIVE)
    assert [fix.revision.slug for fix in live] == ["delivery/delivery-times-and-fees"]


async def test_customers_say_what_became_of_it(company: Company) -> None:
    found = await figures(company, "csat", "first_response_time", "reopen_rate", "repeat_contacts")
    csat = found["csat", ""].now
    assert csat.told and csat.told.value and 0.6 < csat.told.value <= 1
    answered = found["first_response_time", ""].now
    assert answered.told and answered.told.value and answered.told.value < timedelta(hours=20).total_seconds()


async def test_what_fits_no_intent_grows(company: Company) -> None:
    found = [
        (await figures(company, "volume", by="intent", week=week)).get(("volume", "unknown"))
        for week in (LAST.previous, LAST)
    ]
    before, now = (each.now.n if each else 0 for each in found)
    assert now > before


async def test_two_reps_captured_cases_and_a_fix_waits(company: Company) -> None:
    cases = await company.bot.store.cases.all()
    captured = {person.name for case in cases for person in case.by}
    assert {"Ana Ruiz", "Bo Larsen"} <= captured
    (waiting,) = await company.bot.store.fixes.in_state(FixState.OPEN)
    assert waiting.revision.slug == "gift-cards/gift-cards" and waiting.by.name == "Bo Larsen"


async def test_all_of_it_stands_in_the_workspace_at_its_time(company: Company) -> None:
    room = company.desk.sandbox.workspace.channel("#support-orders")
    shown = (await company.desk.hands.read("messages", room=room.id))["messages"]
    assert len(shown) > 50
    days = {datetime.fromtimestamp(float(each["ts"]), UTC).astimezone(ZONE).date() for each in shown}
    assert min(days) >= FIRST and max(days) <= MONDAY.date()


# --- the digest -------------------------------------------------------------------------------------------------------


async def roots(company: Company) -> list[Json]:
    return await company.desk.roots(MANAGERS, "The week of")


async def digest_of(company: Company) -> Digest:
    """The digest as it was kept, once it was posted in whole."""
    await company.desk.quiet()
    known = await company.bot.store.digests.get(LAST.label)
    assert known is not None
    return known.digest


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def posted(company: Company) -> Json:
    """Monday morning: topics are proposed at seven, the digest is due at eight; the clock's bell rings every minute."""
    jobs, desk = company.desk.app.jobs, company.desk
    await jobs["weekly digest"]()
    await jobs["propose new topics"]()
    await desk.until(lambda: company.bot.store.topics.newest(1), seconds=60)
    await desk.quiet()
    company.clock.move(MONDAY + timedelta(seconds=20))
    for _ in range(3):
        await jobs["weekly digest"]()
        company.clock.move(company.clock.now() + timedelta(minutes=1))
    found: list[Json] = await desk.until(lambda: roots(company), seconds=60)
    root = found[0]

    async def whole() -> bool:
        thread = await desk.thread(root["channel"], root["ts"])
        return any("Thank you" in words(message) for message in thread[1:])

    await desk.until(whole, seconds=120)
    return root


async def test_the_monday_slot_posts_one_digest_with_its_pictures(company: Company, posted: Json) -> None:
    await company.desk.quiet()
    assert len(await roots(company)) == 1
    assert "16–22 November 2026" in words(posted) and "Late" not in words(posted)
    thread = await company.desk.thread(posted["channel"], posted["ts"])
    shown = [block for message in thread for block in message.get("blocks") or () if block["type"] == "image"]
    assert len(shown) >= 3
    assert all(len(block["alt_text"]) > 60 for block in shown)


async def test_the_fix_is_shown_to_be_the_cause(company: Company, posted: Json) -> None:
    digest = await digest_of(company)
    moved = [(figure.metric, figure.intent, figure.better) for figure in digest.figures if figure.moved]
    assert moved == [("approved_unchanged", "delivery-status", True)]
    shown = [cause for cause in digest.causes if cause.proof is Proof.SHOWN]
    assert [(cause.release, cause.intents) for cause in shown][:1] == [("knowledge v2", ("delivery-status",))]
    assert "Knowledge v2" in words(posted) and "more than chance explains." in words(posted)
    thread = await company.desk.thread(posted["channel"], posted["ts"])
    told = " ".join(words(message) for message in (posted, *thread[1:]))
    assert told.count(shown[0].said) == 1, "in full on the page, and nowhere else"


async def test_what_is_asked_for_is_what_the_week_calls_for(company: Company, posted: Json) -> None:
    digest = await digest_of(company)
    asked = " ".join(f"{ask.title} {ask.why}" for ask in digest.decisions)
    assert "Gift cards" in asked, "the fix that waits"
    assert len(digest.decisions) == 3
    assert {"Approve", "Publish"} & {label.split()[0] for label in buttons(posted)}
    assert any("Returning opened beans" in each.title for each in digest.upkeep)


async def test_no_customer_is_named(company: Company, posted: Json) -> None:
    thread = await company.desk.thread(posted["channel"], posted["ts"])
    told = " ".join(words(message) for message in thread)
    names = {asked.name for asked in arriving(7)}
    assert not [name for name in names if name in told]


@IN_A_BROWSER[0]
@IN_A_BROWSER[2]
@pytest.mark.parametrize("looks", ["light", "dark"])
async def test_the_digest_reads_well(company: Company, posted: Json, looks: str) -> None:
    async with page_at(f"{company.desk.sandbox.base_url}/sandbox") as page:
        await page.emulate_media(color_scheme=looks)
        await seen(page, looks)


async def seen(page: Any, looks: str) -> None:
    """Open the digest as the manager, and its thread."""
    await page.set_viewport_size({"width": 1440, "height": 2400})
    await be(page, "Mae Lind")
    await page.click("[data-testid=room-support-managers]")
    root = page.locator("#list [data-testid=message]", has_text="The week of").last
    await root.wait_for()
    await picture(page, f"digest-{looks}", root)
    await root.get_by_role("button", name="repl").first.click()
    thread = page.locator("#thread-list")
    await thread.get_by_text("Thank you").first.wait_for()
    await page.wait_for_timeout(500)
    for number, message in enumerate(await thread.locator("[data-testid=message]").all()):
        await picture(page, f"digest-{looks}-thread-{number}", message)
