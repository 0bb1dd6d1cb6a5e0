"""The Slack platform against the sandbox workspace: both real, over 127.0.0.1, nothing patched."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.chat import MessageRef, Stimulus, Toast
from bot.platforms.slack import SlackCalls, SlackPlatform, aiohttp_handler, build_bolt, who_am_i
from bot.ports import Answer
from bot.sandbox import Sandbox
from tests.local import free_port, serving

SECRET = "sandbox-signing-not-a-secret"
TOKEN = "xoxb-sandbox-not-a-secret"
COMPANY: dict[str, Any] = {
    "team": "Acme",
    "users": [{"name": "ana", "real_name": "Ana Ruiz"}, {"name": "ben", "real_name": "Ben Okafor"}],
    "groups": [{"handle": "leads", "name": "Leads", "users": ["ana"]}],
    "channels": [
        {"name": "support"},
        {"name": "quiet", "bot": False},
        {"name": "secret", "private": True, "bot": False},
        {"name": "old", "archived": True},
        {"name": "partner", "shared": True},
    ],
}


@dataclass
class FakeClock:
    """A clock that only moves when told."""

    at: datetime = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def pass_by(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class MemoryOutbox:
    """Remembers like the real one, in memory."""

    begun: set[str] = field(default_factory=set)
    finished: dict[str, MessageRef] = field(default_factory=dict)

    async def begin(self, key: str) -> MessageRef | bool:
        if key in self.finished:
            return self.finished[key]
        known = key in self.begun
        self.begun.add(key)
        return known

    async def done(self, key: str, message: MessageRef) -> None:
        self.finished[key] = message


@dataclass
class ListeningIntake:
    """Keeps what it is handed and answers what the test says."""

    heard: list[Stimulus] = field(default_factory=list)
    answers: Callable[[Stimulus], Answer] = lambda stimulus: Toast("Done.")
    urgent: Callable[[Stimulus], bool] = lambda stimulus: False
    failures: int = 0
    seconds: float = 0.0

    def immediate(self, stimulus: Stimulus) -> bool:
        return self.urgent(stimulus)

    async def accept(self, stimulus: Stimulus) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("disk full")
        self.heard.append(stimulus)

    async def answer(self, stimulus: Stimulus) -> Answer:
        self.heard.append(stimulus)
        await asyncio.sleep(self.seconds)
        return self.answers(stimulus)


@pytest.fixture
def bot_port() -> int:
    return free_port()


@pytest.fixture
async def sandbox(bot_port: int) -> AsyncIterator[Sandbox]:
    port = free_port()
    made = Sandbox(
        signing_secret=SECRET,
        bot_token=TOKEN,
        webhook_secret="whsec_" + base64.b64encode(b"sandbox-webhook-not-a-secret").decode(),
        bot_url=f"http://127.0.0.1:{bot_port}",
        base_url=f"http://127.0.0.1:{port}",
        retry_delays=(0.0, 0.01, 0.02),
        ack_seconds=2.0,
    )
    made.seed(COMPANY)
    async with serving(made.app(), port):
        yield made


@pytest.fixture
def client(sandbox: Sandbox) -> AsyncWebClient:
    return AsyncWebClient(token=TOKEN, base_url=f"{sandbox.base_url}/api/")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def outbox() -> MemoryOutbox:
    return MemoryOutbox()


@pytest.fixture
def calls(client: AsyncWebClient) -> SlackCalls:
    return SlackCalls(client, patience=5.0, pause=0.001)


@pytest.fixture
async def slack(client: AsyncWebClient, outbox: MemoryOutbox, clock: FakeClock, calls: SlackCalls) -> SlackPlatform:
    return SlackPlatform(client, outbox, clock, own=await who_am_i(client), calls=calls, per_second=0)


@pytest.fixture
def intake() -> ListeningIntake:
    return ListeningIntake()


@pytest.fixture
async def bot(
    client: AsyncWebClient, slack: SlackPlatform, intake: ListeningIntake, bot_port: int
) -> AsyncIterator[None]:
    application = web.Application()
    application.router.add_post("/slack/events", aiohttp_handler(build_bolt(client, SECRET, intake, slack), SECRET))
    async with serving(application, bot_port):
        yield
        await slack.close()
