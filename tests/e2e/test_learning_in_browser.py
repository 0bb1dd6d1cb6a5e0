"""What a rep answers today is right from then on: the whole loop, in a real browser, through each of the five doors.

With RATCHET_SCREENSHOTS=<folder> the pictures of the README are taken on the way.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from bot.domain.fix import FixState
from tests.e2e.browsing import IN_A_BROWSER, be, open_thread, page_at, picture
from tests.e2e.company import Desk, company_at_work

pytestmark = [*IN_A_BROWSER, pytest.mark.asyncio(loop_scope="module")]
SLOW = 60_000  # ms: a fix is tried on every eval case that it could affect


@dataclass(frozen=True)
class Gap:
    """Something that the sample company's articles do not say: how customers ask it, twice, and what is true."""

    asked: str
    again: str
    answer: str
    title: str
    fact: str


PRICES = Gap(
    "Do you match the price of another shop that sells the same grinder for less?",
    "I found the grinder cheaper at another shop. Will you match their price?",
    "We match the price of another shop for the same grinder or machine within 14 days of your order.",
    "Matching another shop's price",
    "within 14 days of your order",
)
COURSES = Gap(
    "Do you run barista courses where I can learn to steam milk?",
    "Is there a barista course for beginners?",
    "We run a barista course for beginners in our roastery every first Saturday of the month for 65 EUR.",
    "Barista courses",
    "every first Saturday of the month",
)
EXCHANGE = Gap(
    "Do you take my old espresso machine in part exchange for a new one?",
    "Could I hand in my old machine in part exchange?",
    "We take an old espresso machine of any brand in part exchange and take 80 EUR off the price of a new one.",
    "Part exchange of an old machine",
    "80 EUR off",
)
CART = Gap(
    "Can I rent a coffee cart for my wedding?",
    "What does it cost to rent your coffee cart for a party?",
    "You can rent our coffee cart with a barista for 390 EUR a day, for weddings and other parties.",
    "Renting the coffee cart",
    "390 EUR a day",
)
SHOWROOM = Gap(
    "Do you have a showroom where I can try a machine before I buy it?",
    "Is there a showroom where I could try a machine?",
    "You can try every machine in our showroom in Utrecht from Tuesday to Saturday; no appointment is needed.",
    "Our showroom",
    "from Tuesday to Saturday",
)

