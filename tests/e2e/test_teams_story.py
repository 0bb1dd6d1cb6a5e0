"""The job done in Microsoft Teams: an escalation becomes a card in its thread that people edit, approve and reject."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.domain.review import FailureMode, Review
from tests.teams.cards import button, labels, words
from tests.teams.company import ESCALATIONS, TeamsDesk, teams_company
from tests.teams.world import Message

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUND = "How long does a card refund take to arrive after you issue it?"
ANSWER = "5 to 7 working days"
HACKED = "Somebody hacked my account and placed an order that is not mine. What do I do now?"
NONSENSE = "Which colour does the moon of the planet Zog have?"
DECIDED = ["Approve", "Edit", "Reject", "Hand off", "Why"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TeamsDesk]:
    async with teams_company(tmp_path_factory.mktemp("teams")) as running:
        yield running


def answers(desk: TeamsDesk, card: Message, text: str = ANSWER) -> int:
    """How often the thread has this text outside of cards."""
    thread = desk.world.thread(card.root)
    return sum(text in one.text for one in thread if one.author is None and not one.card)


async def review_of(desk: TeamsDesk, card: Message) -> Review:
    subject = str(button(card.card or {}, "Approve")["data"]["subject"])
    return await desk.app.desk.store.reviews.get(subject.partition("#")[0])


# --- the card and what is decided on it -------------------------------------------------------------------------------


async def test_a_message_in_a_watched_channel_gets_a_cited_draft_in_its_thread(desk: TeamsDesk) -> None:
    asked = await desk.hands.write("gus", ESCALATIONS, REFUND)
    card = await desk.card(asked, "Why")
    assert card.root == asked.id
    said = words(card.card or {})
    for part in ("Gus Outsider", "asks via Teams", REFUND, "Intent", "Risk", "confidence", ANSWER, "Sources", "[1]"):
        assert part in said
    shown = await desk.hands.look("ana", card)
    assert [label for label in labels(shown) if label in DECIDED] == DECIDED


async def test_approve_sends_the_draft_into_the_thread_once_and_says_who(desk: TeamsDesk) -> None:
    card = await desk.asked(REFUND)
    await desk.hands.press("ana", card, "Approve")
    done = await desk.shows(card, "Delivered to this thread")
    assert "Approved" in words(done.card or {})
    assert "Ana Ruiz" in words(done.card or {})
    await desk.replied(card, ANSWER)
    assert answers(desk, card) == 1
    assert "Approve" not in labels(await desk.hands.look("bo", done))


async def test_a_client_without_universal_actions_approves_as_well(desk: TeamsDesk) -> None:
    card = await desk.asked(REFUND)
    await desk.hands.press("bo", card, "Approve", old_client=True, look=False)
    await desk.shows(card, "Delivered to this thread")
    assert answers(desk, card) == 1


async def test_the_text_that_a_person_writes_in_the_dialog_is_what_is_sent(desk: TeamsDesk) -> None:
    card = await desk.asked(REFUND)
    review = await review_of(desk, card)
    dialog = (await desk.hands.press("ana", card, "Edit")).opened
    assert ANSWER in dialog.held[dialog.input("Reply")]
    mine = "It takes about a week, Gus. Tell us if it takes longer."
    assert (await desk.hands.send(dialog, {"Reply": mine})).dialog is None
    done = await desk.shows(card, "Delivered to this thread")
    assert "Edited and approved" in words(done.card or {})
    assert (answers(desk, card, mine), answers(desk, card)) == (1, 0)
    assert (await desk.app.desk.store.reviews.get(review.id)).reply == mine


async def test_a_reply_that_must_not_be_sent_comes_back_in_the_dialog_with_what_was_typed(desk: TeamsDesk) -> None:
    card = await desk.asked(REFUND)
    dialog = (await desk.hands.press("bo", card, "Edit")).opened
    mine = "See https://evil.example/refunds for how long it takes."
    again = (await desk.hands.send(dialog, {"Reply": mine})).opened
    assert "evil.example" in again.says
    assert again.held[again.input("Reply")] == mine
    await desk.hands.send(again, {"Reply": "About a week."})
    await desk.shows(card, "Delivered to this thread")
    assert answers(desk, card, "About a week.") == 1


async def test_a_rejection_takes_a_failure_mode_and_records_who_and_why(desk: TeamsDesk) -> None:
    card = await desk.asked(REFUND)
    dialog = (await desk.hands.press("ana", card, "Reject")).opened
    assert all(mode.label in dialog.says for mode in FailureMode)
    await desk.hands.send(dialog, {"What went wrong?": "stale_policy", "Note": "Wrong policy."})
    done = words((await desk.shows(card, "Rejected")).card or {})
    assert "Stale policy" in done and "Wrong policy." in done and "Ana Ruiz" in done
    assert answers(desk, card) == 0


async def test_a_rejection_can_ask_for_a_new_draft_with_guidance(desk: TeamsDesk) -> None:
    card = await desk.asked(REFUND)
    dialog = (await desk.hands.press("ana", card, "Reject")).opened
    sent = {"What went wrong?": "tone", "Note": "Mention bank holidays.", "redraft": "yes"}
    await desk.hands.send(dialog, sent)
    again = await desk.card(card, "With this guidance from the team")
    assert "Draft 2" in words((await desk.shows(again, "Draft 2")).card or {})


async def test_why_shows_what_the_draft_rests_on_in_a_dialog_to_read(desk: TeamsDesk) -> None:
    card = await desk.asked(REFUND)
    dialog = (await desk.hands.press("sue", card, "Why")).opened
    for part in ("Judgement", "Passages, best first", "[1]", "Steps"):
        assert part in dialog.says


async def test_hand_off_names_a_person_and_notifies_them(desk: TeamsDesk) -> None:
    card = await desk.asked(REFUND)
    dialog = (await desk.hands.press("ana", card, "Hand off")).opened
    sue = desk.world.people["sue"]
    await desk.hands.send(dialog, {"Who takes over?": sue.id, "Note": "She knows this customer."})
    await desk.shows(card, "Handed off")
    notice = await desk.card(card, "hands this one to you")
    entities = ((notice.card or {}).get("msteams") or {}).get("entities") or []
    assert [one["mentioned"]["id"] for one in entities if one["type"] == "mention"].count(sue.id) == 1


async def test_an_abstention_offers_to_write_the_answer(desk: TeamsDesk) -> None:
    card = await desk.asked(NONSENSE)
    assert "No draft." in words(card.card or {})
    dialog = (await desk.hands.press("bo", card, "Write answer")).opened
    mine = "We do not know, but thank you for asking."
    await desk.hands.send(dialog, {"Reply": mine})
    await desk.replied(card, mine)


async def test_what_the_customer_adds_makes_a_newer_draft_and_the_old_card_says_so(desk: TeamsDesk) -> None:
    card = await desk.asked(REFUND)
    pressed = dict(card.card or {})
    await desk.hands.write("gus", ESCALATIONS, "It was a Visa card.", thread=card)
    await desk.shows(card, "was replaced by a newer one")
    card.card, kept = pressed, card.card
    reaction = await desk.hands.press("ana", card, "Approve", look=False)
    card.card = kept
    assert "replaced by a newer one" in reaction.said or await desk.whisper("ana", "replaced by a newer one")
    assert answers(desk, card) == 0


# --- who may ----------------------------------------------------------------------------------------------------------


async def test_an_outsiders_press_is_refused_kindly(desk: TeamsDesk) -> None:
    card = await desk.asked(REFUND)
    await desk.hands.press("gus", card, "Approve", look=False)
    await desk.whisper("gus", "Only support reps can decide on drafts")
    refused = await desk.hands.press("gus", card, "Edit", look=False)
    assert "Only support reps" in refused.said
    assert answers(desk, card) == 0


async def test_a_guest_and_somebody_of_another_tenant_decide_nothing(desk: TeamsDesk) -> None:
    card = await desk.asked(REFUND)
    await desk.hands.press("pia", card, "Approve", look=False)
    await desk.whisper("pia", "Only support reps can decide on drafts")
    human, action = desk.world.people["tom"], button(card.card or {}, "Approve")
    told = desk.hands.activities.execute(human, card, action, action["data"])
    assert (await desk.hands.deliver(told, expect=None)).status == 403
    assert answers(desk, card) == 0


async def test_high_risk_takes_a_senior_and_a_rep_is_not_offered_what_only_a_senior_may(desk: TeamsDesk) -> None:
    card = await desk.asked(HACKED)
    assert "High risk, assist only" in words(card.card or {})
    assert "Approve" not in labels(await desk.hands.look("ana", card))
    assert "Approve" in labels(await desk.hands.look("sue", card))
    await desk.hands.press("ana", card, "Approve", look=False)
    await desk.whisper("ana", "a senior rep must approve it")
    await desk.hands.press("sue", card, "Approve")
    await desk.shows(card, "Delivered to this thread")


# --- other doors ------------------------------------------------------------------------------------------------------


async def test_a_mention_in_a_channel_that_is_not_watched_gets_a_draft(desk: TeamsDesk) -> None:
    await desk.hands.write("gus", "#Support/Random", "Lunch?")
    asked = await desk.hands.write("bo", "#Support/Random", REFUND, mention=True)
    assert REFUND in words((await desk.card(asked, "Why")).card or {})
    assert not [one for one in desk.said() if "Lunch?" in one]


async def test_a_question_in_the_personal_chat_gets_a_draft_there(desk: TeamsDesk) -> None:
    asked = await desk.hands.chat("bo", REFUND)
    card = await desk.in_chat("bo", "Why")
    assert (card.conversation, REFUND in words(card.card or {})) == (asked.conversation, True)


async def test_the_queue_is_a_card_in_the_personal_chat_that_stays_one(desk: TeamsDesk) -> None:
    await desk.asked("How long does the refund of a card payment take, please?")
    await desk.hands.chat("ana", "queue")
    home = await desk.in_chat("ana", "refund of a card payment")
    assert "Gus Outsider" in words(home.card or {})
    await desk.asked("Does the refund reach a card that expired?")
    await desk.hands.press("ana", home, "Refresh")
    await desk.shows(home, "a card that expired")
    ours = [one for one in desk.world.messages.values() if one.conversation == home.conversation and not one.deleted]
    assert sum("What you decided today" in words(one.card or {}) for one in ours) == 1


async def test_commands_are_answered_by_mention_by_slash_and_in_the_personal_chat(desk: TeamsDesk) -> None:
    await desk.hands.write("mae", "#Support/Random", "help", mention=True)
    told = await desk.whisper("mae", "I draft cited answers")
    assert told.only_for is desk.world.people["mae"]
    await desk.hands.slash("sue", "#Support/Random", "ratchet status")
    assert "knowledge v" in (await desk.whisper("sue", "Waiting for a decision")).text
    await desk.hands.chat("bo", "ratchet help")
    assert (await desk.whisper("bo", "I draft cited answers")).only_for is None
    await desk.hands.slash("gus", "#Support/Random", "ratchet status")
    await desk.whisper("gus", "Only support reps can see the queue")
