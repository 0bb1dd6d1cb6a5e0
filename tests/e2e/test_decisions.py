"""What people decide on a card, who may, what they are shown and told, and what the customer gets."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.domain.review import Action, FailureMode, Review
from bot.sandbox.remote import Json
from tests.e2e.company import Desk, MovedClock, buttons, company_at_work, words

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUND = "How long does a card refund take to arrive after you issue it?"
ANSWER = "5 to 7 working days"
HACKED = "Somebody hacked my account and placed an order that is not mine. What do I do now?"
NONSENSE = "Which colour does the moon of the planet Zog have?"


@pytest.fixture(scope="module")
def clock() -> MovedClock:
    return MovedClock()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory, clock: MovedClock) -> AsyncIterator[Desk]:
    async with company_at_work(tmp_path_factory.mktemp("decisions"), clock=clock) as running:
        yield running


def user(desk: Desk, name: str) -> str:
    return desk.sandbox.workspace.user(name).id


def mentioned(desk: Desk, card: Json, name: str) -> bool:
    return f'"user_id": "{user(desk, name)}"' in json.dumps(card["blocks"])


async def replies(desk: Desk, card: Json, text: str = ANSWER) -> int:
    """How often the thread has this text outside of cards."""
    thread = await desk.thread(card["channel"], card["thread_ts"])
    return sum(text in words(message) for message in thread[1:] if message["ts"] != card["ts"])


async def review_of(desk: Desk, card: Json) -> Review:
    subject: str = next(a["value"] for a in card["actions"] if a["action"].startswith("review."))
    return await desk.app.desk.store.reviews.get(subject.partition("#")[0])


# --- the card ---------------------------------------------------------------------------------------------------------


async def test_the_card_says_who_asks_what_and_what_the_draft_rests_on(desk: Desk) -> None:
    card = await desk.asked(REFUND)
    said = words(card)
    for part in ("Gus Outsider", "asks via Slack", REFUND, "Intent", "Risk", "confidence", ANSWER, "Sources", "[1]"):
        assert part in said
    assert "in force since" in said
    assert buttons(card) == ["Approve", "Edit", "Reject", "Hand off", "Why"]


async def test_the_footer_names_the_releases_that_the_draft_was_made_with(desk: Desk) -> None:
    card = await desk.asked(REFUND)
    knowledge = await desk.app.desk.store.releases.live("knowledge")
    workflow = await desk.app.desk.store.releases.live("workflow")
    made_with = f"knowledge v{knowledge.number} · workflow v{workflow.number}"
    assert made_with in words(card)
    proposal = (await review_of(desk, card)).proposal
    assert proposal is not None
    trace = await desk.app.desk.store.traces.get(proposal.trace_id)
    for record in (proposal, trace):
        assert (record.knowledge_release, record.workflow_release) == (1, workflow.number)


async def test_hostile_text_stays_text(desk: Desk) -> None:
    hostile = "<!channel> <http://evil.example|click> *bold* <b>HTML</b> @here how long does a card refund take?"
    wrote = await desk.hands.do(
        "messages", as_="gus", room="#escalations", raw=True, text=hostile.replace("<", "&lt;").replace(">", "&gt;")
    )
    card = await desk.card("#escalations", wrote["ts"], "Why")
    assert hostile in words(card)
    shown = json.dumps(card["blocks"])
    assert '"type": "broadcast"' not in shown
    assert '"url": "http://evil' not in shown
    assert "<!channel>" not in card["text"]


# --- approve ----------------------------------------------------------------------------------------------------------


async def test_approve_sends_the_draft_once_and_says_who_and_when(desk: Desk) -> None:
    card = await desk.asked(REFUND)
    await desk.press(card, "Approve")
    done = await desk.shows(card, "Delivered to this thread")
    assert "Approved" in words(done)
    assert mentioned(desk, done, "ana")
    assert '"type": "date"' in json.dumps(done["blocks"])
    assert buttons(done) == ["Why"]
    assert await replies(desk, card) == 1


async def test_of_two_reviewers_one_wins_and_the_other_is_told_who_and_when(desk: Desk) -> None:
    card = await desk.asked(REFUND)
    await asyncio.gather(desk.press(card, "Approve", as_="ana"), desk.press(card, "Approve", as_="bo"))
    done = await desk.shows(card, "Delivered to this thread")
    winner, loser = ("ana", "bo") if mentioned(desk, done, "ana") else ("bo", "ana")
    full_name = desk.sandbox.workspace.user(winner).real_name
    told = await desk.whisper(loser, f"{full_name} approved this at")
    assert "UTC on" in told
    await desk.quiet()
    assert await replies(desk, card) == 1


async def test_the_button_of_a_card_that_was_replaced_sends_nothing(desk: Desk) -> None:
    old = await desk.asked(REFUND, as_="mae")
    await desk.hands.do("messages", as_="mae", room="#escalations", text="It was a Visa card.", thread=old["thread_ts"])
    await desk.shows(old, "was replaced by a newer one")
    await press_as_it_was(desk, old, "Approve")
    await desk.whisper("ana", "This draft was replaced by a newer one")
    await desk.quiet()
    new = await desk.card("#escalations", old["thread_ts"], "Why")
    assert "Approve" in buttons(new)


async def press_as_it_was(desk: Desk, seen: Json, button: str, *, as_: str = "ana") -> None:
    """Press a button that the person still sees, although the message has changed meanwhile."""
    workspace = desk.sandbox.workspace
    message = workspace.message(workspace.channels[seen["channel"]], seen["ts"])
    now, message.blocks = message.blocks, seen["blocks"]
    pressing = desk.sandbox.interactions.press_in_message(workspace.user(as_), message, {"action": button})
    answered = await pressing
    message.blocks = now
    assert answered.acknowledged


# --- edit -------------------------------------------------------------------------------------------------------------


async def test_edit_sends_the_text_of_the_person_and_both_versions_are_kept(desk: Desk) -> None:
    card = await desk.asked(REFUND)
    form = await desk.form(card, "Edit")
    assert ANSWER in json.dumps(form["blocks"])
    mine = "It takes about a week, Gus. Tell us if it takes longer."
    sent = await desk.hands.do("forms/submit", as_="ana", values={"Reply": mine})
    assert not sent["errors"]
    done = await desk.shows(card, "Delivered to this thread")
    assert "Edited and approved" in words(done)
    assert await replies(desk, card, mine) == 1
    assert await replies(desk, card, ANSWER) == 0
    review = await review_of(desk, done)
    assert review.proposal is not None
    assert ANSWER in review.proposal.draft.text
    assert review.reply == mine


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Please write to my colleague at jane.doe@example.org about it.", "e-mail address"),
        ("See https://evil.example/refunds for how long it takes.", "evil.example"),
        ("   ", "Write the answer"),
    ],
)
async def test_an_edit_that_must_not_be_sent_is_refused_in_the_form(desk: Desk, text: str, why: str) -> None:
    card = await desk.asked(REFUND)
    await desk.form(card, "Edit", as_="bo")
    refused = await desk.hands.do("forms/submit", as_="bo", values={"Reply": text})
    assert why in str(refused["errors"]) or (not text.strip() and refused["errors"])
    assert refused["open"]
    await desk.hands.do("forms/close", as_="bo", all=True)
    assert "Approve" in buttons(await desk.message(card))


async def test_who_edits_too_late_is_told_and_keeps_the_text(desk: Desk) -> None:
    card = await desk.asked(REFUND)
    await desk.form(card, "Edit", as_="bo")
    await desk.press(card, "Approve", as_="ana")
    await desk.shows(card, "Delivered to this thread")
    refused = await desk.hands.do("forms/submit", as_="bo", values={"Reply": "About a week."})
    assert "Ana Ruiz approved this at" in str(refused["errors"])
    assert refused["open"]
    await desk.hands.do("forms/close", as_="bo", all=True)


# --- reject, hand off, why --------------------------------------------------------------------------------------------


async def test_reject_takes_a_failure_mode_and_records_who_and_why(desk: Desk) -> None:
    card = await desk.asked(REFUND)
    form = json.dumps((await desk.form(card, "Reject"))["blocks"])
    assert all(mode.label in form for mode in FailureMode)
    without = await desk.hands.do("forms/submit", as_="ana", values={"Note": "Wrong policy."})
    assert without["errors"]
    await desk.hands.do("forms/submit", as_="ana", values={"What went wrong?": "stale_policy", "Note": "Wrong policy."})
    done = await desk.shows(card, "Rejected")
    assert "Stale policy" in words(done)
    assert "Wrong policy." in words(done)
    assert mentioned(desk, done, "ana")
    assert await replies(desk, card) == 0
    decision = (await review_of(desk, done)).decision
    assert decision is not None
    assert (decision.action, decision.mode, decision.note) == (Action.REJECT, FailureMode.STALE_POLICY, "Wrong policy.")


async def test_a_rejection_can_ask_for_a_new_draft_with_guidance(desk: Desk) -> None:
    card = await desk.asked(REFUND)
    await desk.form(card, "Reject")
    redraft: Json = {"What went wrong?": "tone", "Draft again with this note as guidance": ["yes"]}
    refused = await desk.hands.do("forms/submit", as_="ana", values=redraft)
    assert "Say what the new draft should do differently" in str(refused["errors"])
    await desk.hands.do("forms/submit", as_="ana", values={"Note": "Mention bank holidays."})
    await desk.shows(card, "A new draft with this guidance is on its way")
    again = await desk.card("#escalations", card["thread_ts"], "With this guidance from the team")
    assert "Mention bank holidays." in words(again)
    await desk.shows(again, "Draft 2")
    await press_as_it_was(desk, card, "Approve", as_="bo")
    await desk.whisper("bo", "Ana Ruiz rejected this at")


async def test_hand_off_names_a_person_and_notifies_them(desk: Desk) -> None:
    card = await desk.asked(REFUND)
    await desk.form(card, "Hand off")
    note = {"Who takes over?": "sue", "Note": "She knows this customer."}
    await desk.hands.do("forms/submit", as_="ana", values=note)
    done = await desk.shows(card, "Handed off")
    assert mentioned(desk, done, "sue")
    notice = await desk.card("#escalations", card["thread_ts"], "hands this one to you")
    assert mentioned(desk, notice, "sue")
    assert "She knows this customer." in words(notice)


async def test_why_shows_passages_with_scores_findings_and_steps(desk: Desk) -> None:
    card = await desk.asked(REFUND)
    form = words(await desk.form(card, "Why", as_="sue"))
    for part in ("Judgement", "Passages, best first", "[1]", "Findings", "Steps", "triage:", "retrieve:", "draft:"):
        assert part in form
    assert "bm25" in form
    await desk.hands.do("forms/close", as_="sue", all=True)


# --- who may ----------------------------------------------------------------------------------------------------------


async def test_an_outsiders_clicks_are_refused(desk: Desk) -> None:
    card = await desk.asked(REFUND, as_="bo")
    await desk.press(card, "Approve", as_="gus")
    await desk.whisper("gus", "Only support reps can decide on drafts")
    for button in ("Edit", "Reject", "Hand off", "Why"):
        await desk.press(card, button, as_="gus")
    await desk.whisper("gus", "Only support reps can look behind a draft")
    assert not (await desk.hands.read("forms", as_="gus"))["forms"]
    assert "Approve" in buttons(await desk.message(card))


async def test_nobody_can_approve_while_slack_does_not_tell_the_roles(desk: Desk, clock: MovedClock) -> None:
    card = await desk.asked(REFUND)
    clock.moved += timedelta(seconds=61)  # what Slack said of the groups is believed for a minute
    await desk.hands.do("faults", method="usergroups.list", error="missing_scope", times=20)
    await desk.press(card, "Approve", as_="mae")
    await desk.whisper("mae", "Slack did not tell me your role, so nothing was sent")
    assert await replies(desk, card) == 0
    await desk.hands.do("faults/clear")
    await desk.press(card, "Approve", as_="mae")
    await desk.shows(card, "Delivered to this thread")


async def test_high_risk_takes_a_senior_who_neither_asked_nor_edited(desk: Desk) -> None:
    card = await desk.asked(HACKED, as_="sue")
    assert "High risk, assist only" in words(card)
    await desk.press(card, "Approve", as_="ana")
    await desk.whisper("ana", "a senior rep must approve it")
    await desk.press(card, "Approve", as_="sue")
    await desk.whisper("sue", "you asked for it: another senior rep must approve it")
    await desk.press(card, "Approve", as_="mae")
    await desk.shows(card, "Delivered to this thread")


async def test_who_edited_a_high_risk_reply_cannot_approve_it(desk: Desk) -> None:
    card = await desk.asked(HACKED)
    await desk.form(card, "Edit", as_="mae")
    mine = "We are sorry. A manager calls you on Monday."
    await desk.hands.do("forms/submit", as_="mae", values={"Reply": mine})
    edited = await desk.shows(card, mine)
    assert mentioned(desk, edited, "mae")
    assert await replies(desk, card, mine) == 0
    await desk.press(edited, "Approve", as_="mae")
    await desk.whisper("mae", "you edited the text: another senior rep must approve it")
    await press_as_it_was(desk, card, "Approve", as_="sue")  # approves the text that is not there any more
    await desk.whisper("sue", "This draft was replaced by a newer one")
    await desk.press(edited, "Approve", as_="sue")
    await desk.shows(card, "Delivered to this thread")
    assert await replies(desk, card, mine) == 1


async def test_who_guided_a_high_risk_draft_cannot_approve_it(desk: Desk) -> None:
    card = await desk.asked(HACKED)
    await desk.form(card, "Reject", as_="sue")
    values = {"What went wrong?": "Tone", "Note": "Warmer, please.", "redraft": "yes"}
    await desk.hands.do("forms/submit", as_="sue", values=values)
    newer = await desk.card("#escalations", card["thread_ts"], "Draft 2")
    await desk.press(newer, "Approve", as_="sue")
    await desk.whisper("sue", "you asked for it: another senior rep must approve it")
    await desk.press(newer, "Approve", as_="mae")
    await desk.shows(newer, "Delivered to this thread")


async def test_an_abstention_names_what_is_missing_and_offers_to_write_the_answer(desk: Desk) -> None:
    card = await desk.asked(NONSENSE)
    assert "No draft." in words(card)
    assert buttons(card) == ["Write answer", "Reject", "Hand off", "Why"]
    mine = "We do not know, but thank you for asking."
    await desk.form(card, "Write answer", as_="bo")
    await desk.hands.do("forms/submit", as_="bo", values={"Reply": mine})
    await desk.shows(card, "Delivered to this thread")
    assert await replies(desk, card, mine) == 1
