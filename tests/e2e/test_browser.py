"""A rep at work in a real browser: sees, reads, asks why, edits, approves, rejects.

With RATCHET_SCREENSHOTS=<folder> the pictures of the README are taken on the way.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.company import Desk, company_at_work

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium: apt-get install chromium"),
]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with company_at_work(tmp_path) as running:
        yield running


@pytest.fixture
async def page(desk: Desk) -> AsyncIterator[Any]:
    from playwright.async_api import async_playwright

    async with async_playwright() as browsers:
        chromium = await browsers.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        shown = await chromium.new_page(viewport={"width": 1440, "height": 960})
        problems: list[str] = []
        shown.on("pageerror", lambda error: problems.append(str(error)))
        await shown.goto(f"{desk.sandbox.base_url}/sandbox")
        yield shown
        await chromium.close()
        assert problems == []


async def picture(page: Any, name: str) -> None:
    folder = os.environ.get("RATCHET_SCREENSHOTS")
    if folder:
        await page.wait_for_timeout(300)
        await page.screenshot(path=str(Path(folder) / f"{name}.png"))


async def be(page: Any, name: str) -> None:
    """Look at the workspace as this person."""
    await page.select_option("[data-testid=viewer]", label=name)


async def open_thread(page: Any, words: str) -> None:
    """Open the thread under the message that has these words."""
    message = page.locator("#list [data-testid=message]", has_text=words).first
    await message.wait_for()
    await message.get_by_role("button", name="repl").first.click()
    await (
        page.locator("#thread-list")
        .get_by_text("Approve", exact=True)
        .or_(page.locator("#thread-list").get_by_text("Write answer", exact=True))
        .first.wait_for(timeout=15_000)
    )


async def test_a_rep_reads_edits_approves_and_rejects(desk: Desk, page: Any) -> None:
    await page.click("[data-testid=room-escalations]")
    await be(page, "Ana Ruiz")
    await desk.hands.do(
        "messages",
        room="#escalations",
        integration="Hanna Vos",
        text="Hi! How long does a card refund take to arrive? My order is FH-1042391.",
    )
    await open_thread(page, "FH-1042391")
    thread = page.locator("#thread-list")
    assert "5 to 7 working days" in await thread.inner_text()
    await picture(page, "card")

    await thread.get_by_role("button", name="Why", exact=True).click()
    why = page.locator("[data-testid=modal]")
    await why.get_by_text("Passages, best first").wait_for()
    await picture(page, "why")
    await why.get_by_role("button", name="Close").first.click()

    await thread.get_by_role("button", name="Edit", exact=True).click()
    form = page.locator("[data-testid=modal]")
    await form.locator("textarea").fill("A card refund takes 5 to 7 working days after we issue it.")
    await picture(page, "edit")
    await form.locator("[data-testid=modal-submit]").click()
    await thread.get_by_text("Edited and approved").wait_for(timeout=15_000)
    await thread.get_by_text("Delivered to this thread").wait_for(timeout=15_000)
    await picture(page, "delivered")

    await desk.hands.do(
        "messages", room="#escalations", integration="Pim Castel", text="How long can I pause my refill subscription?"
    )
    await open_thread(page, "pause my refill")
    await thread.get_by_role("button", name="Reject", exact=True).click()
    form = page.locator("[data-testid=modal]")
    await form.locator("select").first.select_option(label="Stale policy")
    await form.locator("textarea").fill("The pause got longer this autumn.")
    await picture(page, "reject")
    await form.locator("[data-testid=modal-submit]").click()
    await thread.get_by_text("Stale policy").wait_for(timeout=15_000)
    assert "The pause got longer this autumn." in await thread.inner_text()

    await page.click("[data-testid=app]")
    await page.get_by_text("What you decided today").wait_for(timeout=15_000)
    await picture(page, "home")
