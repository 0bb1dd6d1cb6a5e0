"""The review card and the forms in every state, as cards and as Slack shows them."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.cards.block_kit import render_card, render_form
from bot.cards.forms import edit_form, why_form
from bot.cards.review import review_card
from bot.domain.answer import DraftAuthor, Field, Finding, Level, Need, Passage, Risk, Summary
from bot.domain.article import Audience
from bot.domain.confidence import ENOUGH
from bot.domain.escalation import Escalation
from bot.domain.review import Action, FailureMode, Review, ReviewState
from tests.contracts.store_samples import BEN, NOON, RECEIPT, TRICKY, decision, draft, escalation, proposal, turn

CALIBRATED = proposal(confidence=0.83, calibrated_on=ENOUGH)
READY = Review("esc_1/1", "esc_1", 1, 1, ReviewState.READY, 2, NOON, CALIBRATED)
NEEDS = (
    Need("Where is my refund?", "refund", "Refund status", 0.93, owner="#support-billing"),
    Need("And can I pause <!channel> the refill?", "pause", "Pause a refill", 0.8, owner="#support-orders"),
)
RUNBOOK = Passage(
    "fraud#2", "fraud", "h1", "Fraud checks", "Review a held order", "…", "@risk-desk", audience=Audience.INTERNAL
)  # fmt: skip


def shown(review: Review, asked: Escalation | None = None) -> str:
    return json.dumps(render_card(review_card(asked or escalation(), review)), ensure_ascii=False)


def judged(**changes: Any) -> Review:
    """The ready review, with this in its triage."""
    return replace(READY, proposal=replace(CALIBRATED, triage=replace(CALIBRATED.triage, **changes)))


def labels(review: Review) -> list[str]:
    blocks = render_card(review_card(escalation(), review))["blocks"]
    pressed = [e for block in blocks if block["type"] == "actions" for e in block["elements"]]
    return [element["text"]["text"] for element in pressed if element["type"] == "button"]


def folded(review: Review) -> list[str]:
    """What the card's menu offers."""
    blocks = render_card(review_card(escalation(), review))["blocks"]
    menus = [e for block in blocks if block["type"] == "actions" for e in block["elements"] if e["type"] == "overflow"]
    return [option["text"]["text"] for menu in menus for option in menu["options"]]


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
        ReviewState.READY: "confidence 83%",
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


@pytest.mark.parametrize(
    ("decisions", "said"),
    [
        (ENOUGH, '"  ·  confidence 83%"'),
        (ENOUGH - 1, f"confidence 83% (not yet calibrated: {ENOUGH - 1} decisions)"),
        (1, "confidence 83% (not yet calibrated: 1 decision)"),
    ],
)
def test_the_confidence_says_when_it_rests_on_too_few_decisions(decisions: int, said: str) -> None:
    assert said in shown(replace(READY, proposal=replace(CALIBRATED, calibrated_on=decisions)))


def test_without_decisions_the_card_shows_the_drafters_estimate_as_such() -> None:
    bare = proposal(draft=draft(confidence=0.8))
    assert "confidence 80% (not yet calibrated: no decisions yet)" in shown(replace(READY, proposal=bare))


def test_what_cannot_be_approved_has_no_confidence() -> None:
    held = Finding("links", Level.BLOCK, "The draft links to evil.example.")
    assert "confidence" not in shown(replace(READY, proposal=replace(CALIBRATED, findings=(held,))))
    silent = draft("", cited="", citations=(), missing="No article says when.")
    assert "confidence" not in shown(replace(READY, proposal=replace(CALIBRATED, draft=silent)))
    assert "confidence" not in shown(replace(READY, editor=BEN))


def test_several_needs_are_listed_and_the_one_of_another_room_is_said_to_be_theirs() -> None:
    card = shown(judged(needs=NEEDS, owner="#support-billing"))
    assert "Asks 2 things" in card
    assert "1. “Where is my refund?”: Refund status (93%)" in card
    assert "2. “And can I pause <!channel> the refill?”: Pause a refill (80%)" in card
    assert card.count("belongs to") == 1 and card.index("belongs to") < card.index('"#support-orders"')


def test_one_need_is_the_intent_and_is_not_listed_again() -> None:
    assert "Asks" not in shown(judged(needs=NEEDS[:1]))


def test_a_flag_stands_above_the_question() -> None:
    card = shown(judged(flags=("The customer asks for the third time.",)))
    assert card.index("⚠️ ") < card.index("asks for the third time") < card.index("Where is my parcel?")


SUMMARY = Summary(("It leaks.", "It is a Bravo 2."), ("I descaled it.",), ("Is it under warranty?",))


def test_a_long_conversation_is_summed_up_above_its_beginning() -> None:
    long = escalation("esc_1", turn("1", f"{'It leaks and leaks. ' * 40} The end."))
    card = shown(judged(summary=SUMMARY), long)
    assert "• It leaks." in card and "• It is a Bravo 2." in card
    assert card.index("Is it under warranty?") < card.index("It leaks and leaks.")
    assert "(the rest is in the thread)" in card and "The end." not in card


