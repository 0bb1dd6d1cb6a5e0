"""A headless Chromium before the sandbox's page, and what a person's hands do there."""

import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
IN_A_BROWSER = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium: apt-get install chromium"),
]


@contextlib.asynccontextmanager
async def page_at(url: str) -> AsyncIterator[Any]:
    """A page of a fresh browser; an error in its script fails the test."""
    from playwright.async_api import async_playwright

    async with async_playwright() as browsers:
        chromium = await browsers.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        shown = await chromium.new_page(viewport={"width": 1440, "height": 960})
        problems: list[str] = []
        shown.on("pageerror", lambda error: problems.append(str(error)))
        await shown.goto(url)
        yield shown
        await chromium.close()
        assert problems == []


async def picture(page: Any, name: str, of: Any = None) -> None:
    """Keep a picture of the page, or of a part of it, in the folder RATCHET_SCREENSHOTS if there is one."""
    folder = os.environ.get("RATCHET_SCREENSHOTS")
    if folder:
        await page.mouse.move(0, 0)  # what is pointed at shows its menu
        await page.wait_for_timeout(300)
        await (of or page).screenshot(path=str(Path(folder) / f"{name}.png"))


async def be(page: Any, name: str) -> None:
    """Look at the workspace as this person."""
    await page.select_option("[data-testid=viewer]", label=name)


async def open_thread(page: Any, words: str) -> Any:
    """Open the thread under the message that has these words, and give it when a card in it can be decided."""
    message = page.locator("#list [data-testid=message]", has_text=words).last
    await message.wait_for()
    await message.get_by_role("button", name="repl").first.click()
    thread = page.locator("#thread-list")
    ready = thread.get_by_text("Approve", exact=True).or_(thread.get_by_text("Write answer", exact=True))
    await ready.first.wait_for(timeout=30_000)
    return thread
