"""The bank's support team and its bot in one process: real store, desk and dispatcher; chat and runs are in memory."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot.app.parts import build_desk
from bot.cards.elements import Actions, Button, Card, Choice, DateInput, Form, Notice, TextInput, Tone
from bot.discovery import find
from bot.domain.chat import Click, FormErrors, MessageRef, Person, Place, Role, RoomMessage, Submission, Toast
from bot.domain.review import Review
from bot.ports import Answer, Desk, TokenEmbedder
from bot.settings import Settings
from bot.surfaces.thread import ThreadSurface
from handlers.commands import CommandPlugin
from handlers.dispatch import Dispatcher
from knowledge.library import Library
from tests.benchmarks.learning.world import World, write_articles, write_taxonomy
from tests.queued_runs import QueuedRuns
from tests.unit.scripted import ScriptedPlatform

ROOM = "#support"
REP, OWNER = Person("slack", "U1", "Ana"), Person("slack", "U2", "Sue")
CUSTOMER = Person("slack", "U9")
_ROLES = {REP.id: Role.REP, OWNER.id: Role.SENIOR}


@dataclass
class Calendar:
    """The clock of the weeks, set by the simulation."""

    at: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def pass_by(self, **span: float) -> None:
        self.at += timedelta(**span)


class Team:
    """Who may do what."""

    async def role(self, person: Person) -> Role | None:
        return _ROLES.get(person.id)


@dataclass
class Room(ScriptedPlatform):
    """The team's chat: cards as they stand, and replies that are accepted."""

    async def reply(self, place: Place, text: str, *, key: str) -> MessageRef:
        return MessageRef(place, f"reply {key}")

    def shown(self, message: MessageRef) -> Card:
        return self.cards[self._keys[message.message]]


@dataclass
class Company:
    """The team at its desk. All that people do goes through the dispatcher, as a chat platform would bring it."""

    desk: Desk
    library: Library
    clock: Calendar
    room: Room
    runs: QueuedRuns
    dispatcher: Dispatcher
    _keys: int = 0

    async def asked(self, text: str) -> Review:
        """Let a customer write in the room; the review of the draft for it."""
        self.clock.pass_by(minutes=3)
        key = self._key()
        place = Place("slack", ROOM)
        await self.dispatcher.accept(RoomMessage(key, place, f"{key}.0", CUSTOMER, text, self.clock.now()))
        await self.settled()
        thread = Place("slack", ROOM, f"{key}.0")
        escalation = await self.desk.store.escalations.at_place(thread)
        if escalation is None:
            raise RuntimeError(f"the desk took no notice of a customer who wrote: {text}")
        return (await self.desk.store.reviews.of_escalation(escalation.id))[-1]

    async def press(self, button: Button, by: Person) -> Answer:
        """Press a button of a card, and wait for all that comes of it."""
        click = Click(self._key(), button.action, button.subject, by, Place("slack", ROOM))
        if self.dispatcher.immediate(click):
            answer = await self.dispatcher.answer(click)
        else:
            await self.dispatcher.accept(click)
            answer = None
        await self.settled()
        return answer

    async def send(self, form: Form, by: Person, values: Mapping[str, str]) -> Answer:
        """Send a form with these values, and with what it was filled in with where there are none."""
        given = filled(form) | dict(values)
        sent = Submission(self._key(), form.name, form.subject, by, given, Place("slack", ROOM))
        answer = await self.dispatcher.answer(sent)
        await self.settled()
        return answer

    async def card_of(self, review: Review) -> Card:
        """The review's card as it stands now."""
        return self.shown((await self.desk.store.reviews.get(review.id)).card)

    def shown(self, message: MessageRef | None) -> Card:
        """A card as it stands now, by where it was posted."""
        if message is None:
            raise RuntimeError("the team sees no card of this")
        return self.room.shown(message)

    async def bodies(self) -> dict[str, str]:
        """What the live articles say, by slug."""
        live = await self.desk.store.releases.live("knowledge")
        revisions = await self.desk.store.articles.revisions(live.manifest)
        return {revision.slug: revision.body for revision in revisions}

    async def settled(self) -> None:
        """Return when everything that was asked for is done."""
        await self.dispatcher.close()  # waits for what is being handled, and handles more afterwards
        await self.runs.work(self.desk)

    def _key(self) -> str:
        self._keys += 1
        return f"k{self._keys}"


def buttons(card: Card) -> list[Button]:
    """The buttons that a card shows, those of menus last."""
    actions = [element for element in card.elements if isinstance(element, Actions)]
    return [button for each in actions for button in each.buttons] + [b for each in actions for b in each.more]


def named(card: Card, *labels: str) -> Button:
    """The card's button with one of these labels."""
    return next(button for button in buttons(card) if button.label in labels)


def offered(card: Card) -> Button | None:
    """The way to learn from it that a card puts first, if it does."""
    actions = [element for element in card.elements if isinstance(element, Actions)]
    shown = (button for each in actions for button in each.buttons)
    return next((button for button in shown if button.action == "command"), None)


def warns(card: Card) -> bool:
    """Tell whether a card warns whoever decides."""
    return any(isinstance(element, Notice) and element.tone is Tone.WARNING for element in card.elements)


def filled(form: Form) -> dict[str, str]:
    """What the inputs of a form hold when it opens."""
    held = {}
    for each in form.elements:
        if isinstance(each, TextInput | Choice):
            held[each.name] = each.initial
        elif isinstance(each, DateInput):
            held[each.name] = each.initial.isoformat() if isinstance(each.initial, date) else ""
    return held


def refused(answer: Answer) -> str:
    """What a person who sent something was told instead of its being done; empty where it was done."""
    if isinstance(answer, FormErrors):
        return " ".join(answer.errors.values())
    done = answer is None or (isinstance(answer, Toast) and answer.text.startswith(("Sent", "Saved", "This thread")))
    return "" if done else str(answer)


@contextlib.asynccontextmanager
async def company_of(world: World, folder: Path, meanings: TokenEmbedder) -> AsyncIterator[Company]:
    """The bank's company on its first day, with what was planted in its knowledge."""
    write_articles(world, folder / "articles")
    write_taxonomy(world.facts, folder / "taxonomy.yaml")
    clock = Calendar()
    settings = Settings(
        core={"data_dir": folder, "cache_dir": folder, "log_level": "error", "_env_file": None},
        desk={"burst_seconds": 0.0, "retry_seconds": (), "taxonomy": folder / "taxonomy.yaml", "_env_file": None},
        slack={"rooms": (ROOM,), "home_room": ROOM, "_env_file": None},
    )
    parts = await build_desk(settings, clock=clock, meanings=meanings)
    room, runs = Room(), QueuedRuns(clock)
    surfaces = {"slack": ThreadSurface(room, clock)}
    desk = replace(parts.desk, platforms={"slack": room}, surfaces=surfaces, people=Team(), runtime=runs)
    dispatcher = Dispatcher(desk, find("handlers.commands", "COMMAND", CommandPlugin))
    await parts.library.import_folder(folder / "articles")
    await parts.warm()
    try:
        yield Company(desk, parts.library, clock, room, runs, dispatcher)
    finally:
        await dispatcher.close()
        await parts.engine.close()
