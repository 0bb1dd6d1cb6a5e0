"""The deployment of several processes: web, worker and clock on PostgreSQL, as the Procfile starts them."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox.remote import Remote
from bot.settings import CONTENT
from tests.databases import Server
from tests.e2e.company import BOT_TOKEN, SIGNING_SECRET, WEBHOOK_SECRET, sandbox_serving, words
from tests.local import free_port

RATCHET = str(Path(sys.executable).parent / "ratchet")


@contextlib.contextmanager
def running(role: str, environment: dict[str, str], log: Path) -> Iterator[None]:
    """One `ratchet serve` of the role, stopped by its own handle."""
    with log.open("ab") as errors:
        process = subprocess.Popen([RATCHET, "serve", "--role", role], env=environment, stderr=errors)
        try:
            yield
        finally:
            process.terminate()
            process.wait(20)


async def ready(port: int) -> None:
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.1)


@pytest.mark.slow
@pytest.mark.postgres
async def test_web_worker_and_clock_share_the_work_on_postgresql(postgres: Server, tmp_path: Path) -> None:
    port = free_port()
    log = tmp_path / "log"
    async with sandbox_serving(port) as sandbox, Remote(sandbox.base_url) as hands:
        environment = os.environ | {
            "RATCHET_DATABASE_URL": postgres.new_database(),
            "RATCHET_PORT": str(port),
            "RATCHET_DESK_BURST_SECONDS": "0",
            "RATCHET_SLACK_BOT_TOKEN": BOT_TOKEN,
            "RATCHET_SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "RATCHET_SLACK_BASE_URL": f"{sandbox.base_url}/api/",
            "RATCHET_SLACK_ROOMS": "#escalations",
            "RATCHET_SLACK_REPS": "@reps",
            "RATCHET_WEBHOOK_SECRETS": WEBHOOK_SECRET,
        }
        for command in (["db", "upgrade"], ["kb", "import", str(CONTENT / "articles")]):
            done = await asyncio.to_thread(
                subprocess.run, [RATCHET, *command], env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
        with (
            running("web", environment, log),
            running("worker", environment, log),
            running("clock", environment, log),
        ):
            await ready(port)
            asked = await hands.do(
                "messages", as_="gus", room="#escalations", text="How long does a card refund take to arrive?"
            )
            await hands.do("wait", room="#escalations", thread=asked["ts"], contains="knowledge v", seconds=30)
            thread = (await hands.read("messages", room="#escalations", thread=asked["ts"]))["messages"]
            assert len(thread) == 2
            assert "working days" in words(thread[1])
            await hands.do("press", as_="ana", room="#escalations", ts=thread[1]["ts"], action="Approve")
            await hands.do("wait", room="#escalations", thread=asked["ts"], contains="Delivered to", seconds=30)
    assert "Traceback" not in log.read_text()