def test_what_is_asked_is_not_told_twice() -> None:
    turns = [turn(str(number), "Still leaking.") for number in range(4)]
    card = shown(judged(summary=SUMMARY, needs=NEEDS), escalation("esc_1", *turns))
    assert "Asks 2 things" in card and "Is it under warranty?" not in card


def test_four_short_turns_are_long_and_one_is_not() -> None:
    turns = [turn(str(number), "Still leaking.") for number in range(4)]
    assert "I descaled it." in shown(judged(summary=SUMMARY), escalation("esc_1", *turns))
    assert "I descaled it." not in shown(judged(summary=SUMMARY), escalation("esc_1", *turns[:3]))


def test_the_next_steps_are_numbered_and_name_the_procedure_they_are_from() -> None:
    steps = ("Compare the name and the address.", "Ask the bank.")
    card = shown(replace(READY, proposal=replace(CALIBRATED, next_steps=steps, procedure=RUNBOOK)))
    assert "Next steps for you" in card
    assert "1. Compare the name and the address." in card and "2. Ask the bank." in card
    assert "Fraud checks › Review a held order" in card and "(@risk-desk, internal)" in card


def test_a_value_is_followed_by_what_it_comes_to_where_that_is_something_else() -> None:
    found = (
        Field("day", "next Friday", 0, 11, "2026-11-27"),
        Field("amount", "EUR 149", 0, 7, "149.00 EUR"),
        Field("order_id", "A-1", 0, 3, "A-1"),
    )
    assert "day next Friday → Fri 27 Nov 2026, amount EUR 149 → 149.00 EUR, order id A-1" in shown(judged(fields=found))


def test_the_reason_for_the_judgement_is_a_line() -> None:
    assert "Judged like “Where is my\\nparcel”" not in shown(judged(because="like “Where is my\nparcel”"))
    assert "Judged like “Where is my parcel”" in shown(judged(because="like “Where is my\nparcel”"))


def test_any_text_fits_on_a_card_that_can_still_be_decided() -> None:
    wild = "x" * 100_000 + TRICKY + "\x00\ud800‮"
    triage = replace(
        CALIBRATED.triage, because=wild, flags=(wild,) * 40, summary=Summary((wild,) * 40, (wild,), (wild,)),
        needs=(Need(wild, intent_title=wild, owner=wild),) * 40, fields=(Field(wild, wild, 0, 1, wild),) * 40,
    )  # fmt: skip
    full = replace(CALIBRATED, triage=triage, next_steps=(wild,) * 40, procedure=replace(RUNBOOK, title=wild))
    review = replace(READY, proposal=full)
    blocks = render_card(review_card(escalation("esc_1", turn("1", wild)), review))["blocks"]
    assert len(blocks) <= 50
    assert len(json.dumps(blocks, ensure_ascii=False)) < 40_000
    assert "Approve" in labels(review)
    assert "It is on its way. [1]" in json.dumps(blocks)


@pytest.mark.parametrize(
    ("mode", "offered"),
    [
        (FailureMode.MISSING_KNOWLEDGE, "Fix knowledge"),
        (FailureMode.STALE_POLICY, "Fix knowledge"),
        (FailureMode.TONE, "Make eval case"),
        (FailureMode.POLICY_RESTRICTION, "Make eval case"),
    ],
)
def test_a_rejection_offers_what_mends_it_and_the_other_behind_the_menu(mode: FailureMode, offered: str) -> None:
    made = decision(READY, Action.REJECT, mode=mode)
    rejected = replace(READY, state=ReviewState.REJECTED, decision=made)
    assert labels(rejected) == [offered, "Why"]
    others = [name for name in ("Make eval case", "Fix knowledge") if name != offered]
    assert folded(rejected) == [*others, "Set intent"]


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("It will arrive within four days.", "Fix knowledge"),
        ("It's on its way to you!", "Make eval case"),
    ],
)
def test_an_edit_offers_what_its_change_calls_for(text: str, offered: str) -> None:
    made = decision(READY, Action.EDIT, text=text)
    assert labels(replace(READY, state=ReviewState.DELIVERED, decision=made)) == [offered, "Why"]


def test_an_approval_offers_both_behind_the_menu_alone() -> None:
    approved = replace(READY, state=ReviewState.DELIVERED, decision=decision(READY))
    assert labels(approved) == ["Why"]
    assert folded(approved) == folded(READY) == ["Make eval case", "Fix knowledge", "Set intent"]


def test_a_misjudged_intent_offers_to_set_the_right_one() -> None:
    made = decision(READY, Action.REJECT, mode=FailureMode.AMBIGUOUS_INTENT)
    rejected = replace(READY, state=ReviewState.REJECTED, decision=made)
    assert labels(rejected) == ["Set the right intent", "Why"]
    assert folded(rejected) == ["Make eval case", "Fix knowledge"]


def test_a_tools_failure_says_whom_to_tell_and_what_shows_it() -> None:
    made = decision(READY, Action.REJECT, mode=FailureMode.TOOL_FAILURE)
    rejected = replace(READY, state=ReviewState.REJECTED, decision=made)
    assert labels(rejected) == ["Why"]
    assert "ratchet trace show run-1" in shown(rejected)
