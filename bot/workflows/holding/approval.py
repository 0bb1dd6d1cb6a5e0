"""One reply that holds all who ask about the same: proposed on an alert, approved once, stopped by anybody."""

from contextlib import suppress
from dataclasses import replace

from bot.cards.holding import Standing, holding_card
from bot.domain.answer import Draft, DraftAuthor, Finding, Level, Risk, Sentiment, Triage, Urgency
from bot.domain.chat import Person, Place
from bot.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from bot.domain.escalation import Author, Customer, Escalation, Turn
from bot.domain.holding import (
    OPEN_HOLDINGS,
    Holding,
    HoldingState,
    Reach,
    check_may_propose,
    check_may_send,
    holding_id,
    why_not_proposed,
)
from bot.domain.spike import Alert, What
from bot.domain.text.holding import LANGUAGES, holding_text
from bot.domain.watching import matter_of
from bot.ports import Desk, Run
from bot.workflows.answer import guard
from bot.workflows.holding.recipients import alert_now, reached
from bot.workflows.showing import repaint, through_outages, wait_after

_RESTS_ON = "grounding"  # the guardrail that asks what a text rests on: one that says nothing rests on nothing

# --- proposing --------------------------------------------------------------------------------------------------------


async def begun(desk: Desk, cause: str, actor: Person) -> tuple[str, str]:
    """The text to begin with, and its language: what was proposed last, else what holds and says nothing.

    In the language that most examples of the alert are in. Raises NotAllowed, and Conflict when the alert is over.
    """
    check_may_propose(await desk.people.role(actor))
    alert = await _open_alert(desk, cause)
    with suppress(NotFound):
        holding = await desk.store.holdings.get(holding_id(cause))
        return holding.text, holding.language
    language = await _language(desk, alert)
    frames = (await desk.workflows.live()).frames
    return holding_text(language, frames.get(language, frames.get("", ("", "")))), language


async def propose(desk: Desk, cause: str, actor: Person, text: str, language: str, *, joining: bool) -> None:
    """Put the text before those who may approve it, in place of one that was proposed, or sent, before.

    Raises Rejected for what a guardrail blocks, NotAllowed, and Conflict when the alert is over.
    """
    check_may_propose(await desk.people.role(actor))
    alert = await _open_alert(desk, cause)
    text = text.strip()
    if not text:
        raise Rejected("Write what the customers shall get.", field="text")
    if language not in LANGUAGES:
        raise Rejected("Choose the language that the text is in.", field="language")
    findings = await _judged(desk, text, language)
    blocks = [finding.message for finding in findings if finding.level is Level.BLOCK]
    if blocks:
        raise Rejected(f"This cannot be sent as it is: {blocks[0]}", field="text")
    title = matter_of(alert).title
    new = Holding(
        holding_id(cause), cause, title, text, language, joining, (actor,), desk.clock.now(), findings=findings
    )
    await _show_later(desk, await _kept(desk, new))


async def _kept(desk: Desk, new: Holding) -> Holding:
    """The new one, or what there is with the new text, which nobody has approved yet."""
    stored = await desk.store.holdings.open(new)
    if stored.hash == new.hash and stored.state in OPEN_HOLDINGS:
        return stored
    writers = tuple(person for person in stored.writers if not person.same_as(new.author))
    return await desk.store.holdings.change(
        replace(new, writers=(*writers, new.author), card=stored.card, version=stored.version)
    )


async def _open_alert(desk: Desk, cause: str) -> Alert:
    alert = await alert_now(desk, cause)
    if alert is None:
        raise Conflict("This is over, so that nobody needs a holding reply for it.")
    return alert


async def _language(desk: Desk, alert: Alert) -> str:
    """The language that most of the alert's examples are in, of those that we know."""
    found = []
    for name in alert.conversations:
        reviews = await desk.store.reviews.of_escalation(name)
        found += [review.proposal.triage.language for review in reviews[-1:] if review.proposal]
    known = [language for language in found if language in LANGUAGES]
    return max(known, key=known.count, default="en")


async def _judged(desk: Desk, text: str, language: str) -> tuple[Finding, ...]:
    """What the guardrails say of a text that is for everybody: it rests on no article, and a person wrote it."""
    now, sure = desk.clock.now(), 1.0
    about = Triage(
        "", "", 0.0, Risk.MEDIUM, Sentiment.NEUTRAL, sure, Urgency.NORMAL, sure, language, language_confidence=sure
    )
    asked = Turn("holding", Author.CUSTOMER, "", now)
    everybody = Escalation("holding", "", "holding", Customer(""), (asked,), opened_at=now)
    draft = Draft(text, text, (), 1.0, DraftAuthor.PERSON)
    working = await desk.workflows.live()
    fitting = tuple(rule for rule in working.guardrails if rule.name != _RESTS_ON)
    return await guard(desk, replace(working, guardrails=fitting), everybody, about, (), draft)


