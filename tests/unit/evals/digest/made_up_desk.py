"""Puts a desk that was made up into a real store, row by row."""

from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, insert

from bot.domain.history import Conversation, Drafted
from bot.storage.tables import EscalationRow, ReviewRow, table
from tests.benchmarks.desks import Made

ESCALATIONS, REVIEWS = table(EscalationRow), table(ReviewRow)


def write(file: Path, made: Made, *, cites: tuple[str, ...] = ()) -> None:
    """Put the conversations of the main workspace into the file; answers of the intents `cites` cite an article."""
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        connection.execute(insert(ESCALATIONS), [_escalation(each) for each in made.conversations])
        reviews = [_review(each.id, draft, cites) for each in made.conversations for draft in each.drafts]
        connection.execute(insert(REVIEWS), reviews)
    engine.dispose()


def _escalation(told: Conversation) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(ESCALATIONS.c.keys())
    latest = max(at for at in (told.opened_at, told.last_answer_at, told.came_back_at) if at is not None)
    return empty | {
        "workspace": "main", "id": told.id, "surface": "web", "external_id": told.id, "customer": {}, "revision": 1,
        "opened_at": told.opened_at, "status": "open", "place_platform": "slack", "place_room": "C1",
        "place_thread": told.id, "channel": "", "details": {}, "burst_key": "", "touched_at": latest,
        "first_answer_at": told.first_answer_at, "last_answer_at": told.last_answer_at,
        "came_back_at": told.came_back_at, "waiting_since": told.waiting_since,
    }  # fmt: skip


def _review(conversation: str, draft: Drafted, cites: tuple[str, ...]) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(REVIEWS.c.keys())
    cited = [{"passage_id": "returns#1"}] if draft.intent in cites else []
    decided = draft.decided
    return empty | {
        "workspace": "main", "id": f"{conversation}/1", "escalation_id": conversation, "number": 1, "revision": 1,
        "state": draft.state.value if draft.delivered_at else "handed_off", "version": 1, "opened_at": draft.at,
        "proposal": {"passages": [{"id": "returns#1", "slug": "returns"}], "draft": {"citations": cited}},
        "draft_hash": "", "problem": "", "intent": draft.intent, "abstained": draft.abstained, "cost": draft.cost,
        "decision_action": decided.action.value if decided else None, "decision_platform": "slack",
        "decision_by": "U1", "decided_at": decided.at if decided else None, "delivered_at": draft.delivered_at,
    }  # fmt: skip
