"""Teams as the contract sees it: the real adapter and the door against the stand-in, over 127.0.0.1."""

import base64
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.cards.elements import Button
from bot.domain.chat import Click, MessageRef, Person, Place, Role, Submission
from bot.platforms.patience import Patience
from bot.platforms.teams.adapter import TeamsPlatform
from bot.platforms.teams.botbuilder import TeamsBot
from bot.platforms.teams.door import teams_handler
from bot.platforms.teams.people import Roster, TeamsPeople
from bot.platforms.teams.services import services
from bot.settings.edges import Teams
from bot.storage.engine import create_engine
from bot.storage.store import open_store
from tests.contracts.workplace import OPENER, ROLES, Shown, Workplace
from tests.local import free_port, serving
from tests.teams import tokens
from tests.teams.cards import elements, words
from tests.teams.company import company, join, standin_serving, teams_section
from tests.teams.hands import Hands
from tests.teams.seen import Dialog
from tests.teams.standin import StandIn
from tests.teams.world import Channel, Message, World
from tests.unit.platforms.conftest import FakeClock, ListeningIntake

ROOM = "#Support/Escalations"


@dataclass
class TeamsWorkplace(Workplace):
    standin: StandIn
    hands: Hands

    @property
    def world(self) -> World:
        return self.standin.world

    def person(self, handle: str) -> Person:
        human = self.world.people[handle]
        return Person("teams", human.id, human.name)

    async def write(self, handle: str, text: str, thread: Place | None = None) -> Place:
        root = self.world.messages[thread.thread or ""] if thread else None
        written = await self.hands.write(handle, ROOM, text, thread=root)
        return Place("teams", written.conversation, written.root)

    async def press(self, handle: str, message: MessageRef, button: Button) -> Shown:
        return _shown((await self.hands.press(handle, self._message(message), button.label)).opened)

    async def send(self, handle: str, form: Shown, values: Mapping[str, str]) -> Shown | str:
        dialog = replace(form.raw, human=self.world.people[handle])
        answered = await self.hands.send(dialog, values)
        return _shown(answered.dialog) if answered.dialog else answered.said

    def take_back(self, message: MessageRef) -> None:
        self._message(message).deleted = True

    def said(self) -> list[str]:
        ours = [one for one in self._ours() if one.conversation == self.room.room and one.only_for is None]
        return [_read(one) for one in ours]

    def told(self, handle: str) -> list[str]:
        human = self.world.people[handle]
        return [_read(one) for one in self._ours() if one.only_for is human or one.conversation == self._chat(handle)]

    def shown(self, message: MessageRef) -> str:
        return _read(self._message(message))

    def pictures(self, message: MessageRef) -> list[tuple[str, bytes]]:
        images = [one for one in elements(self._message(message).card) if one["type"] == "Image"]
        return [(one["altText"], base64.b64decode(one["url"].partition("base64,")[2])) for one in images]

    def pages(self, handle: str) -> list[str]:
        return [_read(one) for one in self._ours() if one.conversation == self._chat(handle) and one.card]

    def lose_an_answer(self, place: Place) -> None:
        self.standin.plan("send" if place.thread else "create", after=True, reset=True)

    def slow_down(self, seconds: float, times: int = 1) -> None:
        self.standin.plan("send", status=429, retry_after=seconds, times=times)

    def _chat(self, handle: str) -> str:
        return self.world.chat(self.world.people[handle])

    def _ours(self) -> list[Message]:
        return [one for one in self.world.messages.values() if one.author is None and not one.deleted]

    def _message(self, message: MessageRef) -> Message:
        return self.world.messages[message.message]


def _read(message: Message) -> str:
    return words(message.card) if message.card else message.text


def _shown(dialog: Dialog) -> Shown:
    labelled = {str(one.get("label") or one.get("title")): one["id"] for one in elements(dialog.card) if "id" in one}
    holds = {label: dialog.held[name] for label, name in labelled.items() if name in dialog.held}
    return Shown(dialog.title, words(dialog.card), holds, dialog)


def _world() -> World:
    world = company()
    support = world.teams["Support"]
    support.channels["Board"] = Channel(
        world.channel_id("Support/Board"), "Board", kind="private", members=(world.people["ana"],)
    )
    world.team("Elsewhere", ("Ours",), owners=("gus",), members=("ana",)).installed = False
    return world


@contextlib.asynccontextmanager
async def teams_workplace(file: Path) -> AsyncIterator[TeamsWorkplace]:
    """A stand-in with the company in it, and the bot's door where the stand-in delivers; records go into the file."""
    engine = create_engine(f"sqlite+aiosqlite:///{file}")
    bot_port = free_port()
    url = f"http://127.0.0.1:{bot_port}"
    async with standin_serving(_world()) as standin, aiohttp.ClientSession() as session, Hands(standin, url) as hands:
        settings = Teams(**teams_section(standin))
        clock, intake = FakeClock(), ListeningIntake()
        intake.urgent = lambda stimulus: isinstance(stimulus, Click | Submission)
        store = open_store(engine, "main", now=clock.now)
        asked = services(session, settings, Patience(5.0, 5, 0.001))
        roles = TeamsPeople(Roster(asked, store.conversations, clock, (tokens.TENANT,)), _listed(standin.world))
        platform = TeamsPlatform(asked, settings, store, clock, people=roles, opens=lambda action: action == OPENER)
        bot, door = TeamsBot(settings), web.Application()
        door.router.add_post("/teams/messages", teams_handler(bot, intake, platform, store.open_forms, clock))
        async with serving(door, bot_port):
            await join(hands)
            intake.heard.clear()
            yield TeamsWorkplace(
                platform=platform,
                people=roles,
                intake=intake,
                named=ROOM,
                room=Place("teams", standin.world.find(ROOM)[1].id),
                private=Place("teams", standin.world.find("Support/Board")[1].id),
                elsewhere=Place("teams", standin.world.find("Elsewhere/Ours")[1].id),
                unknown=Person("teams", "00000000-1111-4222-8333-444444444444", "Nora Nobody"),
                other="slack",
                standin=standin,
                hands=hands,
            )
            await platform.close()
        await bot.close()
    await engine.close()


def _listed(world: World) -> dict[Role, tuple[str, ...]]:
    """Who has which role, said in each of the ways that settings know."""
    addresses = {name: tuple(world.people[handle].email for handle in listed) for name, listed in ROLES.items()}
    reps = (*addresses["reps"], world.people["bo"].id)
    return {Role.REP: reps, Role.SENIOR: ("team:Seniors:owners",), Role.MANAGER: addresses["managers"]}
