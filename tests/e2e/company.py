"""A small company in the sandbox, and a bot beside it, as the end-to-end tests use them."""

import asyncio
import base64
import contextlib
import hashlib
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.app import App, build
from bot.platforms.slack import EVENTS, SCOPES
from bot.sandbox.remote import Json, Remote
from bot.sandbox.server import Sandbox
from bot.settings import CONTENT, Settings

SIGNING_SECRET = "sandbox-signing-secret-not-a-secret"
BOT_TOKEN = "xoxb-sandbox-not-a-secret"
WEBHOOK_SECRET = "whsec_" + base64.b64encode(hashlib.sha256(b"not a secret").digest()).decode()

COMPANY: Json = {
    "team": "Fernhill",
    "users": [
        {"name": "ana", "real_name": "Ana Ruiz"},
        {"name": "bo", "real_name": "Bo Larsen"},
        {"name": "sue", "real_name": "Sue Okafor"},
        {"name": "mae", "real_name": "Mae Lind"},
        {"name": "gus", "real_name": "Gus Outsider"},
    ],
    "groups": [
        {"handle": "reps", "users": ["ana", "bo"]},
        {"handle": "seniors", "users": ["sue"]},
        {"handle": "managers", "users": ["mae"]},
    ],
    "channels": [
        {"name": "escalations"},
        {"name": "support-orders"},
        {"name": "support-billing"},
        {"name": "support-managers"},
        {"name": "partners", "shared": True},
        {"name": "random"},
    ],
    "commands": [{"command": "/ratchet", "description": "help", "usage_hint": "help"}],
    "shortcuts": [{"callback_id": "draft", "name": "Draft an answer", "type": "message"}],
    "scopes": sorted(SCOPES),
    "bot_events": sorted(EVENTS),
}


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.asynccontextmanager
async def serving(application: web.Application, port: int) -> AsyncIterator[None]:
    """Serve the application on the port while entered."""
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def sandbox_serving(bot_port: int, company: Json = COMPANY) -> AsyncIterator[Sandbox]:
    """A sandbox with the company in it, whose bot is expected at the port."""
    port = free_port()
    sandbox = Sandbox(
        signing_secret=SIGNING_SECRET,
        bot_token=BOT_TOKEN,
        webhook_secret=WEBHOOK_SECRET,
        bot_url=f"http://127.0.0.1:{bot_port}",
        base_url=f"http://127.0.0.1:{port}",
        retry_delays=(0.0, 0.3, 0.6, 1.0, 2.0),
    )
    sandbox.seed(company)
    async with serving(sandbox.app(), port):
        yield sandbox


def settings_for(sandbox: Sandbox, folder: Path, bot_port: int, **more: Json) -> Settings:
    """The settings of a bot that works in this sandbox, and keeps its records in the folder."""
    sections: dict[str, Json] = {
        "core": {"data_dir": folder, "port": bot_port, "log_level": "warning"},
        "desk": {"burst_seconds": 0.0},
        "slack": {
            "bot_token": BOT_TOKEN,
            "signing_secret": SIGNING_SECRET,
            "base_url": f"{sandbox.base_url}/api/",
            "rooms": ("#escalations", "#partners"),
            "home_room": "#escalations",
            "reps": ("@reps",),
            "seniors": ("@seniors",),
            "managers": ("@managers",),
            "pace_seconds": 0.0,
        },
        "webhook": {"secrets": (WEBHOOK_SECRET,), "reply_hosts": ("127.0.0.1",)},
    }
    for name, section in more.items():
        sections[name] = sections.get(name, {}) | section
    return Settings(**sections)


@dataclass
class Desk:
    """A company at work: the sandbox, the hands that use it, and the bot."""

    sandbox: Sandbox
    hands: Remote
    app: App
    bot_url: str

    async def thread(self, room: str, ts: str) -> list[Json]:
        found = await self.hands.read("messages", room=room, thread=ts)
        messages: list[Json] = found["messages"]
        return messages

    async def card(self, room: str, ts: str, says: str = "", *, seconds: float = 10) -> Json:
        """The newest message of ours in the thread whose shown text has these words, as soon as there is one."""
        async with asyncio.timeout(seconds):
            while True:
                for message in reversed((await self.thread(room, ts))[1:]):
                    if says in words(message) and message.get("blocks"):
                        return message
                await asyncio.sleep(0.03)

    async def until(self, condition: Callable[[], Any], *, seconds: float = 10) -> Any:
        """What the condition gives, as soon as it is something."""
        async with asyncio.timeout(seconds):
            while True:
                found = condition()
                if asyncio.iscoroutine(found):
                    found = await found
                if found:
                    return found
                await asyncio.sleep(0.03)


def words(message: Json) -> str:
    """All text that a message shows, blocks included."""
    texts: list[str] = []

    def collect(value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key in ("text", "alt_text", "name") and isinstance(inner, str):
                    texts.append(inner)
                else:
                    collect(inner)
        elif isinstance(value, list):
            for inner in value:
                collect(inner)

    collect(message.get("blocks") or message)
    return " ".join(texts)


def buttons(message: Json) -> list[str]:
    """The labels of the buttons that a message shows."""
    return [
        element["text"]["text"]
        for block in message.get("blocks") or []
        if block["type"] == "actions"
        for element in block["elements"]
        if element["type"] == "button"
    ]


@contextlib.asynccontextmanager
async def company_at_work(folder: Path, *, company: Json = COMPANY, **more: Json) -> AsyncIterator[Desk]:
    """A sandbox and a bot with the sample knowledge, both running in this process."""
    bot_port = free_port()
    async with sandbox_serving(bot_port, company) as sandbox:
        app = await build(settings_for(sandbox, folder, bot_port, **more))
        try:
            await app.library.import_folder(CONTENT / "articles")
            await app.start()
            await app.warm()
            if app.server is None:
                raise RuntimeError("the bot has no server")
            async with serving(app.server, bot_port), Remote(sandbox.base_url) as hands:
                yield Desk(sandbox, hands, app, f"http://127.0.0.1:{bot_port}")
        finally:
            await app.close()
