"""The bot's own page: what waits for me, and what I decided today."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cards.elements import Card, Divider, Element, Heading, Link, Note, Paragraph, Piece, Strong, When
from bot.cards.proposal import RISK_SIGNS
from bot.cards.review import asker
from bot.domain.escalation import Escalation
from bot.domain.review import Action, Review, ReviewState

LONGEST = 90
"""The characters of a question that a line of the queue shows."""
VERBS = {Action.APPROVE: "approved", Action.EDIT: "edited", Action.REJECT: "rejected", Action.HAND_OFF: "handed off"}
SENT = frozenset({ReviewState.DELIVERING, ReviewState.DELIVERED, ReviewState.FAILED})


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A review with its escalation and the address of its card."""

    review: Review
    escalation: Escalation
    link: str


def home_card(waiting: tuple[QueueItem, ...], decided: tuple[QueueItem, ...], now: datetime, role: str) -> Card:
    """The queue, oldest first with its age, and today's decisions, newest first."""
    elements: list[Element] = [Heading("Waiting for a decision")]
    elements += [Paragraph(_waiting_line(item, now)) for item in waiting]
    if not waiting:
        elements.append(Note(("Nothing waits. New drafts appear here and in their threads.",)))
    elements += [Divider(), Heading("What you decided today")]
    elements += [Paragraph(_decided_line(item)) for item in decided]
    if not decided:
        elements.append(Note(("Nothing yet today.",)))
    elements.append(Note((f"You are here as: {role}.",)))
    return Card("Your queue", tuple(elements))


def age_of(span: timedelta) -> str:
    """The age in the largest unit that tells it well: 40 s, 5 min, 3 h, 2 d."""
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size or (unit != "min" and seconds >= size and seconds % size == 0):
            return f"{seconds // size} {unit}"
    return f"{max(seconds, 0)} s"


def _name(item: QueueItem) -> Piece:
    question = " ".join(item.escalation.question.split()) or "(no text)"
    question = question if len(question) <= LONGEST else question[: LONGEST - 1].rstrip() + "…"
    return Link(question, item.link) if item.link else Strong(question)


def _waiting_line(item: QueueItem, now: datetime) -> tuple[Piece, ...]:
    proposal = item.review.proposal
    sign = f"{RISK_SIGNS[proposal.triage.risk]} " if proposal else ""
    state = "needs an answer" if proposal and proposal.draft.abstained else "draft ready"
    if item.review.state is ReviewState.FAILED:
        state = "delivery failed" if item.review.decision else "drafting failed"
    waits = f"\n{asker(item.escalation)} · {state} · waiting {age_of(now - item.review.opened_at)}"
    return (sign, _name(item), waits)


def _decided_line(item: QueueItem) -> tuple[Piece, ...]:
    decision = item.review.decision
    if decision is None:
        return (_name(item),)
    done = VERBS[decision.action]
    ended = f", {item.review.state.value}" if item.review.state in SENT else ""
    return (_name(item), f"\n{asker(item.escalation)} · {done}{ended} · ", When(decision.at))