# --- deciding ---------------------------------------------------------------------------------------------------------


async def approve(desk: Desk, name: str, text_hash: str, actor: Person) -> None:
    """Have the text that the actor saw sent to all whom it is for.

    Raises NotAllowed for whoever may not, and Conflict for another text, an alert that is over, or a second approval.
    """
    check_may_send(await desk.people.role(actor))
    holding = await desk.store.holdings.get(name)
    if not _approved_by(holding, text_hash, actor):  # else what was clicked comes again after a crash
        if holding.state is not HoldingState.PROPOSED or holding.hash != text_hash:
            raise Conflict(why_not_proposed(holding))
        await _open_alert(desk, holding.cause)
        now = desk.clock.now()
        holding = await _changed(desk, replace(holding, state=HoldingState.SENDING, approved_by=actor, approved_at=now))
    await start_sending(desk, holding)
    await _show_later(desk, holding)


def _approved_by(holding: Holding, text_hash: str, actor: Person) -> bool:
    sending = holding.state is HoldingState.SENDING and holding.hash == text_hash
    return sending and actor.same_as(holding.approved_by)


async def start_sending(desk: Desk, holding: Holding, wave: str = "") -> None:
    """Start the run that sends what was approved: once for each approval, or once for each later wave of it."""
    key = f"hold:{holding.id}:{holding.hash}:{holding.version}:{wave}"
    await desk.runtime.start("send_holding", key, holding=holding.id, text_hash=holding.hash)


async def stop(desk: Desk, name: str, actor: Person) -> None:
    """Send it to nobody any more; anybody of the team may. Raises Conflict when there is nothing to stop."""
    check_may_propose(await desk.people.role(actor))
    holding = await desk.store.holdings.get(name)
    if holding.state is HoldingState.STOPPED and actor.same_as(holding.ended_by):
        return
    if holding.state not in OPEN_HOLDINGS:
        raise Conflict("This was sent already, so that there is nothing to stop.")
    now = desk.clock.now()
    ended = replace(holding, state=HoldingState.STOPPED, ended_by=actor, ended_at=now)
    await _show_later(desk, await _changed(desk, ended))


async def _changed(desk: Desk, holding: Holding) -> Holding:
    """The holding after this decision; whoever comes second is told what the first one did."""
    try:
        return await desk.store.holdings.change(holding)
    except Conflict:
        raise Conflict(why_not_proposed(await desk.store.holdings.get(holding.id))) from None


# --- showing ----------------------------------------------------------------------------------------------------------


async def _show_later(desk: Desk, holding: Holding) -> None:
    key = f"show:{holding.id}:{holding.version}"
    await desk.runtime.start("show_holding", key, holding=holding.id)


async def show_holding(run: Run, desk: Desk, *, holding: str) -> None:
    """Post or repaint the card of the holding reply in the alert's thread."""
    await through_outages(run, desk, "show", paint, holding)


async def paint(desk: Desk, name: str) -> float | None:
    """Bring the card up to date; return None when it is, else the seconds to wait before trying again."""
    painting = repaint(lambda: desk.store.holdings.get(name), lambda holding: _paint_once(desk, holding))
    return await wait_after(painting, name)


async def _paint_once(desk: Desk, holding: Holding) -> None:
    alert = await desk.store.spikes.get(holding.cause)
    waits = holding.state is HoldingState.PROPOSED
    reach = await reached(desk, holding, alert) if waits else Reach()
    alike = matter_of(alert).what in (What.CLUSTER, What.INTENT)
    card = holding_card(holding, Standing(reach, await desk.store.holdings.tally(holding.id), alike))
    if holding.card is not None:
        await desk.platforms[holding.card.place.platform].update(holding.card, card)
        return
    if alert.card is None:
        raise NotAllowed("An alert that nobody was told of has no thread for a holding reply.")
    at = alert.card
    thread = Place(at.place.platform, at.place.room, at.place.thread or at.message)
    message = await desk.platforms[thread.platform].post(thread, card, key=f"card:{holding.id}")
    await desk.store.holdings.set_card(holding.id, message)
