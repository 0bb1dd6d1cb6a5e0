"""A rep at work in a real browser: sees, reads, asks why, edits, approves, rejects.

With RATCHET_SCREENSHOTS=<folder> the pictures of the README are taken on the way.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.browsing import IN_A_BROWSER, be, open_thread, page_at, picture
from tests.e2e.company import Desk, company_at_work

pytestmark = IN_A_BROWSER


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with company_at_work(tmp_path) as running:
        yield running


@pytest.fixture
async def page(desk: Desk) -> AsyncIterator[Any]:
    async with page_at(f"{desk.sandbox.base_url}/sandbox") as shown:
        yield shown


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
