"""The review card and the forms in every state, as cards and as Slack shows them."""

import json
from dataclasses import replace

import pytest

from bot.cards.block_kit import render_card, render_form
from bot.cards.forms import edit_form, why_form
from bot.cards.review import review_card
from bot.domain.answer import DraftAuthor, Finding, Level, Risk
from bot.domain.review import Action, FailureMode, Review, ReviewState
from tests.contracts.store_samples import BEN, NOON, RECEIPT, decision, draft, escalation, proposal

READY = Review("esc_1/1", "esc_1", 1, 1, ReviewState.READY, 2, NOON, proposal())


def shown(review: Review) -> str:
    return json.dumps(render_card(review_card(escalation(), review)), ensure_ascii=False)


def labels(review: Review) -> list[str]:
    blocks = render_card(review_card(escalation(), review))["blocks"]
    return [e["text"]["text"] for block in blocks if block["type"] == "actions" for e in block["elements"]]


@pytest.mark.parametrize("state", ReviewState)
def test_every_state_says_what_it_is_and_offers_only_what_can_be_done(state: ReviewState) -> None:
    decided = state in {
        ReviewState.DELIVERING, ReviewState.DELIVERED, ReviewState.FAILED, ReviewState.REJECTED, ReviewState.HANDED_OFF,
    }  # fmt: skip
    actions = {ReviewState.REJECTED: Action.REJECT, ReviewState.HANDED_OFF: Action.HAND_OFF}
    made = decision(READY, actions.get(state, Action.APPROVE), mode=FailureMode.TONE, to=BEN) if decided else None
    review = replace(READY, state=state, decision=made, receipt=RECEIPT, problem="It is away.")
    words = {
        ReviewState.DRAFTING: "Drafting an answer",
        ReviewState.READY: "confidence 80%",
        ReviewState.SUPERSEDED: "was replaced by a newer one",
        ReviewState.WITHDRAWN: "message was deleted",
        ReviewState.DELIVERING: "It is away.",
        ReviewState.DELIVERED: "Delivered to chat",
        ReviewState.FAILED: "Delivery failed",
        ReviewState.REJECTED: "Tone",
        ReviewState.HANDED_OFF: "Handed off",
    }
    assert words[state] in shown(review)
    assert ("Approve" in labels(review)) is (state is ReviewState.READY)
    assert state.value.replace("_", " ") in review_card(escalation(), review).summary


def test_a_block_keeps_approve_off_the_card_and_says_why() -> None:
    held = Finding("links", Level.BLOCK, "The draft links to evil.example.", "https://evil.example")
    review = replace(READY, proposal=proposal(findings=(held,)))
    assert "Approve" not in labels(review)
    assert "The draft links to evil.example." in shown(review)


def test_an_abstention_offers_to_write_the_answer() -> None:
    silent = draft("", cited="", citations=(), missing="No article says when.")
    review = replace(READY, proposal=proposal(draft=silent))
    assert labels(review) == ["Write answer", "Reject", "Hand off", "Why"]
    assert "No article says when." in shown(review)


def test_high_risk_says_who_must_approve() -> None:
    high = proposal(triage=replace(proposal().triage, risk=Risk.HIGH))
    assert "High risk, assist only" in shown(replace(READY, proposal=high))


def test_the_run_on_the_card_can_be_copied_into_a_command() -> None:
    assert "`propose:esc_1:1`" in shown(replace(READY, proposal=proposal(trace_id="propose:esc_1:1")))


def test_the_form_says_so_when_a_draft_is_longer_than_it_can_hold() -> None:
    long = replace(READY, proposal=proposal(draft=draft("word " * 1000, author=DraftAuthor.MODEL)))
    view = json.dumps(render_form(edit_form(long, "s"), None))
    assert "Only the first 3000 of 5000 characters fit here." in view


def test_why_is_there_before_the_run_is_over() -> None:
    view = json.dumps(render_form(why_form(READY, None), None))
    assert "Two days." in view
    assert "Steps" not in view
