"""Values for the tests of the store."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.answer import (
    Citation,
    Draft,
    DraftAuthor,
    Finding,
    Level,
    Passage,
    Proposal,
    Risk,
    Sentiment,
    Triage,
    Urgency,
)
from bot.domain.chat import MessageRef, Person, Place
from bot.domain.escalation import Author, Customer, Escalation, Turn
from bot.domain.review import Action, Decision, Receipt, Review
from bot.ports import Store

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ANA, BEN = Person("slack", "U1", "Ana"), Person("slack", "U2", "Ben")
THREAD = Place("slack", "C1", "100.1")
CARD = MessageRef(THREAD, "100.2")
RECEIPT = Receipt("web", NOON, "ok-1")
TRICKY = "a\tb\x01\x1f\u2028 " + "🙂𝔘 ñ ü " * 6000


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def turn(ref: str, text: str = "Where is my parcel?", *, at: float = 0, author: Author = Author.CUSTOMER) -> Turn:
    return Turn(ref, author, text, after(at), ("photo.png",))


def escalation(id: str = "esc_1", *turns: Turn, **changes: Any) -> Escalation:  # noqa: A002
    base = Escalation(
        id=id, surface="web", external_id=f"x-{id}", customer=Customer("c1", "Cleo", "cleo@example.com"),
        turns=turns or (turn(f"{id}:1"),), opened_at=NOON, place=THREAD, asker=ANA, channel="chat", language="en",
        reply_url="https://example.com/reply", metadata={"order": "A-1"},
    )  # fmt: skip
    return replace(base, **changes)


def draft(text: str = "It is on its way.", **changes: Any) -> Draft:
    base = Draft(text, f"{text} [1]", (Citation(1, "shipping#1", text),), 0.8, DraftAuthor.OFFLINE, notes=("short",))
    return replace(base, **changes)


def proposal(text: str = "It is on its way.", **changes: Any) -> Proposal:
    triage = Triage(
        "where_is_it", "Where is it", 0.9, Risk.LOW, Sentiment.UNHAPPY, 0.7, Urgency.NORMAL, 0.6, "en", 0.99
    )
    passage = Passage(
        "shipping#1", "shipping", "h1", "Shipping", "Times", "Two days.", "ops", effective=NOON.date(), score=0.5,
        scores={"bm25": 2.0},
    )  # fmt: skip
    finding = Finding("grounding", Level.WARN, "One sentence has no source.")
    return replace(Proposal(triage, (passage,), draft(text), (finding,), 12, 7, "run-1"), **changes)


def decision(review: Review, action: Action = Action.APPROVE, by: Person = ANA, **changes: Any) -> Decision:
    digest = review.proposal.draft.hash if review.proposal else ""
    return replace(Decision(review.id, action, by, after(60), digest), **changes)


async def ready(store: Store, id: str = "esc_1") -> Review:  # noqa: A002
    """A review that waits for a decision."""
    stored, _ = await store.escalations.receive(escalation(id))
    review, _ = await store.reviews.open(stored, at=NOON)
    return await store.reviews.propose(review.id, proposal())
