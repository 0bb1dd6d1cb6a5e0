"""How a customer's words become an escalation, whichever door they come in by, and what later messages change."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.chat import MessageDeleted, MessageEdited, Origin, Person, Place, RoomMessage
from bot.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from bot.domain.escalation import (
    Author,
    Customer,
    Escalation,
    EscalationStatus,
    Outcome,
    Turn,
    escalation_id,
    thread_key,
)
from bot.domain.escaped import how_escaped, last_answer
from bot.domain.review import OPEN_STATES
from bot.ports import Desk, Inbound, Run
from bot.workflows import showing

IMPORTED = timedelta(days=1)
"""A conversation of a customer's system whose last word is older than this is imported from the past."""


async def from_room(desk: Desk, message: RoomMessage) -> None:
    """Take in a message of a watched room, or one that somebody asked us to answer.

    A top-level message opens an escalation (or joins the author's burst), one in an escalation's thread adds a turn.
    Raises NotAllowed when an outsider asks, Rejected or Conflict when there is nothing to do.
    """
    if message.asked and not await _only_speaks(desk, message):
        await _asked(desk, message)
    elif (message.text.strip() or message.attachments) and await _watched(desk, message.place):
        await _seen(desk, message)


async def _only_speaks(desk: Desk, message: RoomMessage) -> bool:
    """Whether a customer mentions us where we read along anyway: their words count, but they give no orders."""
    if not message.author.same_as(message.asked_by) or not await _watched(desk, message.place):
        return False
    return await desk.people.role(message.author) is None


async def _watched(desk: Desk, place: Place) -> bool:
    platform = desk.platforms[place.platform]
    for name in desk.policy.rooms:
        try:
            if (await platform.room(name)).id == place.room:
                return True
        except NotFound:
            continue
    return False


async def _seen(desk: Desk, message: RoomMessage) -> None:
    """Take in a message that nobody asked us about.

    In the customer's own thread everybody's words belong to the conversation; what colleagues say in a thread of ours,
    about a customer elsewhere, never reached the customer and is no part of it.
    """
    if message.place.thread in (None, message.message):
        await _open(desk, message, asker=message.author if message.origin is Origin.PERSON else None)
        return
    existing = await _began_with(desk, message.place)
    if existing is not None:
        author = _author(desk, message, existing.customer)
        stored = await desk.store.escalations.add_turn(existing.id, _turn(message, author))
        await _propose(desk, stored)


async def _asked(desk: Desk, message: RoomMessage) -> None:
    who = message.asked_by or message.author
    if await desk.people.role(who) is None:
        raise NotAllowed("Only support reps can ask for drafts. Ask your manager to add you to the reps.")
    in_thread = message.place.thread is not None and message.place.thread != message.message
    existing = await of_thread(desk, message.place if in_thread else _thread_of(message))
    if existing is not None:
        await _ask_again(desk, existing, message, who)
    elif in_thread:
        await _open_thread(desk, message, who)
    elif message.text.strip() or message.attachments:
        await _open(desk, message, asker=who)
    else:
        raise Rejected("Mention me with a question, or in a thread that has one, and I will draft an answer.")


def _thread_of(message: RoomMessage) -> Place:
    return Place(message.place.platform, message.place.room, thread=message.place.thread or message.message)


async def _began_with(desk: Desk, thread: Place) -> Escalation | None:
    """The escalation that began with this thread, or with a burst that the thread's first message was part of."""
    try:
        began = escalation_id(desk.store.workspace, thread.platform, thread_key(thread))
        return await desk.store.escalations.get(began)
    except NotFound:
        return await desk.store.escalations.with_turn(turn_ref(thread, thread.thread or ""))


async def of_thread(desk: Desk, thread: Place) -> Escalation | None:
    """The escalation that began with this thread, or is worked on in it."""
    return await _began_with(desk, thread) or await desk.store.escalations.at_place(thread)


