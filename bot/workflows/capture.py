"""From a thread to an eval case: which thread is meant, and the case that it makes, as far as it can be known."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.domain.answer import UNKNOWN_INTENT
from bot.domain.chat import Command, MessageRef, Person, Place
from bot.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from bot.domain.escalation import TALKS, Escalation, EscalationStatus
from bot.domain.escaped import Escape
from bot.domain.learning import approved_reply, failure_of, taught
from bot.domain.quality import CaseTurn, EvalCase, Strength, case_id
from bot.domain.review import Action, FailureMode, Review
from bot.domain.text.changes import Changes, greeted, statements
from bot.domain.text.masking import cut, known_values
from bot.domain.text.stand_ins import StandIns
from bot.ports import Desk
from bot.workflows.receive import of_thread
from bot.workflows.room_readers import check_reads

_FACTS = 5  # suggested facts and claims: more would not be read
_READ = 20_000  # characters of a turn: as far as private data is looked for
_REVIEW = re.compile(r"esc_\w+/\d+")


@dataclass(frozen=True, slots=True)
class Thread:
    """An escalation and the review of it that there is something to learn from.

    `doubted` says that the answer which was sent turned out wrong: it is no model, whoever approved it.
    """

    escalation: Escalation
    review: Review
    doubted: bool = False


async def check_may_capture(desk: Desk, person: Person) -> None:
    """Let the team pass. Raises NotAllowed."""
    if await desk.people.role(person) is None:
        raise NotAllowed("Only support reps can capture threads. Ask your manager to add you to the reps.")


async def thread_meant(desk: Desk, command: Command) -> Thread | None:
    """The thread that a command is about: by review, by link, by message, by where it was given; None if it names none.

    Raises Rejected, NotFound or Conflict with a sentence that says what to do instead, and NotAllowed where whoever
    gives the command cannot read that thread: a link to a private room is no key to it.
    """
    thread = await _named(desk, command)
    if thread is not None:
        await _check_reads(desk, thread, command.actor)
    return thread


async def thread_for(desk: Desk, person: Person, review_id: str) -> Thread:
    """The thread that a form was opened on, for somebody of the team who can read it. Raises NotAllowed, NotFound."""
    await check_may_capture(desk, person)
    thread = await of_review(desk, review_id)
    await _check_reads(desk, thread, person)
    return thread


async def _check_reads(desk: Desk, thread: Thread, person: Person) -> None:
    await check_reads(desk, thread.review.card.place if thread.review.card else thread.escalation.place, person)


async def _named(desk: Desk, command: Command) -> Thread | None:
    said = command.text.strip()
    if _REVIEW.fullmatch(said):
        return await of_review(desk, said)
    if said:
        message = desk.platforms[command.place.platform].message_of(said)
        if message is None:
            raise Rejected("That is no link to a message. Choose “Copy link” in the message's menu and paste it here.")
        return await _of_message(desk, message)
    if command.message is not None:
        return await _of_message(desk, command.message)
    return await _of_place(desk, command.place) if command.place.thread else None


async def of_review(desk: Desk, review_id: str) -> Thread:
    """Raises NotFound."""
    review = await desk.store.reviews.get(review_id)
    escaped = await desk.store.escapes.of_review(review_id)
    doubted = escaped is not None and escaped.how is not Escape.REJECTED
    return Thread(await desk.store.escalations.get(review.escalation_id), review, doubted)


async def of_escalation(desk: Desk, escalation_id: str) -> Thread | None:
    """The thread of an escalation, with the review that tells most; None while nothing was drafted. Raises NotFound."""
    review = _telling(await desk.store.reviews.of_escalation(escalation_id))
    return await of_review(desk, review.id) if review else None


async def recent(desk: Desk, place: Place) -> tuple[Thread, ...]:
    """The threads of this room that something can be learned from, newest first."""
    found = []
    for escalation in await desk.store.escalations.in_room(place.platform, place.room):
        review = _telling(await desk.store.reviews.of_escalation(escalation.id))
        if review is not None and escalation.status is not EscalationStatus.WITHDRAWN:
            found.append(Thread(escalation, review))
    return tuple(found)


async def _of_message(desk: Desk, message: MessageRef) -> Thread:
    place = message.place
    return await _of_place(desk, Place(place.platform, place.room, place.thread or message.message))


async def _of_place(desk: Desk, place: Place) -> Thread:
    escalation = await of_thread(desk, place)
    if escalation is None:
        platform = desk.platforms[place.platform]
        room = await platform.room(place.room)  # says that we were not invited, where that is so
        try:
            await platform.thread(place)
        except NotFound:
            gone = f"I cannot read that message in #{room.name}: it is gone, or I am not in that room."
            raise NotFound(gone) from None
        raise NotFound("There is no escalation in that thread. Mention me in it to get a draft, then capture it.")
    if escalation.status is EscalationStatus.WITHDRAWN:
        raise Conflict("The customer deleted that message, so there is nothing left to capture.")
    review = _telling(await desk.store.reviews.of_escalation(escalation.id))
    if review is None:
        raise Conflict("The draft in that thread is still being written. Try again in a moment.")
    return await of_review(desk, review.id)


def _telling(reviews: Iterable[Review]) -> Review | None:
    """The review that tells most: the newest one that somebody decided on, else the newest with a draft."""
    drafted = [review for review in reviews if review.proposal is not None]
    decided = [review for review in drafted if review.decision is not None]
    return next(iter((decided or drafted)[::-1]), None)


def stand_ins(thread: Thread, team: Iterable[Person] = ()) -> StandIns:
    """What stands for the people and numbers of this thread; the same ones whenever it is captured.

    Names of the `team` stay, but of those who are given.
    """
    customer, proposal = thread.escalation.customer, thread.review.proposal
    fields = [(field.name, field.value) for field in proposal.triage.fields] if proposal else []
    texts = [turn.text for turn in thread.escalation.turns]
    fields += [("name", name) for reply in (thread.review.reply, *texts) if (name := greeted(reply))]
    known = known_values(customer.name, customer.email, customer.id, fields)
    for person in team:
        known += known_values(person.name, "", "", ())
    return StandIns(texts, known)


def case_of(thread: Thread) -> EvalCase:
    """The eval case that the thread makes: what was asked until the reply, and what that reply teaches."""
    review, hide = thread.review, stand_ins(thread).hide
    turns = turns_of(thread, hide)
    approved = "" if thread.doubted else approved_reply(review)
    must_say, must_not_say = ([], []) if thread.doubted else _facts(review)
    intent = review.proposal.triage.intent if review.proposal else UNKNOWN_INTENT
    mode = failure_of(review)
    handed_off = review.decision is not None and review.decision.action is Action.HAND_OFF
    return EvalCase(
        id=case_id(turns),
        turns=turns,
        must_say=tuple(map(hide, must_say)),
        must_not_say=tuple(map(hide, must_not_say)),
        sources=_sources(review) if approved else (),
        reference=hide(approved),
        intent="" if intent == UNKNOWN_INTENT else intent,
        escalates=handed_off or mode is FailureMode.POLICY_RESTRICTION,
        strength=Strength.STRONG if approved else Strength.WEAK,
        mode=mode,
        escalation=thread.escalation.id,
    )


def turns_of(thread: Thread, hide: Callable[[str], str]) -> tuple[CaseTurn, ...]:
    """What was said before the reply of this review, without the team's talk among itself."""
    said: list[CaseTurn] = []
    for turn in thread.escalation.turns:
        if turn.ref == f"reply:{thread.review.id}":
            break
        if turn.author in TALKS and turn.text.strip():
            said.append(CaseTurn(turn.author, hide(cut(turn.text.strip(), _READ))))
    return tuple(said)


def _facts(review: Review) -> tuple[list[str], list[str]]:
    """What an answer must and must not say: from the edit, and where nothing was edited the figures of the reply."""
    made = taught(review)
    new = [*(after for _, after in made.altered), *made.added]
    if not new:
        new = [clause for clause in statements(approved_reply(review)) if clause.quantities]
    wrong = [before for before, _ in made.altered]
    if _kept_some(review, made):  # else the draft was beside the question, and what it said may well be true
        wrong += [clause for clause in made.removed if clause.quantities]
    return [clause.text for clause in new[:_FACTS]], [clause.text for clause in wrong[:_FACTS]]


def _kept_some(review: Review, made: Changes) -> bool:
    """Tell whether the person kept or corrected something of what the drafter said."""
    drafted = statements(review.proposal.draft.by_drafter) if review.proposal else ()
    return len(drafted) > len(made.removed)


def _sources(review: Review) -> tuple[str, ...]:
    """The articles that the answer rests on."""
    if review.proposal is None:
        return ()
    return tuple(dict.fromkeys(passage.slug for _, passage in review.proposal.cited_passages()))
