"""The small company of the end-to-end tests in the stand-in for Teams, and a bot beside it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.app.running import App, build
from bot.ports import Clock
from bot.settings import CONTENT, Settings
from tests.embedders import MEANINGS
from tests.local import free_port, serving
from tests.teams import tokens
from tests.teams.cards import words
from tests.teams.hands import Hands
from tests.teams.standin import StandIn
from tests.teams.world import Human, Message, World

Json = dict[str, Any]

ESCALATIONS = "#Support/Escalations"


def company() -> World:
    """Ana and Bo are reps, Sue is a senior, Mae a manager, Gus writes for customers and Pia is a guest."""
    world = World()
    for handle, name in (("ana", "Ana Ruiz"), ("sue", "Sue Okafor"), ("mae", "Mae Lind")):
        world.person(Human(handle, name))
    world.person(Human("bo", "Bo Larsen", signs_in_as="blarsen@fernhill.example"))
    world.person(Human("gus", "Gus Outsider"))
    world.person(Human("pia", "Pia Partner", guest=True))
    world.person(Human("tom", "Tom Elsewhere", tenant=tokens.ELSEWHERE))
    world.person(Human("lou", "Lou Unlicensed", licensed=False))
    support = ("Escalations", "support-orders", "support-billing", "Random")
    world.team("Support", support, owners=("mae",), members=("ana", "bo", "sue", "gus", "pia", "tom"))
    world.team("Seniors", (), owners=("sue",), members=())
    world.team("Leads", ("support-managers",), owners=("mae",), members=())
    world.installed |= {"ana", "bo", "sue", "mae"}
    return world


@dataclass
class TeamsDesk:
    """A company at work: the stand-in, the hands that use it, and the bot."""

    standin: StandIn
    hands: Hands
    app: App
    bot_url: str

    @property
    def world(self) -> World:
        return self.standin.world

    async def card(self, root: Message, says: str = "", *, seconds: float = 30) -> Message:
        """The newest card of ours in the thread that shows these words, as soon as there is one."""

        def found() -> Message | None:
            ours = [one for one in self.world.thread(root.root) if one.author is None and one.card]
            return next((one for one in reversed(ours) if says in words(one.card or {})), None)

        shown: Message = await self.until(found, seconds=seconds)
        return shown

    async def asked(self, text: str, *, as_: str = "gus", channel: str = ESCALATIONS, says: str = "Why") -> Message:
        """Let somebody write in the channel; the card that the message gets, as soon as it can be decided."""
        return await self.card(await self.hands.write(as_, channel, text), says)

    async def shows(self, message: Message, says: str, *, seconds: float = 30) -> Message:
        """The message, as soon as its card shows these words."""
        shown: Message = await self.until(
            lambda: message if says in words(message.card or {}) else None, seconds=seconds
        )
        return shown

    async def replied(self, root: Message, says: str, *, seconds: float = 30) -> Message:
        """The bot's plain message in the thread that says this, as soon as there is one."""

        def found() -> Message | None:
            ours = [one for one in self.world.thread(root.root) if one.author is None and not one.card]
            return next((one for one in ours if says in one.text and one.only_for is None), None)

        shown: Message = await self.until(found, seconds=seconds)
        return shown

    async def whisper(self, as_: str, says: str, *, seconds: float = 30) -> Message:
        """What only this person was told, in a channel or in the personal chat, as soon as it is there."""
        human = self.world.people[as_]
        chat = self.world.chat(human)

        def found() -> Message | None:
            told = [one for one in self.world.messages.values() if one.author is None and not one.deleted]
            told = [one for one in told if one.only_for is human or one.conversation == chat]
            return next((one for one in told if says in one.text), None)

        shown: Message = await self.until(found, seconds=seconds)
        return shown

    async def posted(self, channel: str, says: str, *, seconds: float = 30) -> Message:
        """The card that the bot began a thread with in the channel, as soon as one shows these words."""
        conversation = self.world.find(channel)[1].id
        return await self._in(conversation, says, seconds)

    async def in_chat(self, as_: str, says: str, *, seconds: float = 30) -> Message:
        """The bot's card in the personal chat that shows these words."""
        return await self._in(self.world.chat(self.world.people[as_]), says, seconds)

    async def _in(self, conversation: str, says: str, seconds: float) -> Message:
        def found() -> Message | None:
            here = [one for one in self.world.messages.values() if one.conversation == conversation and one.card]
            ours = [one for one in here if one.author is None and not one.deleted and one.root == one.id]
            return next((one for one in reversed(ours) if says in words(one.card or {})), None)

        shown: Message = await self.until(found, seconds=seconds)
        return shown

    def said(self) -> list[str]:
        """Everything that the bot has said and still says, oldest first."""
        ours = [one for one in self.world.messages.values() if one.author is None and not one.deleted]
        return [words(one.card) if one.card else one.text for one in ours]

    async def until(self, condition: Callable[[], Any], *, seconds: float = 30) -> Any:
        """What the condition gives, as soon as it is something."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    found = condition()
                    if asyncio.iscoroutine(found):
                        found = await found
                    if found:
                        return found
                    await asyncio.sleep(0.03)
        except TimeoutError:
            said = "\n".join(f"- {one[:500]}" for one in self.said())
            raise AssertionError(f"It did not come. The bot says:\n{said}\n{self.standin.problems}") from None


def teams_section(standin: StandIn) -> Json:
    """The settings of a bot that works in this stand-in."""
    return {
        "app_id": tokens.APP_ID,
        "app_password": tokens.APP_PASSWORD,
        "tenants": (tokens.TENANT,),
        "rooms": (ESCALATIONS,),
        "home_room": ESCALATIONS,
        "reps": ("ana@fernhill.example", standin.world.people["bo"].id),
        "seniors": ("team:Seniors:owners",),
        "managers": ("team:Leads:owners",),
        "service_hosts": ("127.0.0.1",),
        "service_url": standin.service_url,
        "login_url": standin.login_url,
        "openid_url": standin.openid_url,
        "graph_url": standin.graph_url,
        "pace_seconds": 0.0,
    }


def teams_settings(standin: StandIn, folder: Path, bot_port: int, **more: Json) -> Settings:
    """The settings of a bot that works in this stand-in only, and keeps its records in the folder."""
    sections: dict[str, Json] = {
        "core": {"data_dir": folder, "port": bot_port, "log_level": "warning"},
        "desk": {"burst_seconds": 0.0, "retry_seconds": (0.05, 0.1, 0.2)},
        "teams": teams_section(standin),
        "search": {"embedder": "static"},  # 5 s less at every start
    }
    for name, section in more.items():
        sections[name] = sections.get(name, {}) | section
    return Settings(**sections)


@contextlib.asynccontextmanager
async def standin_serving(world: World | None = None) -> AsyncIterator[StandIn]:
    """The stand-in with the company in it. On leaving, whatever it was sent that Teams would not take is a failure."""
    port = free_port()
    standin = StandIn(f"http://127.0.0.1:{port}", world or company())
    async with serving(standin.app(), port):
        yield standin
    if standin.problems:
        raise AssertionError("\n".join(standin.problems))


@contextlib.asynccontextmanager
async def teams_company(
    folder: Path, *, world: World | None = None, clock: Clock | None = None, joined: bool = True, **more: Json
) -> AsyncIterator[TeamsDesk]:
    """A stand-in and a bot with the sample knowledge, both running in this process; `joined` adds it to the teams."""
    bot_port = free_port()
    async with standin_serving(world) as standin:
        app = await build(teams_settings(standin, folder, bot_port, **more), clock=clock, meanings=MEANINGS)
        try:
            async with bot_at_work(app, standin, bot_port, joined=joined) as desk:
                yield desk
        finally:
            await app.close()


@contextlib.asynccontextmanager
async def bot_at_work(app: App, standin: StandIn, bot_port: int, *, joined: bool = True) -> AsyncIterator[TeamsDesk]:
    """The bot, started and served, with hands beside it."""
    await app.library.import_folder(CONTENT / "articles")
    await app.start()
    await app.warm()
    if app.server is None:
        raise RuntimeError("the bot has no server")
    url = f"http://127.0.0.1:{bot_port}"
    async with serving(app.server, bot_port), Hands(standin, url) as hands:
        if joined:
            await join(hands)
        yield TeamsDesk(standin, hands, app, url)


async def join(hands: Hands) -> None:
    """Add the bot to the teams of the company, and to the personal apps of its people."""
    for team in [one.name for one in hands.world.teams.values() if one.installed]:
        await hands.add_bot("mae", team)
    for handle in sorted(hands.world.installed):
        await hands.install(handle)
