import asyncio
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.elements import Card, Paragraph, Quote
from bot.domain.chat import MessageRef, Person, Place, Room
from bot.domain.errors import DeliveryFailed, NotFound, Unavailable
from bot.platforms.slack import SlackCalls, SlackPlatform
from bot.platforms.slack.pace import Pace
from bot.sandbox import Sandbox
from bot.sandbox.model import Channel
from tests.unit.platforms.conftest import FakeClock, MemoryOutbox

CARD = Card("A draft", (Paragraph(("Hello",)), Quote("<!channel> hi")))


def said(sandbox: Sandbox, room: str = "#support") -> list[Any]:
    return list(sandbox.workspace.messages[sandbox.workspace.channel(room).id].values())


@pytest.fixture
def room(sandbox: Sandbox) -> Place:
    return Place("slack", sandbox.workspace.channel("#support").id)


@pytest.fixture
def thread(sandbox: Sandbox, room: Place) -> Place:
    workspace = sandbox.workspace
    root = sandbox.speech.say(workspace.user("ana"), workspace.channel("#support"), {"text": "Help <me> @ratchet"})
    return Place("slack", room.room, root.ts)


async def test_a_card_is_posted_into_its_thread(slack: SlackPlatform, sandbox: Sandbox, thread: Place) -> None:
    posted = await slack.post(thread, CARD, key="k1")
    message = said(sandbox)[-1]
    assert posted == MessageRef(thread, message.ts)
    assert message.thread_ts == thread.thread
    assert message.metadata == {"event_type": "ratchet_message", "event_payload": {"key": "k1"}}


async def test_the_same_key_posts_once(slack: SlackPlatform, sandbox: Sandbox, room: Place) -> None:
    assert await slack.post(room, CARD, key="k1") == await slack.post(room, CARD, key="k1")
    assert len(said(sandbox)) == 1


@pytest.mark.parametrize("where", ["room", "thread"])
@pytest.mark.parametrize(
    "fault", [{"disconnect": True}, {"status": 500}, {"status": 503}, {"error": "internal_error"}], ids=str
)
async def test_a_post_whose_answer_was_lost_is_found_and_not_repeated(
    slack: SlackPlatform, sandbox: Sandbox, room: Place, thread: Place, where: str, fault: dict[str, Any]
) -> None:
    sandbox.faults.plan({"method": "chat.postMessage", "after_effect": True, **fault})
    place = thread if where == "thread" else room
    posted = await slack.post(place, CARD, key="k1")
    assert [message.ts for message in said(sandbox) if message.metadata] == [posted.message]


async def test_a_post_that_a_crash_cut_off_is_found_by_the_next_process(
    slack: SlackPlatform, sandbox: Sandbox, outbox: MemoryOutbox, thread: Place
) -> None:
    first = await slack.reply(thread, "Hello", key="k1")
    outbox.finished.clear()
    assert await slack.reply(thread, "Hello", key="k1") == first
    assert len(said(sandbox)) == 2


async def test_a_post_that_never_arrived_is_posted_again(
    slack: SlackPlatform, sandbox: Sandbox, outbox: MemoryOutbox, room: Place
) -> None:
    outbox.begun.add("k1")
    sandbox.faults.plan({"method": "chat.postMessage", "status": 500, "times": 2})
    await slack.post(room, CARD, key="k1")
    assert len(said(sandbox)) == 1


async def test_a_rate_limit_is_waited_out(slack: SlackPlatform, sandbox: Sandbox, room: Place) -> None:
    sandbox.faults.plan({"method": "chat.postMessage", "status": 429, "retry_after": 1})
    started = asyncio.get_running_loop().time()
    await slack.post(room, CARD, key="k1")
    assert asyncio.get_running_loop().time() - started >= 1
    assert len(said(sandbox)) == 1


async def test_a_rate_limit_beyond_patience_says_when_to_come_back(
    slack: SlackPlatform, sandbox: Sandbox, room: Place
) -> None:
    sandbox.faults.plan({"method": "chat.postMessage", "status": 429, "retry_after": 60})
    with pytest.raises(Unavailable) as raised:
        await slack.post(room, CARD, key="k1")
    assert raised.value.retry_after == 60


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("token_revoked", "token (token_revoked): reinstall the app and set RATCHET_SLACK_BOT_TOKEN."),
        ("channel_not_found", "invite @ratchet to the room"),
        ("missing_scope", "update the app from manifest.yaml"),
    ],
)  # fmt: skip
async def test_a_refusal_says_what_to_do(
    slack: SlackPlatform, sandbox: Sandbox, room: Place, error: str, sentence: str
) -> None:
    sandbox.faults.plan({"method": "chat.postMessage", "error": error})
    with pytest.raises(DeliveryFailed) as raised:
        await slack.post(room, CARD, key="k1")
    assert raised.value.permanent
    assert sentence in str(raised.value)


