"""Whatever people write and whatever Slack does: a sensible card or a stated reason, no stack trace, no silence."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.sandbox.remote import Json
from tests.e2e.company import Desk, MovedClock, buttons, company_at_work, conversation, words

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUND = "How long does a card refund take to arrive after you issue it?"


@pytest.fixture(scope="module")
def clock() -> MovedClock:
    return MovedClock()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory, clock: MovedClock) -> AsyncIterator[Desk]:
    rooms = ("#no-such-room", "#escalations")
    async with company_at_work(tmp_path_factory.mktemp("bad"), clock=clock, slack={"rooms": rooms}) as running:
        yield running


@pytest.fixture(autouse=True)
def no_stack_trace(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Every test of this file ends without a fault in the log."""
    yield
    assert not [record.getMessage() for record in caplog.records if record.exc_info]


async def cards(desk: Desk, thread: str) -> list[Json]:
    return [message for message in (await desk.thread("#escalations", thread))[1:] if message.get("blocks")]


# --- what people write ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "我的退款多久能到账？我已经等了两个星期。",
        "متى تصل الأموال المستردة إلى بطاقتي؟",
        "😀😀🎉",
        ":sob: :sob:",
        "a\u202eb\u0000c\u0007 zero\u200bwidth \ufeff",
        "\u0001\u0002",
        "?",
        "x" * 39_000,
        "refund " * 6_000,
        "```{{ {% raw %} ${7*7} %s %n </div> \\' \" ; DROP TABLE escalations; --```",
        "\ud83d\udc69\u200d".encode("utf-16", "surrogatepass").decode("utf-16") * 50,
    ],
    ids=[
        "chinese",
        "arabic",
        "emoji",
        "shortcodes",
        "controls",
        "only-controls",
        "mark",
        "long",
        "words",
        "code",
        "zwj",
    ],
)
async def test_any_text_gets_a_card_that_can_be_decided(desk: Desk, text: str) -> None:
    card = await desk.asked(text)
    assert "Hand off" in buttons(card)
    assert "Gus Outsider" in words(card)


async def test_a_picture_alone_gets_a_card_that_says_what_came(desk: Desk) -> None:
    wrote = await desk.hands.do(
        "messages",
        as_="gus",
        room="#escalations",
        text="",
        files=[{"name": "screenshot.png", "title": "screenshot.png"}],
    )
    card = await desk.card("#escalations", wrote["ts"], "Why")
    assert "screenshot" in words(card)
    assert "No draft." in words(card)


async def test_an_empty_message_is_no_escalation(desk: Desk) -> None:
    wrote = await desk.hands.do("messages", as_="gus", room="#escalations", text="   ")
    await desk.quiet()
    assert not await cards(desk, wrote["ts"])


async def test_a_mention_without_a_question_is_told_what_to_do(desk: Desk) -> None:
    await desk.hands.do("messages", as_="ana", room="#random", text="@ratchet")
    await desk.whisper("ana", "Mention me with a question, or in a thread that has one")


async def test_a_conversation_of_forty_thousand_characters_can_be_approved_or_answered(desk: Desk) -> None:
    long = conversation("long", REFUND + " " + "Please hurry. " * 3_000, reply_url=desk.sandbox.customers.reply_url)
    assert (await desk.customer_sends("long", long))["status"] == 202
    card = await desk.card_of("long")
    assert "the rest is in the thread" in words(card)  # what does not fit is cut, and the card says so


async def test_a_room_in_the_settings_that_does_not_exist_keeps_no_other_from_working(desk: Desk) -> None:
    await desk.asked(REFUND)
    before = len((await desk.hands.read("calls", method="conversations.list"))["calls"])
    await desk.asked(REFUND)
    assert len((await desk.hands.read("calls", method="conversations.list"))["calls"]) == before


# --- what Slack does --------------------------------------------------------------------------------------------------


FAULTS = pytest.mark.parametrize(
    "fault",
    [
        {"status": 429, "retry_after": 1},
        {"status": 500},
        {"error": "internal_error"},
        {"disconnect": True},
        {"disconnect": True, "after_effect": True},
        {"status": 503, "after_effect": True, "times": 2},
    ],
    ids=["429", "500", "internal", "disconnect", "lost", "lost-twice"],
)


@FAULTS
async def test_trouble_at_slack_while_a_card_is_posted_leaves_one_card(desk: Desk, fault: Json) -> None:
    await desk.hands.do("faults", method="chat.postMessage", **fault)
    card = await desk.asked(REFUND)
    assert len(await cards(desk, card["thread_ts"])) == 1


@FAULTS
async def test_trouble_at_slack_while_a_card_is_repainted_leaves_it_true(desk: Desk, fault: Json) -> None:
    card = await desk.asked(REFUND)
    await desk.hands.do("faults", method="chat.update", **fault)
    await desk.press(card, "Approve")
    await desk.shows(card, "Delivered to this thread")
    assert len(await cards(desk, card["thread_ts"])) == 2


async def test_a_reply_is_posted_once_though_slack_loses_the_answer(desk: Desk) -> None:
    card = await desk.asked(REFUND)
    await desk.hands.do("faults", method="chat.postMessage", disconnect=True, after_effect=True)
    await desk.press(card, "Approve")
    await desk.shows(card, "Delivered to this thread")
    assert len(await cards(desk, card["thread_ts"])) == 2


async def test_trouble_at_slack_when_the_room_is_looked_up_does_not_cost_the_draft(desk: Desk) -> None:
    await desk.hands.do("faults", method="conversations.list", status=503, times=2)
    url = desk.sandbox.customers.reply_url
    await desk.customer_sends("patient", conversation("patient", REFUND + " (patient)", reply_url=url))
    card = await desk.card_of("patient")
    assert "5 to 7 working days" in words(card)


async def test_what_slack_refuses_is_done_once_slack_allows_it_again(desk: Desk, clock: MovedClock) -> None:
    room = desk.sandbox.workspace.channel("#escalations")
    clock.moved += timedelta(minutes=6)  # so that Slack must be asked again what room this is
    await desk.hands.do("app", revoked=True)
    seen = await desk.hands.do("messages", as_="gus", room="#escalations", text=REFUND)
    await desk.customer_sends("revoked", conversation("revoked", REFUND))
    store = desk.app.desk.store

    async def drafted() -> bool:
        return any(review.card is None and review.proposal for review in await store.reviews.waiting())

    await desk.until(drafted)
    assert await store.inbox.pending()
    assert not await cards(desk, seen["ts"])
    await desk.hands.do("app", revoked=False)
    clock.moved += timedelta(minutes=6)
    for job in desk.app.jobs.values():  # as the minutes go by
        await job()
    await desk.card(room.id, seen["ts"], "Why")
    await desk.card_of("revoked")
