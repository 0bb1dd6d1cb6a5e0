"""From an approved answer to a precedent: what it says to everybody, how long it holds, and when it is forgotten."""

import re
from dataclasses import replace
from datetime import timedelta

from bot.domain.answer import UNKNOWN_INTENT, DraftAuthor, Proposal
from bot.domain.errors import Conflict, NotFound
from bot.domain.learning import approved_reply
from bot.domain.precedent import Precedent
from bot.domain.review import Action, ReviewState, needs_second_person
from bot.domain.text.changes import matter
from bot.domain.text.masking import cut
from bot.domain.text.wording import content_words, sentences
from bot.ports import Desk
from bot.workflows.capture import Thread, of_review, stand_ins

_QUESTION, _ANSWER = 2_000, 3_000  # characters that are kept: an answer fits into a form
_LEAST = 3  # words of an answer that says something
_MARKED = re.compile(r"\[\d+\]")
_OF_THIS_CASE = re.compile(
    r"\bI(?:['’]\w+)?\b|(?i:\b(?:ich|je|j['’]\w+|ik|yo)\b"
    r"|\bwe(?:['’]ve|\s+have)\s+(?:(?:just|already|now)\s+)?\w+(?:ed|nt|id|de|ne|en)\b"
    r"|\bwir\s+haben\b|\bnous\s+avons\b|\bhemos\b|\bwij?\s+hebben\b"
    r"|\byour\s+(?:\w+\s+){1,2}(?:has|have|had|was|were|is\s+being|is\s+on\s+its\s+way)\b"
    r"|\b(?:today|tomorrow|yesterday|tonight|heute|morgen|demain|aujourd['’]hui|hoy|mañana|vandaag)\b)"
)
"""What is said of one case: what somebody here did, how things stand, and a day that is another one tomorrow."""


async def remember(desk: Desk, review_id: str) -> bool:
    """Keep the answer as a precedent, if it was delivered, stood since, and says something to others; tell if so."""
    if not desk.policy.precedent_days:
        return False
    thread = await of_review(desk, review_id)
    precedent = precedent_of(thread, timedelta(days=desk.policy.precedent_days))
    if precedent is None:
        return False
    return await desk.store.precedents.save(replace(precedent, room=await _private_room(desk, thread)))


async def _private_room(desk: Desk, thread: Thread) -> str:
    """The room of the thread if only its members can read it."""
    place = thread.review.card.place if thread.review.card else thread.escalation.place
    private = place is not None and (await desk.platforms[place.platform].room(place.room)).private
    return place.room if place and private else ""


def precedent_of(thread: Thread, holds_for: timedelta) -> Precedent | None:
    """The precedent that the thread makes; None where there is no answer that others could be given."""
    review, decision, proposal = thread.review, thread.review.decision, thread.review.proposal
    if thread.doubted or review.state is not ReviewState.DELIVERED or decision is None or proposal is None:
        return None
    question, answer = _question(thread), general(thread)
    if not content_words(question) or len(content_words(answer)) < _LEAST:
        return None
    return Precedent(
        id=review.id,
        question=question,
        answer=answer,
        intent=proposal.triage.intent or UNKNOWN_INTENT,
        by=decision.by,
        at=decision.at,
        expires=decision.at + holds_for,
        sources={passage.slug: passage.revision for _, passage in proposal.cited_passages()},
        edited=decision.action is Action.EDIT or proposal.draft.author is DraftAuthor.PERSON,
        high_risk=needs_second_person(proposal.triage.risk),
    )


def general(thread: Thread) -> str:
    """What the approved reply says to everybody: without greeting and closing, and without what is of this one case.

    A sentence that an article states is of no one case, whatever its words; private data goes all the same.
    """
    proposal, hides = thread.review.proposal, stand_ins(thread).hides
    quotes = [citation.quote for citation in proposal.draft.citations] if proposal else []
    frame = _frame(proposal) if proposal else frozenset()

    def kept(sentence: str) -> bool:
        stated = any(sentence in quote or (quote and quote in sentence) for quote in quotes)
        return not hides(sentence) and (stated or not _OF_THIS_CASE.search(sentence))

    lines = []
    for line in matter(approved_reply(thread.review)).split("\n"):
        said = [line[start:end] for start, end in sentences(line)]
        told = " ".join(sentence for sentence in said if kept(sentence)) if line.strip() not in frame else ""
        if told or not said:
            lines.append(told)
    return cut(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), _ANSWER)


def _frame(proposal: Proposal) -> frozenset[str]:
    """The lines of the draft that state nothing: paragraphs in which nothing is cited."""
    if proposal.draft.author is DraftAuthor.PERSON:
        return frozenset()  # a person's text has no markers
    paragraphs = (part for part in proposal.draft.cited.split("\n\n") if not _MARKED.search(part))
    return frozenset(line.strip() for part in paragraphs for line in part.split("\n"))


def _question(thread: Thread) -> str:
    """What the reply answered, without private data: what the customer had written until then."""
    escalation, ref = thread.escalation, f"reply:{thread.review.id}"
    at = next((at for at, turn in enumerate(escalation.turns) if turn.ref == ref), len(escalation.turns))
    asked = replace(escalation, turns=escalation.turns[:at]).asked
    return stand_ins(thread).hide(cut(asked, _QUESTION))


async def usable(desk: Desk, precedent_id: str) -> Precedent:
    """The precedent, if it still holds in the live knowledge. Raises Conflict."""
    live = await desk.store.releases.live("knowledge")
    try:
        precedent = await desk.store.precedents.get(precedent_id)
    except NotFound:
        raise Conflict("That answer was withdrawn meanwhile, so it is no example any more.") from None
    if not precedent.holds(desk.clock.now(), live.manifest):
        raise Conflict("An article behind that answer has changed, or it has expired. Write the answer from today's.")
    return precedent


async def forget_overtaken(desk: Desk, escalation_id: str) -> None:
    """Forget what a fix that went live makes old: what it was learned from is an article now, and articles changed."""
    if escalation_id:
        await desk.store.precedents.withdraw(escalation_id)
    await forget_outdated(desk)


async def forget_outdated(desk: Desk) -> None:
    """Forget what has expired, and what cites an article that says something else by now."""
    live, now = await desk.store.releases.live("knowledge"), desk.clock.now()
    kept = (await desk.store.precedents.since(0)).added
    gone = [precedent.id for precedent in kept if not precedent.holds(now, live.manifest)]
    if gone:
        await desk.store.precedents.remove(gone)
