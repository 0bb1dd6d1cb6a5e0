"""How escalations come in from Slack, through every door, and what edits, deletions and later messages change."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.e2e.company import Desk, buttons, company_at_work, words

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUND = "How long does a card refund take to arrive after you issue it?"
GRIND = "Until when can I return an unopened scale?"
RELAY = "B0HELPDESK"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    folder = tmp_path_factory.mktemp("doors")
    async with company_at_work(folder, desk={"burst_seconds": 0.4}, slack={"relay_bots": (RELAY,)}) as running:
        yield running


async def cards(desk: Desk, room: str, thread: str) -> list[str]:
    """What our messages in the thread say."""
    return [words(message) for message in (await desk.thread(room, thread))[1:] if message.get("blocks")]


async def test_a_persons_message_in_a_watched_room_gets_a_card(desk: Desk) -> None:
    card = await desk.asked(REFUND, as_="bo")
    assert "Bo Larsen" in words(card)
    assert REFUND in words(card)


async def test_an_integrations_message_gets_a_card(desk: Desk) -> None:
    wrote = await desk.hands.do("messages", integration="Shop system", room="#escalations", text=REFUND)
    assert "Shop system" in words(await desk.card("#escalations", wrote["ts"], "Why"))


async def test_a_workflow_form_gets_a_card(desk: Desk) -> None:
    form = [{"type": "section", "text": {"type": "mrkdwn", "text": f"*Question*\n{REFUND}"}}]
    asked = {"integration": "Escalate", "workflow": True, "room": "#escalations", "text": "New form", "blocks": form}
    wrote = await desk.hands.do("messages", **asked)
    assert REFUND in words(await desk.card("#escalations", wrote["ts"], "Why"))


async def test_a_forwarded_message_gets_a_card_for_the_words_that_were_forwarded(desk: Desk) -> None:
    original = await desk.hands.do("messages", as_="sue", room="#random", text=GRIND)
    link = f"https://x.example/archives/{original['room']}/p{original['ts'].replace('.', '')}"
    wrote = await desk.hands.do("messages", as_="ana", room="#escalations", text="From a shop:", forward=link)
    assert GRIND in words(await desk.card("#escalations", wrote["ts"], "Why"))


async def test_a_message_in_a_room_that_is_not_watched_is_left_alone(desk: Desk) -> None:
    wrote = await desk.hands.do("messages", as_="gus", room="#random", text=REFUND)
    await desk.quiet()
    assert len(await desk.thread("#random", wrote["ts"])) == 1


async def test_a_mention_in_any_thread_makes_one_escalation_of_the_whole_thread(desk: Desk) -> None:
    root = await desk.hands.do("messages", as_="gus", room="#random", text="I have a question about money.")
    await desk.hands.do("messages", as_="bo", room="#random", text="Which one?", thread=root["ts"])
    await desk.hands.do("messages", as_="gus", room="#random", text=REFUND, thread=root["ts"])
    await desk.hands.do("messages", as_="ana", room="#random", text="@ratchet please be brief", thread=root["ts"])
    card = words(await desk.card("#random", root["ts"], "Why"))
    assert REFUND in card
    assert "Gus Outsider" in card
    assert "With this guidance from the team: please be brief" in card


async def test_a_mention_that_begins_like_the_shortcut_is_still_a_request_for_a_draft(desk: Desk) -> None:
    root = await desk.hands.do("messages", as_="gus", room="#random", text=REFUND)
    await desk.hands.do("messages", as_="ana", room="#random", text="@ratchet draft an answer", thread=root["ts"])
    assert REFUND in words(await desk.card("#random", root["ts"], "Why"))


async def test_a_mention_by_an_outsider_is_refused(desk: Desk) -> None:
    root = await desk.hands.do("messages", as_="bo", room="#random", text=REFUND)
    await desk.hands.do("messages", as_="gus", room="#random", text="@ratchet answer this", thread=root["ts"])
    await desk.whisper("gus", "Only support reps can ask for drafts")
    assert not await cards(desk, "#random", root["ts"])


async def test_a_customer_who_mentions_us_in_a_watched_room_is_not_turned_away(desk: Desk) -> None:
    card = await desk.asked(f"@ratchet {GRIND}")
    assert GRIND in words(card)


async def test_the_shortcut_drafts_an_answer_to_a_message_anywhere(desk: Desk) -> None:
    wrote = await desk.hands.do("messages", as_="gus", room="#random", text=GRIND)
    await desk.hands.do("shortcuts", as_="ana", room="#random", ts=wrote["ts"], callback_id="draft")
    card = words(await desk.card("#random", wrote["ts"], "Why"))
    assert GRIND in card
    assert "brought in by" in card


async def test_the_shortcut_on_a_reply_drafts_from_the_thread_with_that_reply(desk: Desk) -> None:
    root = await desk.hands.do("messages", as_="gus", room="#random", text="One thing about returns.")
    reply = await desk.hands.do("messages", as_="gus", room="#random", text=GRIND, thread=root["ts"])
    await desk.hands.do("shortcuts", as_="ana", room="#random", ts=reply["ts"], callback_id="draft")
    assert GRIND in words(await desk.card("#random", root["ts"], "Why"))


async def test_the_shortcut_is_refused_to_an_outsider(desk: Desk) -> None:
    wrote = await desk.hands.do("messages", as_="bo", room="#random", text=GRIND)
    await desk.hands.do("shortcuts", as_="gus", room="#random", ts=wrote["ts"], callback_id="draft")
    await desk.whisper("gus", "Only support reps can ask for drafts")
    assert not await cards(desk, "#random", wrote["ts"])


async def test_asking_where_a_draft_waits_says_how_to_get_another(desk: Desk) -> None:
    card = await desk.asked(GRIND)
    await desk.hands.do("shortcuts", as_="bo", room="#escalations", ts=card["thread_ts"], callback_id="draft")
    await desk.whisper("bo", "Reject it with a note to get another one")
    assert len(await cards(desk, "#escalations", card["thread_ts"])) == 1


async def test_our_own_messages_never_become_escalations(desk: Desk) -> None:
    card = await desk.asked(REFUND)
    await desk.press(card, "Approve")
    await desk.shows(card, "Delivered to this thread")
    await desk.quiet()
    assert len(await desk.roots("#escalations", "asks via")) == 0
    assert len(await cards(desk, "#escalations", card["thread_ts"])) == 2


async def test_an_event_that_slack_delivers_again_gets_no_second_card(desk: Desk) -> None:
    wrote = await desk.hands.do("messages", as_="gus", room="#escalations", text=REFUND)
    await desk.card("#escalations", wrote["ts"], "Why")
    message = desk.sandbox.workspace.message(desk.sandbox.workspace.channel("#escalations"), wrote["ts"])
    for _ in range(2):  # under a new event id too: the message itself tells that it is known
        desk.sandbox.workspace.announce(desk.sandbox.workspace.message_event(message))
    await desk.quiet()
    assert len(await cards(desk, "#escalations", wrote["ts"])) == 1


async def test_an_edit_of_the_message_supersedes_the_draft_with_a_new_one(desk: Desk) -> None:
    card = await desk.asked(REFUND)
    await desk.hands.do("messages/edit", as_="gus", room="#escalations", ts=card["thread_ts"], text=GRIND)
    old = await desk.shows(card, "Draft 1 was replaced by a newer one")
    assert not buttons(old)
    assert GRIND in words(await desk.card("#escalations", card["thread_ts"], "Why"))


async def test_a_deleted_message_closes_its_card(desk: Desk) -> None:
    card = await desk.asked(REFUND)
    await desk.hands.do("messages/delete", as_="gus", room="#escalations", ts=card["thread_ts"])
    closed = await desk.shows(card, "message was deleted, so there is nothing to answer")
    assert not buttons(closed)


async def test_a_burst_of_messages_is_one_escalation_with_one_card(desk: Desk) -> None:
    await asyncio.sleep(0.5)  # what Gus wrote in the test before must not be part of this burst
    parts = ["Hello!", "I have a question about my card.", REFUND]
    wrote = [(await desk.hands.do("messages", as_="gus", room="#escalations", text=part))["ts"] for part in parts]
    card = words(await desk.card("#escalations", wrote[0], "Why"))
    assert all(part in card for part in parts)
    await desk.quiet()
    assert [len(await cards(desk, "#escalations", ts)) for ts in wrote] == [1, 0, 0]


async def test_a_reply_under_a_later_message_of_a_burst_belongs_to_its_escalation(desk: Desk) -> None:
    await asyncio.sleep(0.5)
    wrote = [(await desk.hands.do("messages", as_="gus", room="#escalations", text=t))["ts"] for t in ("Hi!", REFUND)]
    card = await desk.card("#escalations", wrote[0], "Why")
    await desk.hands.do("messages", as_="gus", room="#escalations", text=GRIND, thread=wrote[1])
    await desk.shows(card, "Draft 1 was replaced")
    assert GRIND in words(await desk.card("#escalations", wrote[0], "Why"))


async def test_a_later_message_of_the_customer_in_the_thread_supersedes_the_draft(desk: Desk) -> None:
    card = await desk.asked(REFUND)
    await desk.hands.do("messages", as_="gus", room="#escalations", text=GRIND, thread=card["thread_ts"])
    await desk.shows(card, "Draft 1 was replaced")
    newer = words(await desk.card("#escalations", card["thread_ts"], "Why"))
    assert REFUND in newer
    assert GRIND in newer


async def test_what_colleagues_say_in_the_thread_supersedes_nothing(desk: Desk) -> None:
    card = await desk.asked(REFUND)
    said = await desk.hands.do("messages", as_="bo", room="#escalations", text="Lookin", thread=card["thread_ts"])
    await desk.hands.do("messages/edit", as_="bo", room="#escalations", ts=said["ts"], text="Looking into it")
    await desk.quiet()
    assert len(await cards(desk, "#escalations", card["thread_ts"])) == 1
    assert "Approve" in buttons(await desk.message(card))


async def test_a_relaying_bot_keeps_its_customers_apart(desk: Desk) -> None:
    relayed = {"room": "#escalations", "text": REFUND, "bot_id": RELAY}
    dana = await desk.hands.do("messages", integration="Dana Customer", **relayed)
    elif_ = await desk.hands.do("messages", integration="Elif Customer", **relayed)
    more = await desk.hands.do("messages", integration="Dana Customer", **relayed | {"text": GRIND})
    first = words(await desk.card("#escalations", dana["ts"], "Why"))
    second = words(await desk.card("#escalations", elif_["ts"], "Why"))
    assert "Dana Customer" in first
    assert GRIND in first
    assert "Elif Customer" in second
    assert GRIND not in second
    assert len(await desk.thread("#escalations", more["ts"])) == 1
