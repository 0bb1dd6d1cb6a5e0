"""A running sandbox, and a real bolt app on aiohttp as its peer: everything goes over 127.0.0.1, nothing is patched."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Sandbox
from tests.local import free_port, serving

SIGNING_SECRET = "sandbox-signing-not-a-secret"
BOT_TOKEN = "xoxb-sandbox-not-a-secret"
WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"sandbox-webhook-not-a-secret").decode()

COMPANY: dict[str, Any] = {
    "team": "Acme",
    "users": [
        {"name": "ana", "real_name": "Ana Ruiz", "email": "ana@acme.example", "title": "Support lead"},
        {"name": "ben", "real_name": "Ben Okafor", "email": "ben@acme.example"},
    ],
    "groups": [{"handle": "leads", "name": "Leads", "users": ["ana"]}],
    "channels": [
        {"name": "support"},
        {"name": "quiet", "bot": False},
        {"name": "secret", "private": True, "bot": False},
        {"name": "old", "archived": True},
        {"name": "partner", "shared": True},
    ],
    "commands": [{"command": "/eval-case", "description": "Make an eval case"}],
    "shortcuts": [{"callback_id": "eval_case", "name": "Make an eval case", "type": "message"}],
}


@dataclass
class FakeClock:
    """A clock that goes with the real one and can be moved on."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Bot:
    """The peer: a bolt app, and everything it was sent."""

    app: AsyncApp
    client: AsyncWebClient
    url: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    refuse: list[int] = field(default_factory=list)  # statuses to answer with before bolt sees anything
    slow: list[float] = field(default_factory=list)  # seconds to let each request wait

    async def answer(self, request: web.Request) -> web.Response:
        self.requests.append({"headers": dict(request.headers), "body": await request.text()})
        await asyncio.sleep(self.slow.pop(0) if self.slow else 0)
        if self.refuse:
            return web.Response(status=self.refuse.pop(0))
        return await to_aiohttp_response(await self.app.async_dispatch(await to_bolt_request(request)))


Control = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    port, sandbox_port = free_port(), free_port()
    client = AsyncWebClient(token=BOT_TOKEN, base_url=f"http://127.0.0.1:{sandbox_port}/api/", retry_handlers=[])
    peer = Bot(AsyncApp(client=client, signing_secret=SIGNING_SECRET), client, f"http://127.0.0.1:{port}")
    application = web.Application()
    application.router.add_post("/slack/events", peer.answer)
    async with serving(application, port):
        yield peer


@pytest.fixture
async def sandbox(bot: Bot, clock: FakeClock) -> AsyncIterator[Sandbox]:
    base_url = str(bot.client.base_url).removesuffix("/api/")
    made = Sandbox(
        signing_secret=SIGNING_SECRET,
        bot_token=BOT_TOKEN,
        webhook_secret=WEBHOOK_SECRET,
        bot_url=bot.url,
        base_url=base_url,
        clock=clock,
        retry_delays=(0.0, 0.01, 0.02),
        ack_seconds=0.5,
    )
    made.seed(COMPANY)
    async with serving(made.app(), int(base_url.rsplit(":", 1)[1])):
        yield made


@pytest.fixture
def client(sandbox: Sandbox, bot: Bot) -> AsyncWebClient:
    """What the bot talks to Slack with."""
    return bot.client


@pytest.fixture
async def control(sandbox: Sandbox) -> AsyncIterator[Control]:
    """Call the control API: `await control("press", **{"as": "ana"}, room="#support")`; `get=True` reads."""
    async with aiohttp.ClientSession() as session:

        async def call(path: str, *, get: bool = False, expect: int = 200, **asked: Any) -> dict[str, Any]:
            url = f"{sandbox.base_url}/sandbox/control/{path}"
            asked = {name.rstrip("_"): value for name, value in asked.items()}
            request = session.get(url, params=asked) if get else session.post(url, json=asked)
            async with request as response:
                answer: dict[str, Any] = await response.json()
                assert response.status == expect, answer
                return answer

        yield call
