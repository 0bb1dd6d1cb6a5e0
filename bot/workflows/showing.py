"""Keeping every card true: a card is painted from what the store says now, after every change."""

import logging

from bot.cards.review import opening_card, review_card
from bot.domain.chat import Place, Room
from bot.domain.errors import DeliveryFailed, NotFound, Unavailable
from bot.domain.escalation import Escalation
from bot.domain.review import Review
from bot.ports import Desk, Platform, Run

log = logging.getLogger(__name__)


async def show(run: Run, desk: Desk, review_id: str, *, owner: str = "") -> None:
    """Post or repaint the review's card; keeps trying through outages, and says in the log when it must give up.

    `owner` is the room that owns the intent, where that is known before there is a proposal.
    """
    for attempt, delay in enumerate((*desk.policy.delivery_delays, 0.0)):
        wait = await run.step("show", paint, desk, review_id, owner)
        if wait is None:
            return
        log.warning("The card of %s could not be shown (attempt %d).", review_id, attempt + 1)
        await run.sleep(max(delay, wait))
    log.error("The card of %s could not be shown; it waits in the queue on the Home page.", review_id)


async def paint(desk: Desk, review_id: str, owner: str = "") -> float | None:
    """Bring the card up to date; return None when it is, else the seconds to wait before trying again.

    Painting repeats while the review changes underneath, so that an older state never stays on top of a newer one.
    """
    review = await desk.store.reviews.get(review_id)
    try:
        while True:
            await _paint_once(desk, review, owner)
            latest = await desk.store.reviews.get(review_id)
            if latest.version == review.version:
                return None
            review = latest
    except Unavailable as trouble:
        return trouble.retry_after or 0.0
    except DeliveryFailed as trouble:
        if not trouble.permanent:
            return trouble.retry_after or 0.0
        log.error("The card of %s was refused: %s", review_id, trouble)
        return None


async def _paint_once(desk: Desk, review: Review, owner: str) -> None:
    escalation = await desk.store.escalations.get(review.escalation_id)
    card = review_card(escalation, review)
    if review.card is not None:
        await desk.platforms[review.card.place.platform].update(review.card, card)
        return
    place = await _team_place(desk, escalation, review.proposal.triage.owner if review.proposal else owner)
    if place is None:
        log.error("There is no room for the card of %s: set RATCHET_SLACK_HOME_ROOM to a room of the team.", review.id)
        return
    message = await desk.platforms[place.platform].post(place, card, key=f"card:{review.id}")
    await desk.store.reviews.set_card(review.id, message)


async def _team_place(desk: Desk, escalation: Escalation, owner: str) -> Place | None:
    """Where the team's card belongs: the thread itself, but never a room that another organisation can read."""
    if escalation.place is not None:
        room = await desk.platforms[escalation.place.platform].room(escalation.place.room)
        if not room.shared:
            return escalation.place
    return await _open_thread(desk, escalation, owner)


async def _open_thread(desk: Desk, escalation: Escalation, owner: str) -> Place | None:
    """Begin a thread for the escalation in the room that owns its intent, and work on it there from now on."""
    for platform in desk.platforms.values():
        room = await _own_room(platform, [owner, desk.policy.default_room])
        if room is not None:
            root = await platform.post(
                Place(platform.name, room.id), opening_card(escalation), key=f"opening:{escalation.id}"
            )
            place = Place(platform.name, room.id, thread=root.message)
            await desk.store.escalations.set_place(escalation.id, place)
            return place
    return None


async def _own_room(platform: Platform, candidates: list[str]) -> Room | None:
    for name in filter(None, candidates):
        try:
            room = await platform.room(name)
        except NotFound:
            log.warning("There is no room %s (or the bot is not in it); trying the next one.", name)
            continue
        if room.member and not room.shared:
            return room
    return None
