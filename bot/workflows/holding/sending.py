"""Sends an approved holding reply to each conversation that it is for: once, through crashes, and while it may."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.errors import Conflict, DeliveryFailed, NotFound, Unavailable
from bot.domain.escalation import Author, Turn
from bot.domain.holding import HOLDING_REF, Holding, HoldingState
from bot.ports import Desk, Run
from bot.workflows.holding.approval import show_holding, start_sending
from bot.workflows.holding.recipients import alert_now, reached, waits

log = logging.getLogger(__name__)

_AT_ONCE = 20  # conversations a step


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of some conversations: the drafts of those that got it, and those to be tried again, and when."""

    reviews: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    wait: float = 0.0


async def send_holding(run: Run, desk: Desk, *, holding: str, text_hash: str) -> None:
    """Deliver the text that was approved to all whom it is for now; what cannot be delivered is tried again.

    It ends early when the text is changed or stopped, or the alert is over. Drafts' cards say who got it.
    """
    left = await run.step("whom", whom, desk, holding, text_hash)
    for delay in (*desk.policy.retry_seconds, None):
        later: list[str] = []
        wait = 0.0
        for at in range(0, len(left), _AT_ONCE):
            some = left[at : at + _AT_ONCE]
            sent = await run.step("hold", hold, desk, holding, text_hash, some, run.id, delay is None)
            for review in sent.reviews:
                await run.start("show", f"show:{review}:held", review=review)
            later += sent.later
            wait = max(wait, sent.wait)
        left = tuple(later)
        if not left or delay is None:
            break
        await run.sleep(max(delay, wait))
    await run.step("end", end, desk, holding, text_hash, run.id)
    await show_holding(run, desk, holding=holding)


async def whom(desk: Desk, name: str, text_hash: str) -> tuple[str, ...]:
    """The conversations to send to now; none where this text may not be sent any more."""
    holding = await _still_sent(desk, name, text_hash)
    alert = await alert_now(desk, holding.cause) if holding else None
    if holding is None or alert is None:
        return ()
    return (await reached(desk, holding, alert, holding.approved_by)).to


async def hold(desk: Desk, name: str, text_hash: str, some: Sequence[str], run: str, last: bool) -> Sent:
    """Try once to deliver to each of these; on the `last` try what fails has failed."""
    holding = await _still_sent(desk, name, text_hash)
    if holding is None or await alert_now(desk, holding.cause) is None:
        return Sent()
    reviews, later, wait = [], [], 0.0
    for conversation in some:
        try:
            review = await _hold_one(desk, holding, conversation, run)
        except (DeliveryFailed, Unavailable) as trouble:
            if last or (isinstance(trouble, DeliveryFailed) and trouble.permanent):
                log.warning("No holding reply for %s: %s", conversation, trouble)
                await desk.store.holdings.done(conversation, desk.clock.now(), str(trouble))
            else:
                later.append(conversation)
                wait = max(wait, trouble.retry_after or 0.0)
            continue
        if review:
            reviews.append(review)
    return Sent(tuple(reviews), tuple(later), wait)


async def _hold_one(desk: Desk, holding: Holding, conversation: str, run: str) -> str:
    """Deliver to one conversation, if it still waits and no run was first; gives the draft whose card shall say so."""
    waiting = await waits(desk, conversation)
    if waiting is None or not await desk.store.holdings.begin(conversation, holding.id, run):
        return ""
    escalation, review = waiting
    surface = desk.surfaces.get(escalation.surface)
    if surface is None:
        there = f"There is no way to reply on {escalation.surface} in this installation."
        raise DeliveryFailed(there, permanent=True)
    receipt = await surface.deliver(escalation, holding.text, key=f"{HOLDING_REF}:{conversation}")
    turn = Turn(HOLDING_REF, Author.HOLDING, holding.text, receipt.at, by=holding.approved_by)
    await desk.store.escalations.add_turn(conversation, turn)
    await desk.store.holdings.done(conversation, receipt.at)
    return review.id


async def _still_sent(desk: Desk, name: str, text_hash: str) -> Holding | None:
    holding = await desk.store.holdings.get(name)
    return holding if holding.state is HoldingState.SENDING and holding.hash == text_hash else None


async def end(desk: Desk, name: str, text_hash: str, run: str) -> None:
    """Note that all who waited got it; one that also goes to who comes later ends with its alert."""
    await desk.store.holdings.release(run)
    holding = await _still_sent(desk, name, text_hash)
    if holding is not None and not holding.joining:
        await _ended(desk, holding)


async def tend(desk: Desk) -> None:
    """Send to those who came since, and end what belongs to an alert that is over. Again it changes nothing."""
    for holding in await desk.store.holdings.going():
        try:
            alert = await alert_now(desk, holding.cause)
        except NotFound:
            alert = None
        if alert is None:
            await _ended(desk, holding)
            await desk.runtime.start("show_holding", f"show:{holding.id}:{holding.version}:over", holding=holding.id)
        elif holding.state is HoldingState.SENDING and holding.joining:
            joined = await reached(desk, holding, alert, holding.approved_by)
            if joined.to:
                await start_sending(desk, holding, wave=f"{desk.clock.now():%Y-%m-%dT%H:%M}")


async def _ended(desk: Desk, holding: Holding) -> None:
    """SENDING has been sent, what nobody approved in time is stopped by nobody; a change in between goes first."""
    state = HoldingState.SENT if holding.state is HoldingState.SENDING else HoldingState.STOPPED
    try:
        await desk.store.holdings.change(replace(holding, state=state, ended_at=desk.clock.now()))
    except Conflict:
        log.info("%s changed while it ended.", holding.id)
