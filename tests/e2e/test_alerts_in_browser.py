"""The card of an alert in each of its states as the on-call room sees it, in a real browser, light and dark.

With RATCHET_SCREENSHOTS=<folder> pictures are taken on the way.
"""

from pathlib import Path

import pytest

from tests.e2e.alerting import watched_company
from tests.e2e.browsing import IN_A_BROWSER, page_at, picture

pytestmark = [*IN_A_BROWSER, pytest.mark.timeout(240)]


@pytest.mark.parametrize("looks", ["light", "dark"])
async def test_an_alert_is_read_at_a_glance_in_each_of_its_states(tmp_path: Path, looks: str) -> None:
    async with watched_company(tmp_path) as company, page_at(f"{company.desk.sandbox.base_url}/sandbox") as page:
        await page.emulate_media(color_scheme=looks)
        await page.click("[data-testid=room-support-managers]")
        await company.asked(14)
        while not await company.alerts():
            await company.ring()
        card = await company.card("Spike: conversations about delivery status")
        message = page.locator("#list [data-testid=message]", has_text="conversations about delivery status").first

        async def shows(says: str, name: str) -> None:
            await message.get_by_text(says).first.wait_for(timeout=60_000)
            await page.wait_for_timeout(700)
            await picture(page, f"alert-{name}-{looks}", message)

        await message.locator("img").first.wait_for(timeout=60_000)
        await shows("Paged once", "open")
        await company.desk.press(card, "Open incident", as_="sue")
        await shows("is worked on in", "incident")
        await company.desk.press(card, "Acknowledge", as_="bo")
        await shows("is looking at it", "taken")
        await company.live(hours=6)
        await shows("It lasted", "over")
        await company.desk.press(card, "False alarm", as_="ana")
        await shows("2 times as rare as usual", "false")
        await picture(page, f"alert-room-{looks}")
