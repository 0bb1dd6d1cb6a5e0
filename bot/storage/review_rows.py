"""A review's row <-> the domain's values."""

import math
from typing import Any

from sqlalchemy import Row

from bot.domain.answer import Proposal
from bot.domain.chat import MessageRef, Person
from bot.domain.confidence import Judgement, drafter_of
from bot.domain.review import Action, Decision, FailureMode, Receipt, Review, ReviewState
from bot.storage.values import load_optional, plain

DECIDED = {
    Action.APPROVE: ReviewState.DELIVERING,
    Action.EDIT: ReviewState.DELIVERING,
    Action.REJECT: ReviewState.REJECTED,
    Action.HAND_OFF: ReviewState.HANDED_OFF,
}


def review_from(row: Row[Any]) -> Review:
    """Read a row of `reviews`."""
    return Review(
        id=row.id, escalation_id=row.escalation_id, number=row.number, revision=row.revision,
        state=ReviewState(row.state), version=row.version, opened_at=row.opened_at,
        proposal=load_optional(Proposal, row.proposal), card=load_optional(MessageRef, row.card),
        editor=load_optional(Person, row.editor), decision=_decision(row),
        receipt=load_optional(Receipt, row.receipt), problem=row.problem,
    )  # fmt: skip


def _decision(row: Row[Any]) -> Decision | None:
    if row.decision_action is None:
        return None
    return Decision(
        review_id=row.id, action=Action(row.decision_action),
        by=Person(row.decision_platform, row.decision_by, row.decision_name), at=row.decided_at,
        draft_hash=row.decision_hash, text=row.decision_text,
        mode=FailureMode(row.decision_mode) if row.decision_mode else None, note=row.decision_note,
        to=load_optional(Person, row.decision_to), redraft=row.decision_redraft,
    )  # fmt: skip


def decision_columns(decision: Decision) -> dict[str, Any]:
    """The columns that say who decided what."""
    return {
        "decision_action": decision.action.value,
        "decision_platform": decision.by.platform,
        "decision_by": decision.by.id,
        "decision_name": decision.by.name,
        "decided_at": decision.at,
        "decision_hash": decision.draft_hash,
        "decision_text": decision.text,
        "decision_mode": decision.mode.value if decision.mode else None,
        "decision_note": decision.note,
        "decision_to": plain(decision.to),
        "decision_redraft": decision.redraft,
    }


def proposal_columns(proposal: Proposal) -> dict[str, Any]:
    """The columns that hold a proposal and what it was made with."""
    return {
        "proposal": plain(proposal),
        "draft_hash": proposal.draft.hash,
        "knowledge_release": proposal.knowledge_release,
        "workflow_release": proposal.workflow_release,
    }


def estimate_columns(proposal: Proposal) -> dict[str, Any]:
    """The columns that hold what the drafter and the card say of a draft; empty for one that cannot be sent as it is.

    They stay when a person rewrites the text: they are about the drafter's.
    """
    sendable = not proposal.draft.abstained and not proposal.blocks and math.isfinite(proposal.draft.confidence)
    return {
        "drafter": drafter_of(proposal.draft) if sendable else None,
        "estimate": proposal.draft.confidence if sendable else None,
        "confidence": proposal.confidence if sendable else None,
    }


def judgement_from(row: Row[Any]) -> Judgement:
    """Read a row of `reviews` that was decided on."""
    return Judgement(row.drafter, row.estimate, row.confidence, row.approved, row.decided_at)
