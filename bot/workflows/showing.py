"""Keeping every card true: a card is painted from what the store says now, after every change."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from bot.cards.elements import Card
from bot.cards.review import failure_card, opening_card, review_card
from bot.domain.chat import Person, Place, Room
from bot.domain.errors import DeliveryFailed, NotFound, RatchetError, Unavailable
from bot.domain.escalation import Escalation
from bot.domain.fix import KnowledgeFix
from bot.domain.holding import Holding
from bot.domain.intents import TopicProposal
from bot.domain.quality import EvalCase, GateResult
from bot.domain.review import Review, ReviewState
from bot.domain.sample import Sample
from bot.domain.spike import Alert
from bot.ports import Desk, Platform, Run
from bot.workflows.grouping import notice_for

log = logging.getLogger(__name__)

Shown = TypeVar("Shown", Review, KnowledgeFix, TopicProposal, Alert, Holding, Sample)

NO_HOME = "set RATCHET_SLACK_HOME_ROOM or RATCHET_TEAMS_HOME_ROOM to a room of the team."
A_WHILE = timedelta(minutes=5)
"""More than all the tries that the platform's adapter makes within one of ours."""


async def show(run: Run, desk: Desk, review_id: str, *, owner: str = "") -> None:
    """Post or repaint the review's card; keeps trying through outages, and says in the log when it must give up.

    `owner` is the room that owns the intent, where that is known before there is a proposal.
    """
    await through_outages(run, desk, "show", paint, review_id, owner)


async def show_missing(desk: Desk) -> None:
    """Start to show the cards that could not be shown at their time: those drafts wait, and nobody sees them."""
    now = desk.clock.now()
    over = now - A_WHILE - timedelta(seconds=sum(desk.policy.retry_seconds))  # their own run has given up by then
    for review in await desk.store.reviews.waiting(limit=500):
        if review.card is None and review.opened_at < over:
            await desk.runtime.start("show", f"show:{review.id}:{now:%Y-%m-%dT%H:%M}", review=review.id)


async def show_again(run: Run, desk: Desk, *, review: str) -> None:
    await show(run, desk, review)


async def add(run: Run, desk: Desk, review_id: str, card: Card, *, key: str) -> None:
    """Post a further card below the review's, once per key; keeps trying through outages."""
    await through_outages(run, desk, "post", _add, review_id, card, key)


async def tell_of_failure(run: Run, desk: Desk, review_id: str) -> None:
    """Notify whoever approved the reply if it did not reach the customer; the card alone would notify nobody."""
    await through_outages(run, desk, "alert", _alert, review_id)


async def tell(run: Run, desk: Desk, review_id: str, person: Person, text: str) -> None:
    """Tell this person alone, where the card is; keeps trying through outages."""
    await through_outages(run, desk, "tell", _tell, review_id, person, text)


async def through_outages(
    run: Run,
    desk: Desk,
    name: str,
    effect: Callable[..., Awaitable[float | None]],
    subject: str,
    *more: object,
    waits: Sequence[float] | None = None,
) -> None:
    """Repeat a step that gives the seconds to wait while it cannot be done, and None once there is nothing to do.

    It is tried again after each of the `waits`, or of the team's own.
    """
    for delay in (*(desk.policy.retry_seconds if waits is None else waits), None):
        wait = await run.step(name, effect, desk, subject, *more)
        if wait is None:
            return
        log.warning("The step %r of %s could not be done yet.", name, subject)
        if delay is not None:
            await run.sleep(max(delay, wait))
    log.error("The step %r of %s could not be done; what waits for people is on the Home page.", name, subject)


async def wait_after(effect: Awaitable[object], subject: str) -> float | None:
    """None when the effect is done or was refused for good, else the seconds to wait before it is tried again."""
    try:
        await effect
    except Unavailable as trouble:
        return trouble.retry_after or 0.0
    except DeliveryFailed as trouble:
        if not trouble.permanent:
            return trouble.retry_after or 0.0
        log.error("What was to be shown of %s was refused: %s", subject, trouble)
    return None


async def repaint(read: Callable[[], Awaitable[Shown]], paint_once: Callable[[Shown], Awaitable[None]]) -> None:
    """Paint, again while it changes underneath, so that an older state never stays on top of a newer one."""
    shown = await read()
    while True:
        await paint_once(shown)
        latest = await read()
        if latest.version == shown.version:
            return
        shown = latest


async def paint(desk: Desk, review_id: str, owner: str = "") -> float | None:
    """Bring the card up to date; return None when it is, else the seconds to wait before trying again."""
    return await wait_after(_paint(desk, review_id, owner), review_id)