async def test_blocks_that_slack_refuses_are_sent_as_plain_text(
    slack: SlackPlatform, sandbox: Sandbox, room: Place, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.faults.plan({"method": "chat.postMessage", "error": "invalid_blocks"})
    await slack.reply(room, "All of <it>", key="k1")
    assert said(sandbox)[0].text == "All of &lt;it&gt;"
    assert said(sandbox)[0].blocks == []
    assert "refused the blocks" in caplog.text


async def test_a_reply_formats_nothing_and_long_ones_continue(
    slack: SlackPlatform, sandbox: Sandbox, thread: Place
) -> None:
    await slack.reply(thread, "*x* <!channel> " + "word " * 3000, key="k1")
    replies = said(sandbox)[1:]
    assert len(replies) == 2
    assert all(message.thread_ts == thread.thread for message in replies)
    kinds = {
        part["type"] for message in replies for block in message.blocks for part in block["elements"][0]["elements"]
    }
    assert kinds == {"text"}
    assert "<" not in replies[0].text


async def test_a_card_is_replaced(slack: SlackPlatform, sandbox: Sandbox, room: Place) -> None:
    posted = await slack.post(room, CARD, key="k1")
    await slack.update(posted, Card("Approved", (Paragraph(("Done",)),)))
    assert said(sandbox)[0].text == "Approved"
    assert said(sandbox)[0].metadata["event_payload"] == {"key": "k1"}


async def test_updating_a_deleted_message_fails_for_good(
    slack: SlackPlatform, client: AsyncWebClient, room: Place
) -> None:
    posted = await slack.post(room, CARD, key="k1")
    await client.chat_delete(channel=room.room, ts=posted.message)
    with pytest.raises(DeliveryFailed) as raised:
        await slack.update(posted, CARD)
    assert raised.value.permanent
    assert await slack.permalink(posted) == ""


async def test_only_one_person_is_told(slack: SlackPlatform, sandbox: Sandbox, thread: Place) -> None:
    ana = sandbox.workspace.user("ana")
    await slack.tell(thread, Person("slack", ana.id), "Too <late>")
    whisper = sandbox.workspace.ephemerals[-1]
    assert (whisper.visible_to, whisper.thread_ts) == (ana.id, thread.thread)


async def test_a_person_is_told_directly_where_ratchet_is_no_member(slack: SlackPlatform, sandbox: Sandbox) -> None:
    ana, quiet = sandbox.workspace.user("ana"), sandbox.workspace.channel("#quiet")
    await slack.tell(Place("slack", quiet.id), Person("slack", ana.id), "Hello")
    assert said(sandbox, "@ana")[-1].text == "Hello"


async def test_a_message_to_a_person_goes_to_their_direct_message(slack: SlackPlatform, sandbox: Sandbox) -> None:
    ana = sandbox.workspace.user("ana")
    sandbox.faults.plan({"method": "chat.postMessage", "status": 500, "after_effect": True})
    posted = await slack.post(Place("slack", ana.id), CARD, key="k1")
    assert [message.ts for message in said(sandbox, "@ana")] == [posted.message]


async def test_rooms_are_found_by_name_and_id_and_remembered(
    slack: SlackPlatform, sandbox: Sandbox, clock: FakeClock
) -> None:
    partner = sandbox.workspace.channel("#partner")
    assert await slack.room("#partner") == Room(partner.id, "partner", shared=True, member=True)
    partner.shared = False
    assert (await slack.room(partner.id)).shared
    clock.pass_by(301)
    assert not (await slack.room(partner.id)).shared
    assert not (await slack.room("#quiet")).member


async def test_a_private_room_is_read_by_its_members_and_an_open_one_by_everybody(
    slack: SlackPlatform, sandbox: Sandbox
) -> None:
    workspace = sandbox.workspace
    ana = workspace.user("ana").id
    other = next(user.id for user in workspace.users.values() if user.id != ana and not user.is_bot)
    board = workspace.add_channel(Channel("C_BOARD", "board", "group", [ana, workspace.app.user_id]))
    seen = [await slack.sees(Person("slack", person), board.id) for person in (ana, other)]
    assert seen == [True, False]
    assert await slack.sees(Person("slack", other), workspace.channel("#support").id)


@pytest.mark.parametrize("room", ["#nowhere", "C0NOWHERE", "#secret"])
async def test_a_room_that_cannot_be_seen_is_not_found(slack: SlackPlatform, room: str) -> None:
    with pytest.raises(NotFound):
        await slack.room(room)


async def test_a_thread_is_read_without_our_own_messages(slack: SlackPlatform, sandbox: Sandbox, thread: Place) -> None:
    await slack.post(thread, CARD, key="k1")
    room = sandbox.workspace.channel("#support")
    sandbox.speech.say(sandbox.workspace.user("ben"), room, {"text": "Me & you", "thread": thread.thread})
    read = await slack.thread(thread)
    assert [(message.text, message.place) for message in read] == [("Help <me>", thread), ("Me & you", thread)]
    with pytest.raises(NotFound):
        await slack.thread(Place("slack", thread.room, "1.000001"))


async def test_people_go_by_their_names(slack: SlackPlatform, sandbox: Sandbox) -> None:
    assert await slack.name_of(Person("slack", sandbox.workspace.user("ana").id)) == "Ana Ruiz"
    assert await slack.name_of(Person("slack", "U0GONE", "Gone")) == "Gone"


async def test_home_shows_the_card(slack: SlackPlatform, sandbox: Sandbox) -> None:
    ana = sandbox.workspace.user("ana")
    await slack.publish_home(Person("slack", ana.id), CARD)
    assert len(sandbox.workspace.views.homes[ana.id].blocks) == 2


async def test_a_slack_that_is_down_is_unavailable(
    outbox: MemoryOutbox, clock: FakeClock, slack: SlackPlatform
) -> None:
    client = AsyncWebClient(token="x", base_url="http://127.0.0.1:9/api/")
    away = SlackPlatform(
        client, outbox, clock, own=slack.own, calls=SlackCalls(client, attempts=2, pause=0.001), per_second=0
    )
    with pytest.raises(Unavailable):
        await away.post(Place("slack", "C1"), CARD, key="k9")


async def test_messages_beyond_a_burst_keep_their_pace() -> None:
    pace = Pace(per_second=50, burst=2)
    loop = asyncio.get_running_loop()
    started = loop.time()
    for _ in range(2):
        await pace.turn("C1")
    assert loop.time() - started < 0.02
    await asyncio.gather(*(pace.turn("C1") for _ in range(3)), pace.turn("C2"))
    assert 0.05 <= loop.time() - started < 0.5