Door = Callable[[Any, Desk, Gap], Awaitable[None]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with company_at_work(tmp_path_factory.mktemp("learning")) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(desk: Desk) -> AsyncIterator[Any]:
    async with page_at(f"{desk.sandbox.base_url}/sandbox") as shown:
        yield shown


# --- the doors --------------------------------------------------------------------------------------------------------


async def by_the_offer(page: Any, desk: Desk, gap: Gap) -> None:
    """What the settled card offers by itself."""
    await page.locator("#thread-list").get_by_role("button", name="Fix knowledge", exact=True).first.click()


async def by_message_menu(page: Any, desk: Desk, gap: Gap) -> None:
    message = page.locator("#list [data-testid=message]", has_text=gap.asked).last
    await message.hover()
    await message.locator("[data-testid=message-menu]").click()
    await page.locator("[data-callback-id=kb-fix]").click()


async def by_link(page: Any, desk: Desk, gap: Gap) -> None:
    message = page.locator("#list [data-testid=message]", has_text=gap.asked).last
    room = desk.sandbox.workspace.channel("#escalations").id
    stamp = (await message.get_attribute("data-ts")).replace(".", "")
    await typed(page, "#foot", f"/kb-fix https://fern.slack.example/archives/{room}/p{stamp}")


async def by_picker(page: Any, desk: Desk, gap: Gap) -> None:
    await typed(page, "#foot", "/kb-fix")
    form = page.locator("[data-testid=modal]")
    await form.get_by_text("Which thread?").wait_for()
    await form.locator("[data-testid=modal-submit]").click()  # the newest thread is chosen


async def by_mention(page: Any, desk: Desk, gap: Gap) -> None:
    await typed(page, "#thread-foot", "@ratchet kb-fix")
    thread = page.locator("#thread-list")
    await thread.get_by_text("Press to open the form").last.wait_for()
    await thread.get_by_role("button", name="Fix knowledge", exact=True).last.click()


async def typed(page: Any, where: str, text: str) -> None:
    box = page.locator(f"{where} textarea")
    await box.fill(text)
    await box.press("Enter")


# --- the story --------------------------------------------------------------------------------------------------------


async def asks(page: Any, desk: Desk, text: str) -> Any:
    """A customer writes; the thread when its card can be decided."""
    await desk.hands.do("messages", room="#escalations", integration="Hanna Vos", text=text)
    return await open_thread(page, text)


async def answered_by_hand(page: Any, thread: Any, gap: Gap) -> None:
    """The rep writes the answer that was missing, and sends it."""
    await thread.get_by_role("button", name="Write answer", exact=True).click()
    form = page.locator("[data-testid=modal]")
    await form.locator("textarea").fill(gap.answer)
    await form.locator("[data-testid=modal-submit]").click()
    await thread.get_by_text("Delivered to this thread").wait_for(timeout=SLOW)


async def shown(page: Any, door: Door, name: str, part: Any) -> None:
    """A picture of this part, once: the README shows the first door."""
    if door is by_the_offer:
        await picture(page, f"learn-{name}", part)


async def fix_form(page: Any) -> Any:
    form = page.locator("[data-testid=modal]")
    await form.get_by_text("What should have answered?").wait_for()
    return form


async def approved(page: Any, says: str) -> None:
    """Sue, a senior, approves the fix whose card says this."""
    await be(page, "Sue Okafor")
    card = page.locator("#list [data-testid=message]", has_text=says).last
    await card.get_by_role("button", name="Approve", exact=True).click()


@pytest.mark.parametrize(
    ("door", "gap"),
    [
        (by_the_offer, PRICES),
        (by_message_menu, COURSES),
        (by_link, EXCHANGE),
        (by_picker, CART),
        (by_mention, SHOWROOM),
    ],
)
async def test_a_gap_that_a_rep_fixes_is_answered_with_a_citation_from_then_on(
    desk: Desk, page: Any, door: Door, gap: Gap
) -> None:
    before = (await desk.app.desk.store.releases.live("knowledge")).number
    await page.click("[data-testid=room-escalations]")
    await be(page, "Ana Ruiz")
    thread = await asks(page, desk, gap.asked)
    assert "No article covers" in await thread.inner_text()
    await shown(page, door, "gap", page.locator("#thread"))
    await answered_by_hand(page, thread, gap)
    await shown(page, door, "offer", page.locator("#thread"))

    await door(page, desk, gap)
    form = await fix_form(page)
    assert gap.fact in await form.locator("textarea").first.input_value()
    await form.get_by_label("Title").fill(gap.title)
    await form.get_by_label("Owner").fill("@orders-leads")
    await shown(page, door, "fix", form)
    await form.locator("[data-testid=modal-submit]").click()
    card = page.locator("#list [data-testid=message]", has_text=f"A new article: {gap.title}")
    await card.wait_for()
    await approved(page, f"A new article: {gap.title}")
    await page.locator("#list").get_by_text(f"Live as knowledge v{before + 1}").last.wait_for(timeout=SLOW)
    assert "in the core set now" in await card.inner_text()
    await shown(page, door, "live", card)

    thread = await asks(page, desk, gap.again)
    text = await thread.inner_text()
    assert gap.fact in text
    assert gap.title in text
    assert f"knowledge v{before + 1}" in text
    await shown(page, door, "answered", page.locator("#thread"))
    proofs = [case for case in await desk.app.desk.store.cases.all() if case.question == gap.asked]
    assert [case.core for case in proofs] == [True]


async def test_a_later_fix_that_would_break_it_is_held(desk: Desk, page: Any) -> None:
    live = (await desk.app.desk.store.releases.live("knowledge")).number
    await page.click("[data-testid=room-escalations]")
    await be(page, "Ana Ruiz")
    thread = await asks(page, desk, "Where is your showroom, and can I try the machine there?")
    await typed(page, "#thread-foot", "@ratchet kb-fix")
    await thread.get_by_text("Press to open the form").last.wait_for()
    await thread.get_by_role("button", name="Fix knowledge", exact=True).last.click()
    form = await fix_form(page)
    text = form.locator("textarea").first
    if SHOWROOM.fact not in await text.input_value():
        await form.locator("select").first.select_option(label=SHOWROOM.title)
        await form.locator("[data-testid=modal-submit]").click()
        await form.get_by_text(SHOWROOM.fact).first.wait_for()
        form = await fix_form(page)
        text = form.locator("textarea").first
    await text.fill("Our showroom in Utrecht is being rebuilt and opens again in spring.")
    await form.locator("[data-testid=modal-submit]").click()
    await thread.get_by_text("It waits for somebody else's approval").last.wait_for()
    [fix] = await desk.app.desk.store.fixes.in_state(FixState.OPEN)
    assert fix.card is not None
    room = desk.sandbox.workspace.channels[fix.card.place.room].name
    await page.click(f"[data-testid=room-{room}]")
    await approved(page, f"A change: {SHOWROOM.title}")
    await page.locator("#list").get_by_text("of the core set").last.wait_for(timeout=SLOW)
    assert SHOWROOM.asked in await page.locator("#list").inner_text()
    await picture(page, "learn-held", page.locator("#list [data-testid=message]", has_text="of the core set").last)
    assert (await desk.app.desk.store.releases.live("knowledge")).number == live
