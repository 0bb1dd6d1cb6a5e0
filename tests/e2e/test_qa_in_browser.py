"""The weekly sample as a rep sees it, in a real browser, light and dark.

With RATCHET_SCREENSHOTS=<folder> pictures are taken on the way.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.calendar import Week, time_zone
from tests.e2e.browsing import IN_A_BROWSER, be, page_at, picture
from tests.e2e.company import COMPANY, MovedClock, company_at_work
from tests.e2e.test_qa import ASKED, DRAW, POINTS

pytestmark = [*IN_A_BROWSER, pytest.mark.timeout(180)]
ROOMS = {**COMPANY, "channels": [*COMPANY["channels"], {"name": "qa"}]}
QUALITY = {"room": "#qa", "schedule": "mon 09:00", "double": 1.0, "failures": 2}


@pytest.mark.parametrize("looks", ["light", "dark"])
async def test_a_rep_scores_one_answer_after_the_other_by_the_form_alone(tmp_path: Path, looks: str) -> None:
    clock = MovedClock()
    async with company_at_work(tmp_path, company=ROOMS, clock=clock, quality=QUALITY) as desk:
        await desk.app.jobs[DRAW]()
        for question in ASKED:
            await desk.press(await desk.asked(question), "Approve", as_="sue")
        await desk.quiet()
        clock.moved = Week.of(clock.now(), time_zone("UTC")).end - clock.now() + timedelta(hours=9, minutes=1)
        await desk.app.jobs[DRAW]()
        await desk.quiet()
        async with page_at(f"{desk.sandbox.base_url}/sandbox") as page:
            await page.emulate_media(color_scheme=looks)
            await be(page, "Ana Ruiz")
            await page.click("[data-testid=room-qa]")
            await page.get_by_text("Score one", exact=True).last.wait_for()
            await picture(page, f"qa-card-{looks}")
            await page.get_by_text("Score one", exact=True).last.click()
            form = page.locator("[data-testid=modal]")
            for at in range(len(ASKED)):
                await form.get_by_text(f"{at} of 3 scored").first.wait_for()
                await picture(page, f"qa-form-{at}-{looks}")
                for label in POINTS.values():
                    await form.get_by_text(label).first.wait_for()
                for radio in await form.get_by_role("radio", name="Partly" if at == 0 else "Yes", exact=True).all():
                    await radio.check()
                await picture(page, f"qa-filled-{at}-{looks}")
                await form.get_by_text("Save, next one", exact=True).click()
            await form.get_by_text("Nothing is left for you").first.wait_for()
            await picture(page, f"qa-ended-{looks}")
