"""The page: safe by construction, and usable with a real browser where one is installed."""

import json
from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Sandbox
from tests.sandbox.conftest import Bot, Control

CHROMIUM = Path("/usr/bin/chromium")
HOSTILE = "<img src=x onerror=\"document.title='owned'\"> & <script>document.title='owned'</script>"


async def test_the_page_allows_no_script_but_its_own(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{sandbox.base_url}/sandbox") as response:
        policy, text = response.headers["Content-Security-Policy"], await response.text()
    assert "script-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert "<style" not in text and text.count("<script") == 1


def test_no_page_script_turns_text_into_markup() -> None:
    for script in resources.files("bot.sandbox").joinpath("page").iterdir():
        if script.name.endswith(".js"):
            source = script.read_text()
            assert not any(word in source for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval("))


async def test_a_permalink_leads_to_the_message(sandbox: Sandbox, client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel="#support", text="Root")
    reply = await client.chat_postMessage(channel="#support", text="Reply", thread_ts=root["ts"])
    link = (await client.chat_getPermalink(channel=root["channel"], message_ts=reply["ts"]))["permalink"]
    async with aiohttp.ClientSession() as session, session.get(link, allow_redirects=False) as response:
        place = f"/sandbox#/room/{root['channel']}/p{reply['ts'].replace('.', '')}/{root['ts']}"
        assert (response.status, response.headers["Location"]) == (302, place)


async def test_the_page_hears_of_every_change(sandbox: Sandbox, control: Control) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{sandbox.base_url}/sandbox/events") as stream:
        before = json.loads((await stream.content.readline()).removeprefix(b"data: "))["version"]
        await stream.content.readline()
        await control("messages", as_="ana", room="#quiet", text="News")
        assert json.loads((await stream.content.readline()).removeprefix(b"data: "))["version"] > before
        async with session.get(f"{sandbox.base_url}/sandbox/state", params={"as": "ben"}) as response:
            rooms = {room["name"]: room for room in (await response.json())["rooms"] if "name" in room}
    assert rooms["quiet"]["messages"][-1]["text"] == "News"


@pytest.fixture
async def page(sandbox: Sandbox) -> AsyncIterator[Any]:
    playwright = pytest.importorskip("playwright.async_api")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    async with playwright.async_playwright() as browsers:
        chromium = await browsers.chromium.launch(executable_path=str(CHROMIUM), args=flags)
        shown = await chromium.new_page(viewport={"width": 1280, "height": 800})
        problems: list[str] = []
        shown.on("pageerror", lambda error: problems.append(str(error)))
        await shown.goto(f"{sandbox.base_url}/sandbox")
        yield shown
        await chromium.close()
        assert problems == []


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium")
async def test_a_person_writes_presses_fills_in_and_sees(bot: Bot, client: AsyncWebClient, page: Any) -> None:
    bot.app.event("message")(_nothing)
    plain = {"type": "plain_text", "text": "Edit"}
    field = {"type": "plain_text_input", "action_id": "text"}
    view = {
        "type": "modal", "callback_id": "edit", "title": plain, "submit": plain,
        "blocks": [{"type": "input", "block_id": "reply", "label": plain, "element": field}],
    }  # fmt: skip

    @bot.app.action("edit")
    async def edit(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    @bot.app.view("edit")
    async def save(ack: Any, view: dict[str, Any], client: AsyncWebClient) -> None:
        text = view["state"]["values"]["reply"]["text"]["value"]
        await (ack(response_action="errors", errors={"reply": "Too short."}) if len(text) < 3 else ack())
        if len(text) >= 3:
            await client.chat_postMessage(channel="#support", text=f"Saved {text}")

    await page.click("[data-testid=room-support]")
    await page.fill("[data-testid=composer]", HOSTILE)
    await page.press("[data-testid=composer]", "Enter")
    await page.wait_for_selector("[data-testid=message]")
    assert HOSTILE in await page.inner_text("[data-testid=message]")
    assert await page.locator("#list img").count() == 0 and await page.title() == "Ratchet sandbox"

    blocks = [{"type": "actions", "elements": [{"type": "button", "action_id": "edit", "text": plain}]}]
    await client.chat_postMessage(channel="#support", text="Card", blocks=blocks)
    await page.click("[data-action-id=edit]")
    for text, expected in (("no", "Too short."), ("now", "Saved now")):
        await page.fill("[data-testid=modal] [data-action-id=text]", text)
        await page.click("[data-testid=modal-submit]")
        await page.wait_for_selector(f"text={expected}")


async def _nothing() -> None: ...