async def paint_writing(desk: Desk, review_id: str, text: str) -> None:
    """Show on the card of a review that is still drafting what is written so far; on any other change nothing.

    Raises Unavailable or DeliveryFailed where that cannot be.
    """
    review = await desk.store.reviews.get(review_id)
    if review.state is ReviewState.DRAFTING and review.card is not None:
        await _paint(desk, review_id, "", text)


async def _alert(desk: Desk, review_id: str) -> float | None:
    review = await desk.store.reviews.get(review_id)
    if review.state is not ReviewState.FAILED:
        return None
    return await _add(desk, review_id, failure_card(review), f"failed:{review_id}:{review.version}")


async def _add(desk: Desk, review_id: str, card: Card, key: str) -> float | None:
    place = await _place(desk, review_id)
    if place is None:
        return 0.0
    return await wait_after(desk.platforms[place.platform].post(place, card, key=key), review_id)


async def _tell(desk: Desk, review_id: str, person: Person, text: str) -> float | None:
    place = await _place(desk, review_id)
    if place is None:
        return 0.0
    return await wait_after(desk.platforms[place.platform].tell(place, person, text), review_id)


async def _place(desk: Desk, review_id: str) -> Place | None:
    """Where the card is; None while it is not kept yet: people see a card, and press, before we have noted where."""
    card = (await desk.store.reviews.get(review_id)).card
    return card.place if card else None


async def _paint(desk: Desk, review_id: str, owner: str, writing: str = "") -> None:
    await repaint(lambda: desk.store.reviews.get(review_id), lambda review: _paint_once(desk, review, owner, writing))


async def _paint_once(desk: Desk, review: Review, owner: str, writing: str) -> None:
    escalation = await desk.store.escalations.get(review.escalation_id)
    escaped = await desk.store.escapes.of_review(review.id) if review.decision else None
    notice = await notice_for(desk, escalation, review)
    card = review_card(escalation, review, writing=writing, escaped=escaped, notice=notice)
    if review.card is not None:
        await desk.platforms[review.card.place.platform].update(review.card, card)
        return
    place = await _team_place(desk, escalation, review.proposal.triage.owner if review.proposal else owner)
    if place is None:
        log.error("There is no room for the card of %s: %s", review.id, NO_HOME)
        return
    message = await desk.platforms[place.platform].post(place, card, key=f"card:{review.id}")
    await desk.store.reviews.set_card(review.id, message)


async def is_shared(desk: Desk, place: Place) -> bool:
    """Whether another organisation can read there, as far as can be told now; painting asks again and must know."""
    try:
        return (await desk.platforms[place.platform].room(place.room)).shared
    except RatchetError:
        return False


async def _team_place(desk: Desk, escalation: Escalation, owner: str) -> Place | None:
    """Where the team's card belongs: the thread itself, but never a room that another organisation can read."""
    if escalation.place is not None:
        room = await desk.platforms[escalation.place.platform].room(escalation.place.room)
        if not room.shared:
            return escalation.place
    return await _open_thread(desk, escalation, owner)


async def _open_thread(desk: Desk, escalation: Escalation, owner: str) -> Place | None:
    """Begin a thread for the escalation in the room that owns its intent, and work on it there from now on."""
    room = await own_place(desk, [owner, desk.policy.home_room])
    if room is None:
        return None
    root = await desk.platforms[room.platform].post(room, opening_card(escalation), key=f"opening:{escalation.id}")
    place = replace(root.place, thread=root.message)  # another run may have begun it, in another room
    await desk.store.escalations.set_place(escalation.id, place)
    return place


async def cases_named(desk: Desk, gate: GateResult | None) -> dict[str, EvalCase]:
    """The cases that a gate's verdict names, by id."""
    named = {*gate.fixed, *gate.broken, *gate.flaky, *gate.failing} if gate else set()
    return {case.id: case for case in await desk.store.cases.all() if case.id in named} if named else {}


async def own_room(platform: Platform, name: str) -> Room | None:
    """The room of this name, if it is the team's alone and the bot is in it."""
    try:
        room = await platform.room(name)
    except NotFound:
        return None
    return room if room.member and not room.shared else None


async def own_place(desk: Desk, candidates: Sequence[str]) -> Place | None:
    """The first of these rooms that is the team's alone and that the bot is in, on whichever platform it is."""
    for name in filter(None, candidates):
        for platform in desk.platforms.values():
            room = await own_room(platform, name)
            if room is not None:
                return Place(platform.name, room.id)
        log.warning("There is no room %s that is the team's alone and that the bot is in; trying the next one.", name)
    return None
