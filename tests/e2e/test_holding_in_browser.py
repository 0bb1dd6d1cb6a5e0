"""A holding reply as a senior sees it, in a real browser, light and dark.

With RATCHET_SCREENSHOTS=<folder> pictures are taken on the way.
"""

from pathlib import Path

import pytest

from tests.e2e.alerting import watched_company
from tests.e2e.browsing import IN_A_BROWSER, be, page_at, picture
from tests.e2e.test_holding import propose, spike

pytestmark = [*IN_A_BROWSER, pytest.mark.timeout(180)]


@pytest.mark.parametrize("looks", ["light", "dark"])
async def test_whoever_approves_sees_what_goes_to_whom(tmp_path: Path, looks: str) -> None:
    async with watched_company(tmp_path) as company:
        alert = await spike(company)
        card = await propose(company, alert)
        async with page_at(f"{company.desk.sandbox.base_url}/sandbox") as page:
            await page.emulate_media(color_scheme=looks)
            await be(page, "Sue Okafor")
            await page.click("[data-testid=room-support-managers]")
            message = page.locator("#list [data-testid=message]", has_text="Propose a holding reply").last
            await message.get_by_role("button", name="replies").first.click()
            thread = page.locator("#thread-list")
            await thread.get_by_text("Approve for all", exact=True).first.wait_for()
            await picture(page, f"holding-{looks}")
            await company.desk.press(card, "Approve for all", as_="sue")
            await thread.get_by_text("Sent to 14").first.wait_for(timeout=30_000)
            await picture(page, f"held-{looks}")
