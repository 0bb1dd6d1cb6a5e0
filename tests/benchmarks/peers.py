"""The processes that a benchmark runs against: `python -m tests.benchmarks.peers bot|bare|sandbox ...`."""

import asyncio
import sys
from pathlib import Path

from tests.e2e.company import BOT_TOKEN, COMPANY, SIGNING_SECRET, WEBHOOK_SECRET, settings_for
from tests.local import serving


async def bot(port: int, sandbox_url: str, folder: str) -> None:
    """The whole product with the sample knowledge, working in the sandbox."""
    from bot.app.running import build
    from bot.sandbox.server import Sandbox
    from bot.settings import CONTENT

    stand_in = Sandbox(
        signing_secret=SIGNING_SECRET,
        bot_token=BOT_TOKEN,
        webhook_secret=WEBHOOK_SECRET,
        bot_url=f"http://127.0.0.1:{port}",
        base_url=sandbox_url,
    )  # never served here: only its address is read
    app = await build(settings_for(stand_in, Path(folder), port))
    await app.library.import_folder(CONTENT / "articles")
    await app.start()
    await app.warm()
    if app.server is None:
        raise RuntimeError("the bot has no server")
    async with serving(app.server, port):
        await until_told()
    await app.close()


async def bare(port: int, sandbox_url: str, _: str) -> None:
    """A slack-bolt app that acknowledges and does nothing else."""
    from aiohttp import web
    from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
    from slack_bolt.async_app import AsyncAck, AsyncApp
    from slack_sdk.web.async_client import AsyncWebClient

    client = AsyncWebClient(token=BOT_TOKEN, base_url=f"{sandbox_url}/api/")
    application = AsyncApp(client=client, signing_secret=SIGNING_SECRET)

    @application.event("message")
    async def acknowledge(ack: AsyncAck) -> None:
        await ack()

    async def deliver(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await application.async_dispatch(await to_bolt_request(request)))

    server = web.Application()
    server.router.add_post("/slack/events", deliver)
    async with serving(server, port):
        await until_told()


async def sandbox(port: int, bot_url: str, _: str) -> None:
    """The stand-in for Slack."""
    from bot.sandbox.server import Sandbox

    made = Sandbox(
        signing_secret=SIGNING_SECRET,
        bot_token=BOT_TOKEN,
        webhook_secret=WEBHOOK_SECRET,
        bot_url=bot_url,
        base_url=f"http://127.0.0.1:{port}",
    )
    made.seed(COMPANY)
    async with serving(made.app(), port):
        await until_told()


async def until_told() -> None:
    """Say that we are ready, then serve until standard input closes."""
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    role, port, other, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
    asyncio.run({"bot": bot, "bare": bare, "sandbox": sandbox}[role](port, other, folder))
