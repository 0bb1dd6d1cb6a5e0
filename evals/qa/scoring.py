"""Scoring an answer: who is given which one, what they see of it, and what they say of it."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from bot.cards.capture import of_place
from bot.cards.sample import NOTE, SHOULD_SAY, Given, Sent
from bot.domain.chat import Person
from bot.domain.errors import Conflict, NotAllowed, NotFound, RatchetError, Rejected
from bot.domain.escalation import Author, EscalationStatus
from bot.domain.judging import Rubric
from bot.domain.quality import EvalCase
from bot.domain.sample import Met, Sampled, Score, key_of, progress, scores_of
from bot.ports import Desk
from bot.workflows.capture import Thread, case_of, of_review, stand_ins, turns_of
from evals.qa.showing import lacking, show_later
from evals.rubric import load_rubric

MAX_NOTE = 1_000
GONE = "The customer has taken this conversation back, so there is nothing left to score."


async def check_may_score(desk: Desk, person: Person) -> None:
    """Let the team pass. Raises NotAllowed."""
    if await desk.people.role(person) is None:
        raise NotAllowed("Only support reps can score answers. Ask your manager to add you to the reps.")


async def give(desk: Desk, sample_id: str, person: Person) -> Given | None:
    """The answer that this person scores next, taken for them; None where nothing is left for them.

    Raises NotAllowed, NotFound, and Conflict once the sample is closed.
    """
    await check_may_score(desk, person)
    unread = await _unread(desk, sample_id, person)
    while item := await desk.store.samples.take(sample_id, person, desk.clock.now(), unread=unread):
        thread = await _thread(desk, item)
        if thread is not None:
            return await _given(desk, sample_id, item, thread)
        await desk.store.samples.strike(sample_id, item.id)
        await show_later(desk, await desk.store.samples.get(sample_id))
    return None


async def leave(desk: Desk, sample_id: str, item_id: str, person: Person) -> None:
    """Have the answer given to somebody else."""
    await check_may_score(desk, person)
    await desk.store.samples.leave(sample_id, item_id, person, desk.clock.now())


async def score(desk: Desk, sample_id: str, item_id: str, person: Person, values: Mapping[str, str]) -> Sent:
    """Keep what this person says of the answer. Raises Rejected, naming the field, where a question is left open.

    Raises NotAllowed, NotFound, or Conflict with a sentence that says why it cannot be kept.
    """
    await check_may_score(desk, person)
    item = await _item(desk, sample_id, item_id)
    await _check_own(desk, item, person)
    thread = await _thread(desk, item)
    if thread is None:
        raise Conflict(GONE)
    hide, rubric = stand_ins(thread, _team(thread)).hide, load_rubric()
    points = _points(rubric, item_id, values)
    note, should_say = (hide(_written(values, of_place(name, item_id))) for name in (NOTE, SHOULD_SAY))
    passed = rubric.passes({name: met is Met.YES for name, met in points.items()})
    given = Score(item_id, person, desk.clock.now(), points, passed, note, should_say)
    await show_later(desk, await desk.store.samples.score(sample_id, given))
    return Sent(sample_id, item_id, () if passed else lacking([given]))


async def weak_case(desk: Desk, sample_id: str, item_id: str, person: Person) -> tuple[str, EvalCase, list[Score]]:
    """The review of a scored answer, the eval case that it makes, and the scores that say what it lacks.

    To somebody who scored it their own; to others all, once nobody is still to score it. Raises NotAllowed, NotFound,
    Conflict.
    """
    await check_may_score(desk, person)
    item = await _item(desk, sample_id, item_id)
    scores = scores_of(await desk.store.samples.marks(sample_id)).get(item_id, [])
    mine = [each for each in scores if each.by.same_as(person)]
    if not mine and len(scores) < item.scorers:
        raise Conflict("Somebody is still to score this answer. Make the case once they have.")
    thread = await _thread(desk, item)
    if thread is None:
        raise Conflict(GONE)
    told = mine or scores
    return item.review, _with_what_was_said(replace(thread, doubted=True), told), told


async def why_none(desk: Desk, sample_id: str) -> str:
    """Why somebody is given nothing, in a sentence for them."""
    sample = await desk.store.samples.get(sample_id)
    items, marks = await desk.store.samples.items(sample_id), await desk.store.samples.marks(sample_id)
    far = progress(items, marks)
    if far.done:
        return f"Everything of the sample of {sample.days} is scored. Thank you!"
    if far.scored == far.items:
        return "Nothing is left for you: every answer is scored, and some wait for a second person. Thank you!"
    return (
        "Nothing is left for you: what is not scored yet is with a colleague, is your own answer, or stands in a room "
        "that you do not read. Look again in half an hour."
    )


def _with_what_was_said(thread: Thread, scores: list[Score]) -> EvalCase:
    hide, case = stand_ins(thread).hide, case_of(thread)
    facts = (hide(line.strip()) for score in scores for line in score.should_say.splitlines())
    left = any(score.points.get("escalation") is Met.NO for score in scores)
    return replace(case, must_say=tuple(dict.fromkeys(filter(None, facts))), escalates=case.escalates or left)


async def _given(desk: Desk, sample_id: str, item: Sampled, thread: Thread) -> Given:
    items, marks = await desk.store.samples.items(sample_id), await desk.store.samples.marks(sample_id)
    hide = stand_ins(thread, _team(thread)).hide  # whoever signs an answer is not told
    asked = turns_of(_as_it_stood(thread), hide)
    return Given(sample_id, item.id, asked, hide(thread.review.reply), progress(items, marks))


def _as_it_stood(thread: Thread) -> Thread:
    """The conversation as whoever decided on the answer saw it: what came after would tell what became of it."""
    review, turns = thread.review, thread.escalation.turns
    until = review.decision.at if review.decision else review.opened_at
    known = [turn for turn in turns if turn.at <= (review.opened_at if turn.author is Author.AGENT else until)]
    return replace(thread, escalation=replace(thread.escalation, turns=tuple(known)))


def _team(thread: Thread) -> list[Person]:
    """Everybody of the team who had to do with the conversation."""
    made = thread.review.decision
    people = [made.by if made else None, thread.review.editor, thread.escalation.asker]
    return [person for person in (*people, *(turn.by for turn in thread.escalation.turns)) if person is not None]


async def _thread(desk: Desk, item: Sampled) -> Thread | None:
    """The conversation of an item; None once the customer took it back."""
    try:
        thread = await of_review(desk, item.review)
    except NotFound:
        return None
    withdrawn = thread.escalation.status is EscalationStatus.WITHDRAWN
    asks = any(turn.text.strip() for turn in thread.escalation.customer_turns)
    return thread if asks and thread.review.reply.strip() and not withdrawn else None


async def _item(desk: Desk, sample_id: str, item_id: str) -> Sampled:
    for item in await desk.store.samples.items(sample_id):
        if item.id == item_id:
            return item
    raise NotFound("That answer is not in the sample any more. Press “Score one” again.")


async def _check_own(desk: Desk, item: Sampled, person: Person) -> None:
    if key_of(person) in item.authors:
        raise NotAllowed("You wrote, guided or approved this answer: somebody else scores it.")
    if item.room and not await _reads(desk, item.room, person):
        raise NotAllowed("That conversation is in a private room that you are not in.")


async def _unread(desk: Desk, sample_id: str, person: Person) -> frozenset[str]:
    """The private rooms of the sample that this person does not read."""
    rooms = {item.room for item in await desk.store.samples.items(sample_id) if item.room}
    found = sorted(rooms)
    reads = await asyncio.gather(*(_reads(desk, room, person) for room in found))  # a form is not waited for long
    return frozenset(room for room, may in zip(found, reads, strict=True) if not may)


async def _reads(desk: Desk, room: str, person: Person) -> bool:
    """Whether the platform that has the room says so; what cannot be told now is shown to nobody."""
    for platform in desk.platforms.values():
        with suppress(RatchetError):
            if await platform.sees(person, room):
                return True
    return False


def _points(rubric: Rubric, item_id: str, values: Mapping[str, str]) -> dict[str, Met]:
    known = {str(met.value): met for met in Met}
    points: dict[str, Met] = {}
    for point in rubric.points:
        field = of_place(point.name, item_id)
        if values.get(field, "") not in known:
            raise Rejected("Choose one.", field=field)
        points[point.name] = known[values[field]]
    return points


def _written(values: Mapping[str, str], name: str) -> str:
    return values.get(name, "").strip()[:MAX_NOTE]
