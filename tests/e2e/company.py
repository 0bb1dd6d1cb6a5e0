"""A small company in the sandbox, and a bot beside it, as the end-to-end tests use them."""

import asyncio
import base64
import contextlib
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.app.running import App, build
from bot.domain.chat import Place
from bot.domain.escalation import escalation_id
from bot.platforms.slack import EVENTS, SCOPES
from bot.ports import Clock
from bot.sandbox.remote import Json, Remote
from bot.sandbox.server import Sandbox
from bot.settings import CONTENT, Settings
from tests.embedders import MEANINGS
from tests.local import free_port, serving

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
        {"handle": "oncall", "users": ["sue", "bo"]},
    ],
    "channels": [
        {"name": "escalations"},
        {"name": "support-orders"},
        {"name": "support-billing"},
        {"name": "support-managers"},
        {"name": "partners", "shared": True},
        {"name": "random"},
    ],
    "commands": [{"command": f"/{name}", "description": name} for name in ("ratchet", "eval-case", "kb-fix", "oncall")],
    "shortcuts": [
        {"callback_id": "draft", "name": "Draft an answer", "type": "message"},
        {"callback_id": "eval-case", "name": "Make eval case", "type": "message"},
        {"callback_id": "kb-fix", "name": "Fix knowledge", "type": "message"},
    ],
    "scopes": sorted(SCOPES),
    "bot_events": sorted(EVENTS),
}


@contextlib.asynccontextmanager
async def sandbox_serving(
    bot_port: int, company: Json = COMPANY, *, clock: Callable[[], datetime] | None = None
) -> AsyncIterator[Sandbox]:
    """A sandbox with the company in it, whose bot is expected at the port."""
    port = free_port()
    sandbox = Sandbox(
        signing_secret=SIGNING_SECRET,
        bot_token=BOT_TOKEN,
        webhook_secret=WEBHOOK_SECRET,
        bot_url=f"http://127.0.0.1:{bot_port}",
        base_url=f"http://127.0.0.1:{port}",
        retry_delays=(0.0, 0.3, 0.6, 1.0, 2.0),
        clock=clock or (lambda: datetime.now(UTC)),
    )
    sandbox.seed(company)
    async with serving(sandbox.app(), port):
        yield sandbox


def settings_for(sandbox: Sandbox, folder: Path, bot_port: int, **more: Json) -> Settings:
    """The settings of a bot that works in this sandbox, and keeps its records in the folder."""
    sections: dict[str, Json] = {
        "core": {"data_dir": folder, "port": bot_port, "log_level": "warning"},
        "desk": {"burst_seconds": 0.0, "retry_seconds": (0.05, 0.1, 0.2)},
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
        "search": {"embedder": "static"},  # 5 s less at every start; the demo and the search tests run the default
        "webhook": {"secrets": (WEBHOOK_SECRET,), "reply_hosts": ("127.0.0.1",)},
    }
    for name, section in more.items():
        sections[name] = sections.get(name, {}) | section
    return Settings(**sections)


class MovedClock:
    """The machine's clock, moved when a test says so."""

    def __init__(self) -> None:
        self.moved = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.moved