async def _open(desk: Desk, message: RoomMessage, *, asker: Person | None) -> None:
    platform, room, thread = message.place.platform, message.place.room, _thread_of(message)
    external = thread_key(thread)
    customer = await _customer(desk, message)
    escalation = Escalation(
        id=escalation_id(desk.store.workspace, platform, external),
        surface=platform,
        external_id=external,
        customer=customer,
        turns=(_turn(message, Author.CUSTOMER),),
        opened_at=message.at,
        place=thread,
        asker=asker,
    )
    alone = message.asked or not (message.origin is Origin.PERSON or _relays(desk, message))
    stored, _ = await desk.store.escalations.receive(
        escalation,
        burst_seconds=0.0 if alone else desk.policy.burst_seconds,
        burst_key="" if alone else f"{platform}:{room}:{customer.id}",
    )
    await _propose(desk, stored)


async def _open_thread(desk: Desk, message: RoomMessage, who: Person) -> None:
    """Make one escalation of a whole thread: whoever began it is the customer, everybody else the team."""
    seen = await desk.platforms[message.place.platform].thread(message.place)
    mention = who.same_as(message.author)
    if mention:  # what we are asked is guidance, not a part of the conversation
        seen = tuple(other for other in seen if other.message != message.message)
    if not seen:
        raise NotFound("I cannot read that thread. Add me to its room first.")
    root = seen[0]
    external = thread_key(message.place)
    customer = await _customer(desk, root)
    turns = tuple(_turn(other, _author(desk, other, customer)) for other in seen)
    if mention and message.text.strip():
        turns += (_turn(message, Author.REVIEWER),)
    escalation = Escalation(
        id=escalation_id(desk.store.workspace, message.place.platform, external),
        surface=message.place.platform,
        external_id=external,
        customer=customer,
        turns=turns,
        opened_at=root.at,
        place=message.place,
        asker=who,
    )
    stored, _ = await desk.store.escalations.receive(escalation)
    await _propose(desk, stored)


async def _ask_again(desk: Desk, existing: Escalation, message: RoomMessage, who: Person) -> None:
    """A mention where there is a draft already: the customer's words are a new turn, a colleague's are guidance."""
    if message.text.strip() and who.same_as(message.author):
        theirs = _author(desk, message, existing.customer) is Author.CUSTOMER
        author = Author.CUSTOMER if theirs else Author.REVIEWER
        await _propose(desk, await desk.store.escalations.add_turn(existing.id, _turn(message, author)))
        return
    reviews = await desk.store.reviews.of_escalation(existing.id)
    if any(review.state in OPEN_STATES for review in reviews):
        raise Conflict("There is already a draft in this thread. Reject it with a note to get another one.")
    again = Turn(ref=f"ask:{message.key}", author=Author.REVIEWER, text="", at=message.at, by=who)
    await _propose(desk, await desk.store.escalations.add_turn(existing.id, again))


def _relays(desk: Desk, message: RoomMessage) -> bool:
    """Whether a bot wrote this that posts under its customers' names, so that the name tells the customer."""
    return message.origin is Origin.BOT and message.author.id in desk.policy.relay_bots and bool(message.author.name)


def _customer_id(desk: Desk, message: RoomMessage) -> str:
    return f"{message.author.id}/{message.author.name}" if _relays(desk, message) else message.author.id


async def _customer(desk: Desk, message: RoomMessage) -> Customer:
    name = message.author.name or await desk.platforms[message.place.platform].name_of(message.author)
    return Customer(id=_customer_id(desk, message), name=name)


def _author(desk: Desk, message: RoomMessage, customer: Customer) -> Author:
    """Whose words these are in a thread about this customer."""
    return Author.CUSTOMER if _customer_id(desk, message) == customer.id else Author.AGENT


def _turn(message: RoomMessage, author: Author) -> Turn:
    return Turn(
        ref=turn_ref(message.place, message.message),
        author=author,
        text=message.text,
        at=message.at,
        attachments=message.attachments,
        by=message.author if author is Author.REVIEWER else None,
    )


def turn_ref(place: Place, message: str) -> str:
    """What identifies a room's message as a turn; equal for a redelivery, an edit and a deletion of it."""
    return f"{place.platform}:{place.room}:{message}"


