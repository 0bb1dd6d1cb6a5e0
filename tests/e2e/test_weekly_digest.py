"""The real digest on its schedule: one a week from three processes, over a kill in the middle and days down."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from bot.cards.digest import digest_cards
from bot.cards.elements import Picture
from bot.sandbox.remote import Json, Remote
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from bot.storage.store import open_store
from evals.digest.charts import charts
from tests.databases import DATABASES
from tests.e2e.company import sandbox_serving, settings_for, words
from tests.e2e.test_slots import NAMES, Deployment, engine_url, until
from tests.local import free_port
from tests.unit.cards.digest_samples import RICH

__all__ = ["engine_url"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROOM = "#support-managers"
CARDS = len(digest_cards(RICH, {chart.name: Picture("F1", "") for chart in charts(RICH)}))


async def _keep_the_rich_week(url: str, workspace: str) -> None:
    """Let what the week showed be known, so that its digest is long enough to be killed in the midst of it."""
    await asyncio.to_thread(upgrade, url)
    engine = create_engine(url)
    await open_store(engine, workspace).digests.keep(RICH)
    await engine.close()


@pytest.mark.parametrize("engine_url", DATABASES, indirect=True)
async def test_each_week_gets_one_digest_over_a_kill_in_the_middle_and_three_days_down(
    engine_url: str, tmp_path: Path
) -> None:
    port = free_port()
    async with sandbox_serving(port) as sandbox, Remote(sandbox.base_url) as hands:
        core = settings_for(sandbox, tmp_path, port, core={"database_url": engine_url}).core
        await _keep_the_rich_week(core.store_url, core.workspace)
        deployment = Deployment(tmp_path, engine_url, hands, sandbox.base_url, port, "weekly digest")
        deployment.time("2026-11-22T12:00")

        async def roots() -> list[Json]:
            shown: list[Json] = (await hands.read("messages", room=ROOM))["messages"]
            return [message for message in shown if "The week of" in words(message)]

        async def thread(root: Json) -> list[Json]:
            read: list[Json] = (await hands.read("messages", room=ROOM, thread=root["ts"]))["messages"]
            return read

        async def has_root(count: int) -> bool:
            return len(await roots()) >= count

        async def is_whole() -> bool:
            return len(await thread((await roots())[0])) >= CARDS

        async with deployment.running(*NAMES) as processes:
            await asyncio.sleep(1)
            sandbox.faults.plan({"method": "files.getUploadURLExternal", "status": 503, "times": 1_000})
            deployment.time("2026-11-23T07:00:30")  # 08:00 in Berlin
            await until(lambda: has_root(1), seconds=60)
            victim = await deployment.who_began(1)
            processes[victim].kill()  # its first page is posted, its pictures are not
            sandbox.faults.clear()
            with deployment.process(victim):
                await deployment.up(victim)
                await until(is_whole, seconds=60)
                await asyncio.sleep(1)
        [root] = await roots()
        whole = await thread(root)
        assert len(whole) == CARDS
        assert "Late" not in words(root)
        assert sum(block["type"] == "image" for message in whole for block in message["blocks"]) == len(charts(RICH))

        deployment.time("2026-12-03T07:00")  # nobody was there since Monday the 30th
        async with deployment.running(*NAMES):
            await until(lambda: has_root(2), seconds=60)
            await asyncio.sleep(1)
        _, second = await roots()
        assert "The week of 23–29 November 2026" in words(second)
        assert "Late." in words(second)
    assert Counter(slot for slot, _ in deployment.runs()) == {
        "2026-11-23T07:00+00:00": 2,  # whoever was killed began it, and again afterwards
        "2026-11-30T07:00+00:00": 1,
    }
    assert "Traceback" not in (tmp_path / "log").read_text()
