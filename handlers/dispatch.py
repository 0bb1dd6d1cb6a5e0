"""From a stimulus to its handler. What need not be answered within the acknowledgement is kept first, handled after."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import get_args
from weakref import WeakValueDictionary

from bot.cards.capture import COMMAND, opener_card
from bot.cards.elements import Form
from bot.domain.chat import (
    Click,
    Command,
    HomeOpened,
    MessageDeleted,
    MessageEdited,
    Person,
    Place,
    RoomMessage,
    Stimulus,
    Submission,
    Toast,
)
from bot.domain.codec import codec
from bot.domain.errors import DeliveryFailed, RatchetError, Unavailable
from bot.ports import Answer, Desk, Received
from handlers import alerts, capture, digest, escalations, fixes, holding, home, qa, reviews, topics
from handlers.commands import CommandPlugin
from handlers.people import known_as

log = logging.getLogger(__name__)

KINDS: Mapping[str, type[Stimulus]] = {kind.__name__: kind for kind in get_args(Stimulus)}
OPENERS = qa.OPENERS | digest.OPENERS | reviews.OPENERS | fixes.OPENERS | topics.OPENERS | holding.OPENERS
ACTIONS = (
    qa.OPENERS | alerts.ACTIONS | digest.OPENERS | reviews.ACTIONS | fixes.ACTIONS | topics.ACTIONS | holding.ACTIONS
)
FORMS = qa.FORMS | reviews.FORMS | capture.FORMS | fixes.FORMS | topics.FORMS | holding.FORMS
WORDS = ("help", "status", "why")
"""What `/ratchet` understands without its name in front."""
TRIES = 6
AT_ONCE = 16
"""How many stimuli are handled side by side; the others wait in the inbox, where a crash cannot reach them."""
SORRY = "Something went wrong on my side. It is in the log; please try again."


def opens_form(action: str) -> bool:
    """Tell whether a press of this opens a form at once."""
    return action in OPENERS or action == COMMAND


class Dispatcher:
    """Keeps the promises of `Intake`. `sweep` takes up what a crash or an outage left over."""

    def __init__(self, desk: Desk, commands: Sequence[CommandPlugin]) -> None:
        self._desk = desk
        self._commands: Mapping[str, CommandPlugin] = {command.name: command for command in commands}
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._hands = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._underway: set[str] = set()

    def immediate(self, stimulus: Stimulus) -> bool:
        """What opens or sends a form, or only asks, is answered within the acknowledgement; work is kept first."""
        if isinstance(stimulus, Click):
            return opens_form(stimulus.action)
        if isinstance(stimulus, Command):
            return stimulus.name not in self._commands or not self._commands[stimulus.name].begins_work
        return isinstance(stimulus, Submission)

    async def accept(self, stimulus: Stimulus) -> None:
        """Return once the stimulus is durable. A redelivery is recognised by its key."""
        kind = type(stimulus)
        received = Received(stimulus.key, kind.__name__, codec(kind).dump_json(stimulus).decode())
        if await self._desk.store.inbox.accept(received):
            self._begin(stimulus)

    async def sweep(self) -> None:
        """Handle what was accepted and is still unhandled: after a crash, or after an outage."""
        for received in await self._desk.store.inbox.pending():
            if received.key not in self._underway:
                self._begin(codec(KINDS[received.kind]).validate_json(received.payload))

    async def close(self) -> None:
        """Wait for what is being handled; what cannot end in time is handled after the next start."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=5)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def answer(self, stimulus: Stimulus) -> Answer:
        """Handle the stimulus now; a refusal comes back as a Toast with its sentence."""
        try:
            return await self._handle(stimulus)
        except RatchetError as problem:
            return Toast(str(problem))
        except Exception:  # the boundary to a person: they get a sentence, the log gets the rest
            log.exception("Handling %s failed.", stimulus.key)
            return Toast(SORRY)

    def _begin(self, stimulus: Stimulus) -> None:
        self._underway.add(stimulus.key)
        task = asyncio.create_task(self._work(stimulus))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, stimulus: Stimulus) -> None:
        """Handle one stimulus in its lane's order; an outage is waited out, a fault is logged and told."""
        lane = self._lanes.setdefault(_lane(stimulus), asyncio.Lock())
        try:
            async with lane, self._hands:
                for attempt in range(TRIES):
                    try:
                        await self._show(stimulus, await self._handle(stimulus))
                    except Unavailable as trouble:
                        log.warning("%s; trying %s again.", trouble, stimulus.key)
                        await asyncio.sleep(trouble.retry_after or min(2.0**attempt, 30.0))
                        continue
                    except RatchetError as problem:
                        if isinstance(problem, DeliveryFailed) and _is_news(stimulus):
                            log.error("%s Until then %s is kept.", problem, stimulus.key)
                            return
                        await self._show(stimulus, Toast(str(problem)))
                    break
                else:
                    return  # still unhandled: the next sweep takes it up again
            await self._desk.store.inbox.handled([stimulus.key])
        except Exception:  # the boundary of background work: logged, told, and not tried for ever
            log.exception("Handling %s failed.", stimulus.key)
            await self._desk.store.inbox.handled([stimulus.key])
            await self._show(stimulus, Toast(SORRY))
        finally:
            self._underway.discard(stimulus.key)

    async def _show(self, stimulus: Stimulus, answer: Answer) -> None:
        if not isinstance(answer, Toast):
            return
        actor, place = _who_and_where(stimulus)
        if actor is not None and place is not None:
            try:
                await self._desk.platforms[place.platform].tell(place, actor, answer.text)
            except RatchetError as problem:
                log.warning("Could not tell %s: %s", actor.id, problem)

    async def _handle(self, received: Stimulus) -> Answer:
        match stimulus := await self._by_whom(received):
            case RoomMessage():
                return await self._message(stimulus)
            case MessageEdited():
                return await escalations.edited(self._desk, stimulus)
            case MessageDeleted():
                return await escalations.deleted(self._desk, stimulus)
            case Click(action=action) if action == COMMAND:
                return await self._pressed(stimulus)
            case Click():
                return await ACTIONS[stimulus.action](self._desk, stimulus)
            case Submission():
                return await FORMS[stimulus.form](self._desk, stimulus)
            case Command():
                return await self._commands[stimulus.name].run(self._desk, stimulus)
            case HomeOpened():
                return await home.opened(self._desk, stimulus)

    async def _by_whom(self, stimulus: Stimulus) -> Stimulus:
        """The same, by the account that the person is known by in the records; it is answered to the one that acted."""
        if self._desk.identity is None:
            return stimulus
        match stimulus:
            case Click() | Command() | Submission():
                return replace(stimulus, actor=await known_as(self._desk, stimulus.actor))
            case RoomMessage(asked_by=Person() as asked_by, author=author):
                person = await known_as(self._desk, asked_by)
                return replace(stimulus, asked_by=person, author=person if author.same_as(asked_by) else author)
            case _:
                return stimulus

    async def _message(self, seen: RoomMessage) -> Answer:
        """A mention that begins with a slash command's name, or is one word of `/ratchet`'s, is that command.

        All else is a question, but for a whisper: what nobody else sees is not answered for all to see.
        """
        if seen.asked and seen.author.same_as(seen.asked_by):
            word, _, text = seen.text.strip().partition(" ")
            name = word.lower()
            if name in WORDS and not text:
                name, text = "ratchet", name
            plugin = self._commands.get(name)
            if seen.whispered and (plugin is None or not plugin.slash):
                plugin, name, text = self._commands["ratchet"], "ratchet", seen.text
            if plugin is not None and plugin.slash:
                return await self._mentioned(plugin, Command(seen.key, name, text, seen.author, seen.place))
        return await escalations.message(self._desk, seen)

    async def _mentioned(self, plugin: CommandPlugin, command: Command) -> Answer:
        """Run the command; a mention opens no form, so that whoever wrote it is given a button which does."""
        answer = await plugin.run(self._desk, command)
        if not isinstance(answer, Form):
            return answer
        card = opener_card(f"{command.name} {command.text}".strip(), plugin.shortcut or answer.title)
        await self._desk.platforms[command.place.platform].tell(command.place, command.actor, card)
        return None

    async def _pressed(self, click: Click) -> Answer:
        """A button that gives a command gives it where the button is."""
        name, _, text = click.subject.partition(" ")
        return await self._commands[name].run(self._desk, Command(click.key, name, text, click.actor, click.place))


def _lane(stimulus: Stimulus) -> str:
    """What must stay in order: one thread, one author's burst, one person's clicks."""
    match stimulus:
        case RoomMessage(place=place, author=author):
            return f"{place.room}:{place.thread}" if place.thread else f"{place.room}:{author.id}"
        case MessageEdited(place=place) | MessageDeleted(place=place):
            return f"{place.room}:{place.thread}"
        case _:
            return f"person:{stimulus.actor.id}"


def _is_news(stimulus: Stimulus) -> bool:
    """Whether this is what a customer did: nobody waits to be told that it went wrong, and it must not be lost."""
    match stimulus:
        case RoomMessage(asked=asked):
            return not asked
        case _:
            return isinstance(stimulus, MessageEdited | MessageDeleted)


def _who_and_where(stimulus: Stimulus) -> tuple[Person | None, Place | None]:
    match stimulus:
        case RoomMessage():
            return stimulus.asked_by or stimulus.author, stimulus.place
        case Click() | Command() | Submission():
            return stimulus.actor, stimulus.place
        case _:
            return None, None