async def edited(desk: Desk, change: MessageEdited) -> None:
    """Follow an edit of the customer's message: the open draft is replaced by one for the new words."""
    stored = await desk.store.escalations.change_turn(turn_ref(change.place, change.message), change.text)
    if stored is not None:
        await _propose(desk, stored)


async def deleted(desk: Desk, change: MessageDeleted) -> None:
    """Follow a deletion: close the draft when nothing is left to answer, else draft again unless it is answered."""
    stored = await desk.store.escalations.change_turn(turn_ref(change.place, change.message), None)
    if stored is None:
        return
    if stored.status is EscalationStatus.WITHDRAWN:
        await desk.runtime.start("withdraw", f"withdraw:{stored.id}:{stored.revision}", escalation=stored.id)
    elif stored.status is EscalationStatus.OPEN:
        await _propose(desk, stored)


async def withdraw(run: Run, desk: Desk, *, escalation: str) -> None:
    """Close the open drafts of an escalation whose question is gone, and say so on their cards.

    A sample that it is in offers it no more, and shows nothing of it.
    """
    closed = await run.step("withdraw", _withdraw, desk, escalation)
    for review in closed:
        await showing.show(run, desk, review)
    for sample in await run.step("strike", _strike, desk, escalation):
        await run.start("show_sample", f"show:sample:{sample}:without:{escalation}", sample=sample)


async def _withdraw(desk: Desk, escalation: str) -> tuple[str, ...]:
    return tuple(review.id for review in await desk.store.reviews.withdraw(escalation))


async def _strike(desk: Desk, escalation: str) -> tuple[str, ...]:
    samples = await desk.store.samples.having(escalation)
    for sample in samples:
        await desk.store.samples.strike(sample, escalation)
    return samples


async def from_surface(desk: Desk, surface: str, headers: Mapping[str, str], body: bytes) -> str:
    """Take in a request of a customer's system and return the escalation's id; durable when this returns.

    Raises Unauthenticated, Rejected, or NotFound for a surface or (with an outcome) a conversation that is unknown.
    """
    door = desk.surfaces.get(surface)
    if door is None or not door.receives:
        raise NotFound(f"There is no surface called {surface!r} here.")
    inbound = door.parse(headers, body)
    identity = escalation_id(desk.store.workspace, surface, inbound.external_id)
    if inbound.outcome is not None:
        outcome = replace(inbound.outcome, escalation_id=identity)
        await desk.store.escalations.record_outcome(outcome)
        await _blame(desk, outcome)
        return identity
    stored, _ = await desk.store.escalations.receive(_escalation(inbound, surface, identity, desk))
    await _propose(desk, stored)
    return identity


async def _blame(desk: Desk, outcome: Outcome) -> None:
    """Ask what the evals say of the answer that this outcome speaks against; a second start is none."""
    how = how_escaped(outcome)
    review = last_answer(await desk.store.escalations.get(outcome.escalation_id)) if how else ""
    if how and review:
        await desk.runtime.start("find_escape", f"escape:{review}:{outcome.key}", review=review, how=how.value)


def _escalation(inbound: Inbound, surface: str, identity: str, desk: Desk) -> Escalation:
    return Escalation(
        id=identity,
        surface=surface,
        external_id=inbound.external_id,
        customer=inbound.customer or Customer(id="unknown"),
        turns=inbound.turns,
        opened_at=_opened_at(inbound, desk.clock.now()),
        channel=inbound.channel,
        language=inbound.language,
        reply_url=inbound.reply_url,
        metadata=inbound.metadata or {},
    )


def _opened_at(inbound: Inbound, now: datetime) -> datetime:
    """Now; of a conversation that is imported, whose last word is over a day old, when that was written."""
    last = max((turn.at for turn in inbound.turns), default=now)
    return last if now - last > IMPORTED else now


async def _propose(desk: Desk, stored: Escalation) -> None:
    """Start drafting for this revision; always, because the key makes a second start of the same revision nothing."""
    key = f"propose:{stored.id}:{stored.revision}"
    await desk.runtime.start("propose", key, escalation=stored.id, revision=stored.revision)
