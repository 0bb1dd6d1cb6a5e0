"""Slack as the contract sees it: the real adapter and Bolt against the sandbox, over 127.0.0.1."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.elements import Button
from bot.domain.chat import Click, MessageRef, Person, Place, Role, Submission
from bot.platforms.slack import (
    EVENTS,
    SCOPES,
    SlackCalls,
    SlackPeople,
    SlackPlatform,
    aiohttp_handler,
    build_bolt,
    who_am_i,
)
from bot.sandbox import Sandbox
from bot.sandbox.model import Message
from bot.sandbox.remote import Refusal, Remote
from tests.contracts.workplace import COLLEAGUES, GUEST, ROLES, STRANGER, Shown, Workplace, email_of
from tests.local import free_port, serving
from tests.unit.platforms.conftest import SECRET, TOKEN, FakeClock, ListeningIntake, MemoryOutbox

PEOPLE = COLLEAGUES | {GUEST: "Pia Partner", STRANGER: "Tom Elsewhere"}
COMPANY: dict[str, Any] = {
    "team": "Fernhill",
    "users": [{"name": name, "real_name": real, "email": email_of(name)} for name, real in PEOPLE.items()],
    "groups": [{"handle": handle, "users": list(listed)} for handle, listed in ROLES.items()],
    "channels": [
        {"name": "escalations"},
        {"name": "board", "private": True, "members": ["ana"]},
        {"name": "elsewhere", "bot": False},
    ],
    "scopes": sorted(SCOPES),
    "bot_events": sorted(EVENTS),
}


@dataclass
class SlackWorkplace(Workplace):
    sandbox: Sandbox
    remote: Remote

    def person(self, handle: str) -> Person:
        user = self.sandbox.workspace.user(handle)
        return Person("slack", user.id, user.real_name)

    async def write(self, handle: str, text: str, thread: Place | None = None) -> Place:
        about = {"thread": thread.thread} if thread else {}
        before = len(self.intake.heard)
        said = await self.remote.do("messages", as_=handle, room="#escalations", text=text, **about)
        await _eventually(lambda: self.intake.heard[before:])
        return thread or Place("slack", self.room.room, str(said["ts"]))

    async def press(self, handle: str, message: MessageRef, button: Button) -> Shown:
        where = {"room": message.place.room, "ts": message.message}
        await self.remote.do("press", as_=handle, action=button.action, **where)
        shown: Shown = await _eventually(lambda: self._form(handle))
        return shown

    async def send(self, handle: str, form: Shown, values: Mapping[str, str]) -> Shown | str:
        before = len(self.told(handle))
        try:
            await self.remote.do("forms/submit", as_=handle, view=form.raw, values=dict(values))
        except Refusal as problem:  # Slack shows nobody the form of somebody else
            return str(problem)
        if (shown := self._form(handle)) is not None:
            return shown
        told: list[str] = await _eventually(lambda: self.told(handle)[before:])
        return told[-1]

    def take_back(self, message: MessageRef) -> None:
        self.sandbox.workspace.delete(self._message(message))

    def said(self) -> list[str]:
        here = self.sandbox.workspace.messages[self.room.room].values()
        return [_read(one) for one in here if one.bot_id]

    def told(self, handle: str) -> list[str]:
        workspace = self.sandbox.workspace
        user = workspace.user(handle)
        direct = workspace.messages.get(workspace.direct_message(user).id, {}).values()
        whispered = [one for one in workspace.ephemerals if one.visible_to == user.id]
        return [_read(one) for one in (*whispered, *(one for one in direct if one.bot_id))]

    def shown(self, message: MessageRef) -> str:
        return _read(self._message(message))

    def pictures(self, message: MessageRef) -> list[tuple[str, bytes]]:
        blocks = [block for block in self._message(message).blocks if block["type"] == "image"]
        files = self.sandbox.workspace.files
        return [(block["alt_text"], files[block["slack_file"]["id"]].content) for block in blocks]

    def pages(self, handle: str) -> list[str]:
        home = self.sandbox.workspace.views.homes.get(self.person(handle).id)
        return [" ".join(_texts(home.blocks))] if home else []

    def lose_an_answer(self, place: Place) -> None:
        self.sandbox.faults.plan({"method": "chat.postMessage", "after_effect": True, "disconnect": True})

    def slow_down(self, seconds: float, times: int = 1) -> None:
        self.sandbox.faults.plan({"method": "chat.postMessage", "status": 429, "retry_after": seconds, "times": times})

    def _form(self, handle: str) -> Shown | None:
        view = self.sandbox.workspace.views.top(self.person(handle).id)
        if view is None:
            return None
        inputs = [block for block in view.blocks if block["type"] == "input"]
        holds = {
            block["label"]["text"]: str(next(iter(view.values[block["block_id"]].values())).get("value") or "")
            for block in inputs
        }
        says = " ".join((*_texts(view.blocks), *view.errors.values()))
        return Shown(view.body["title"]["text"], says, holds, view.id)

    def _message(self, message: MessageRef) -> Message:
        workspace = self.sandbox.workspace
        return workspace.message(workspace.channel(message.place.room), message.message)


async def _eventually(found: Callable[[], Any]) -> Any:
    for _ in range(400):
        if result := found():
            return result
        await asyncio.sleep(0.005)
    raise AssertionError("it did not come within two seconds")


def _read(message: Message) -> str:
    return " ".join(_texts(message.blocks)) if message.blocks else message.text


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str) and name in ("text", "alt_text"):
                yield inner
            else:
                yield from _texts(inner)


@contextlib.asynccontextmanager
async def slack_workplace() -> AsyncIterator[SlackWorkplace]:
    """A sandbox with the company in it, and the bot's door where the sandbox delivers."""
    port, bot_port = free_port(), free_port()
    sandbox = Sandbox(
        signing_secret=SECRET,
        bot_token=TOKEN,
        webhook_secret="whsec_" + base64.b64encode(b"sandbox-webhook-not-a-secret").decode(),
        bot_url=f"http://127.0.0.1:{bot_port}",
        base_url=f"http://127.0.0.1:{port}",
        retry_delays=(0.0, 0.01, 0.02),
        ack_seconds=2.0,
    )
    sandbox.seed(COMPANY)
    sandbox.workspace.user(GUEST).guest = True
    sandbox.workspace.user(STRANGER).team_id = "T0ELSEWHERE"
    async with serving(sandbox.app(), port), Remote(sandbox.base_url) as remote:
        clock, intake = FakeClock(), ListeningIntake()
        intake.urgent = lambda stimulus: isinstance(stimulus, Click | Submission)
        client = AsyncWebClient(token=TOKEN, base_url=f"{sandbox.base_url}/api/")
        calls = SlackCalls(client, patience=5.0, pause=0.001)
        own = await who_am_i(client)
        platform = SlackPlatform(client, MemoryOutbox(), clock, own=own, calls=calls, per_second=0)
        roles = {Role.REP: ("@reps",), Role.SENIOR: ("@seniors",), Role.MANAGER: ("@managers",)}
        door = web.Application()
        bolt = build_bolt(client, SECRET, intake, platform)
        door.router.add_post("/slack/events", aiohttp_handler(bolt, SECRET))
        rooms = {name: Place("slack", sandbox.workspace.channel(f"#{name}").id) for name in ("escalations", "board")}
        async with serving(door, bot_port):
            yield SlackWorkplace(
                platform=platform,
                people=SlackPeople(client, clock, roles, team=own.team, calls=calls),
                intake=intake,
                named="#escalations",
                room=rooms["escalations"],
                private=rooms["board"],
                elsewhere=Place("slack", sandbox.workspace.channel("#elsewhere").id),
                unknown=Person("slack", "U0NOBODY99", "Nora Nobody"),
                other="teams",
                sandbox=sandbox,
                remote=remote,
            )
            await platform.close()