class SetClock:
    """Tells the time that the test wrote down."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        return datetime.fromisoformat(self._file.read_text())


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

    async def card(self, room: str, ts: str, says: str = "", *, seconds: float = 30) -> Json:
        """The newest message of ours in the thread whose shown text has these words, as soon as there is one."""
        async with asyncio.timeout(seconds):
            while True:
                for message in reversed((await self.thread(room, ts))[1:]):
                    if says in words(message) and message.get("blocks"):
                        return message
                await asyncio.sleep(0.03)

    async def asked(self, text: str, *, as_: str = "gus", room: str = "#escalations", says: str = "Why") -> Json:
        """Let somebody write in the room; the card that the message gets, as soon as it says that.

        The default is a word of every card that can be decided: the label of a button.
        """
        wrote = await self.hands.do("messages", as_=as_, room=room, text=text)
        return await self.card(room, wrote["ts"], says)

    async def press(self, card: Json, button: str, *, as_: str = "ana") -> None:
        await self.hands.do("press", as_=as_, room=card["channel"], ts=card["ts"], action=button)

    async def form(self, card: Json, button: str, *, as_: str = "ana") -> Json:
        """The form that the button opens for this person."""
        await self.press(card, button, as_=as_)
        return await self.opened(as_)

    async def opened(self, as_: str) -> Json:
        """The form that this person has open, as soon as there is one."""

        async def top() -> Json | None:
            forms: list[Json] = (await self.hands.read("forms", as_=as_))["forms"]
            return forms[-1] if forms else None

        found: Json = await self.until(top)
        return found

    async def shows(self, card: Json, says: str, *, seconds: float = 30) -> Json:
        """The card as it stands when it says that."""

        async def now() -> Json | None:
            shown = await self.message(card)
            return shown if says in words(shown) else None

        found: Json = await self.until(now, seconds=seconds)
        return found

    async def message(self, card: Json) -> Json:
        """The message as it stands now."""
        thread = await self.thread(card["channel"], card.get("thread_ts") or card["ts"])
        return next(message for message in thread if message["ts"] == card["ts"])

    async def whisper(self, as_: str, says: str) -> str:
        """What only this person was told, as soon as they are told these words."""
        return words(await self.whispered(as_, says))

    async def whispered(self, as_: str, says: str) -> Json:
        """The message that only this person sees, as soon as one says these words."""

        async def told() -> Json | None:
            heard: list[Json] = (await self.hands.read("ephemerals", as_=as_))["messages"]
            return next((one for one in heard if says in words(one)), None)

        found: Json = await self.until(told)
        return found

    async def roots(self, room: str, says: str) -> list[Json]:
        """The messages of the room itself that say this."""
        shown = (await self.hands.read("messages", room=room))["messages"]
        return [message for message in shown if says in words(message) + message.get("text", "")]

    async def card_of(self, conversation_id: str, says: str = "Why") -> Json:
        """The card of a conversation that a customer's system handed over, in the thread that was begun for it."""

        async def place() -> Place | None:
            identity = escalation_id(self.app.desk.store.workspace, "webhook", conversation_id)
            return (await self.app.desk.store.escalations.get(identity)).place

        found: Place = await self.until(place)
        return await self.card(found.room, found.thread or "", says)

    async def quiet(self) -> None:
        """Return when the bot has done everything that it was asked to, and nothing more happens."""
        await self.hands.do("wait", seconds=10, quiet=0.5)

    async def customer_sends(self, key: str, data: Json, kind: str = "conversation.escalated") -> Json:
        """A signed delivery of a customer's system under this webhook id."""
        return await self.hands.do("customers/send", id=key, body={"type": kind, "data": data})

    async def until(self, condition: Callable[[], Any], *, seconds: float = 30) -> Any:
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


def conversation(identity: str, *texts: str, reply_url: str = "", **more: Any) -> Json:
    """A conversation as a customer's system hands it over, each message with an id of its own."""
    turns = [{"id": f"{identity}-{number}", "text": text} for number, text in enumerate(texts, 1)]
    data: Json = {"conversation_id": identity, "customer": {"id": "dana", "name": "Dana Customer"}, "turns": turns}
    return data | ({"reply_url": reply_url} if reply_url else {}) | more


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
async def company_at_work(
    folder: Path, *, company: Json = COMPANY, clock: Clock | None = None, **more: Json
) -> AsyncIterator[Desk]:
    """A sandbox and a bot with the sample knowledge, both running in this process."""
    bot_port = free_port()
    async with sandbox_serving(bot_port, company) as sandbox:
        app = await build(settings_for(sandbox, folder, bot_port, **more), clock=clock, meanings=MEANINGS)
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
