"""The columns that conversations and drafts are counted by, filled wherever what they tell of changes.

They hold no word of anybody's, so that a metric never reads a conversation's text or a proposal's JSON.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.answer import Level, Proposal
from bot.domain.escalation import Author, Escalation, Turn
from bot.domain.history import edit_share, new_share
from bot.domain.review import Receipt

_MOMENTS = ("first_answer_at", "last_answer_at", "came_back_at", "waiting_since", "touched_at")
_NOBODY = ("", "unknown")  # ids of customers whom the surface does not tell apart


def counted_conversation(escalation: Escalation) -> dict[str, Any]:
    """The columns of a new conversation; what was answered before it was handed over answers nothing of it."""
    opened = {"opened_at": escalation.opened_at, "touched_at": escalation.opened_at}
    columns = {**dict.fromkeys(_MOMENTS), **opened, **counted_turns(opened, escalation.turns)}
    del columns["opened_at"]
    return {**columns, "customer_id": customer_key(escalation.customer.id)}


def customer_key(customer_id: str) -> str | None:
    """What a customer's conversations are found by; None for one whom the surface does not tell from others."""
    return None if customer_id in _NOBODY else customer_id


def counted_turns(now: Mapping[str, Any], turns: Sequence[Turn]) -> dict[str, Any]:
    """The columns that change when these turns join a conversation whose row is `now`.

    Who spoke after whom goes by arrival, because clocks differ; a time before that of what came before is none.
    """
    opened, changed = now["opened_at"], dict(now)
    for turn in turns:
        changed["touched_at"] = max(changed.get("touched_at") or opened, turn.at)
        answered = changed.get("last_answer_at")
        if turn.author is Author.AGENT and turn.at >= opened:
            changed["first_answer_at"] = changed.get("first_answer_at") or turn.at
            changed["last_answer_at"] = max(turn.at, answered or turn.at)
            changed["waiting_since"] = None
        elif turn.author is Author.CUSTOMER:
            at = max(turn.at, opened, answered or opened)
            changed["waiting_since"] = changed.get("waiting_since") or at
            if answered:
                changed["came_back_at"] = changed.get("came_back_at") or at
    return {name: changed[name] for name in _MOMENTS if name in changed and changed[name] != now.get(name)}


def counted_draft(proposal: Proposal) -> dict[str, Any]:
    """The columns of a drafter's proposal."""
    triage, draft = proposal.triage, proposal.draft
    return {
        "intent": triage.intent,
        "risk": triage.risk.value,
        "sentiment": triage.sentiment.value,
        "abstained": not draft.by_drafter,
        "findings": " ".join(
            sorted({f"{each.guardrail}:{each.level.value}" for each in proposal.findings if each.level != Level.PASS})
        ),
        "tokens": draft.input_tokens + draft.output_tokens,
        "cost": draft.cost,
    }


def counted_edit(edited: Proposal) -> dict[str, Any]:
    """The columns of a text that a person made of a draft."""
    draft = edited.draft
    return {"edit_share": edit_share(draft.by_drafter, draft.text), "new_share": new_share(draft.text, edited)}


def counted_delivery(receipt: Receipt | None) -> dict[str, Any]:
    """The column of a delivery, where there was one."""
    return {"delivered_at": receipt.at} if receipt else {}
