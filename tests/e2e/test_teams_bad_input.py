"""Whatever is delivered to the bot's address and whatever Teams does: stated behaviour, no stack trace, no silence."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from tests.teams import tokens
from tests.teams.cards import button, labels, words
from tests.teams.company import ESCALATIONS, TeamsDesk, teams_company
from tests.teams.world import Human, Message

pytestmark = pytest.mark.asyncio(loop_scope="module")

Json = dict[str, Any]

REFUND = "How long does a card refund take to arrive after you issue it?"
ANSWER = "5 to 7 working days"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TeamsDesk]:
    async with teams_company(tmp_path_factory.mktemp("bad")) as running:
        yield running


@pytest.fixture(autouse=True)
def no_stack_trace(desk: TeamsDesk, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Every test of this file ends without a fault in the log, and without faults left over."""
    yield
    desk.standin.faults.planned.clear()
    desk.standin.faults.rates.on = False
    assert not [record.getMessage() for record in caplog.records if record.exc_info]


def ours(desk: TeamsDesk, root: Message) -> list[Message]:
    return [one for one in desk.world.thread(root.root) if one.author is None]


def written(desk: TeamsDesk, text: str = REFUND, as_: str = "gus") -> Json:
    """The activity of a message that was not delivered yet."""
    human, conversation = desk.world.people[as_], desk.world.find(ESCALATIONS)[1].id
    return desk.hands.activities.message(desk.world.write(conversation, human, text=text))


# --- what is delivered ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["typing", "event", "messageReaction", "handoff", "trace", "endOfConversation", "", 7])
async def test_an_activity_of_a_type_that_is_not_known_is_taken_and_left(desk: TeamsDesk, kind: str | int) -> None:
    activity = written(desk)
    await desk.hands.deliver(activity | {"type": kind})
    await desk.asked(REFUND)  # what comes later is answered
    assert not ours(desk, desk.world.messages[activity["id"]])


@pytest.mark.parametrize(
    ("name", "status"), [("config/fetch", 501), ("signin/verifyState", 501), ("task/fetch", 400), ("", 501)]
)
async def test_an_invoke_that_is_not_offered_or_says_nothing_is_refused(
    desk: TeamsDesk, name: str, status: int
) -> None:
    card = await desk.asked(REFUND)
    asked = desk.hands.activities.invoke(desk.world.people["ana"], card, name, {"data": {"other": "app"}})
    assert (await desk.hands.deliver(asked, expect=None)).status == status


@pytest.mark.parametrize("service", ["https://evil.example/teams/", "http://smba.trafficmanager.net/", "", "::", 5])
async def test_a_service_address_that_is_not_microsofts_is_refused_and_never_called(
    desk: TeamsDesk, service: str | int
) -> None:
    activity = written(desk) | {"serviceUrl": service}
    answered = await desk.hands.deliver(activity, expect=None)
    assert answered.status in (401, 403)
    assert not ours(desk, desk.world.messages[activity["id"]])


@pytest.mark.parametrize(
    "token",
    [
        "",
        "not.a.token",
        tokens.stranger().token("SERVICE"),
        "expired",
        "wrong audience",
        "wrong issuer",
        "other service",
    ],
    ids=["none", "malformed", "wrong key", "expired", "wrong audience", "wrong issuer", "of another delivery"],
)
async def test_who_is_not_teams_is_turned_away(desk: TeamsDesk, token: str) -> None:
    activity = written(desk)
    here = str(activity["serviceUrl"])
    made = {
        "expired": lambda: tokens.channel().token(here, exp=1_700_000_000, nbf=1_600_000_000),
        "wrong audience": lambda: tokens.channel().token(here, aud="00000000-0000-0000-0000-000000000000"),
        "wrong issuer": lambda: tokens.channel().token(here, iss="https://sts.windows.net/evil/"),
        "other service": lambda: tokens.channel().token("https://smba.trafficmanager.net/emea/"),
    }
    answered = await desk.hands.deliver(activity, token=made[token]() if token in made else token, expect=None)
    assert answered.status == 401
    assert not ours(desk, desk.world.messages[activity["id"]])


async def test_the_same_activity_twice_is_one_card(desk: TeamsDesk) -> None:
    activity = written(desk)
    for _ in range(3):
        await desk.hands.deliver(activity)
    card = await desk.card(desk.world.messages[activity["id"]], "Why")
    await desk.hands.deliver(activity)
    assert [one.id for one in ours(desk, card)] == [card.id]


async def test_the_same_press_twice_sends_one_reply(desk: TeamsDesk) -> None:
    card = await desk.asked(REFUND)
    action = button(card.card or {}, "Approve")
    pressed = desk.hands.activities.execute(desk.world.people["ana"], card, action, action["data"])
    for _ in range(2):
        await desk.hands.deliver(pressed)
    await desk.shows(card, "Delivered to this thread")
    assert sum(ANSWER in one.text for one in ours(desk, card)) == 1


async def test_somebody_of_another_tenant_is_refused_and_gets_no_card(desk: TeamsDesk) -> None:
    wrote = desk.world.write(desk.world.find(ESCALATIONS)[1].id, desk.world.people["tom"], text=REFUND)
    answered = await desk.hands.deliver(desk.hands.activities.message(wrote), expect=None)
    assert answered.status == 403
    assert not ours(desk, wrote)


@pytest.mark.parametrize(
    "text",
    [
        "我的退款多久能到账？我已经等了两个星期。",
        "متى تصل الأموال المستردة إلى بطاقتي؟",
        "😀😀🎉",
        "a\u202eb\u0000c\u0007 zero\u200bwidth \ufeff",
        "[click](javascript:alert(1)) **bold** <at>Ratchet</at> <script>alert(1)</script> how long does a refund take?",
        "refund " * 6_000,
        "x" * 100_000,
    ],
    ids=["chinese", "arabic", "emoji", "controls", "markup", "words", "long"],
)
async def test_any_text_gets_a_card_that_can_be_decided(desk: TeamsDesk, text: str) -> None:
    card = await desk.asked(text, says="Hand off")
    assert "Gus Outsider" in words(card.card or {})


async def test_a_message_of_huge_and_many_attachments_gets_a_card_that_names_them_in_part(desk: TeamsDesk) -> None:
    files = tuple(
        {"contentType": "application/vnd.microsoft.teams.file.download.info", "name": f"log-{n} {'x' * 2_000}.txt"}
        for n in range(300)
    )
    wrote = await desk.hands.write("gus", ESCALATIONS, "", files=files)
    card = await desk.card(wrote, "Hand off")
    assert "log-0" in words(card.card or {})


async def test_a_body_larger_than_any_message_is_refused(desk: TeamsDesk) -> None:
    activity = written(desk)
    activity["attachments"] = [{"contentType": "text/html", "content": "x" * 5_000_000}]
    assert (await desk.hands.deliver(activity, expect=None)).status == 413


async def test_an_edited_question_is_drafted_again_and_a_deleted_one_is_withdrawn(desk: TeamsDesk) -> None:
    wrote = await desk.hands.write("gus", ESCALATIONS, "What does express delivery cost?")
    card = await desk.card(wrote, "Why")
    await desk.hands.edit(wrote, REFUND)
    newer = await desk.card(wrote, REFUND)
    await desk.hands.delete(wrote)
    gone = await desk.shows(newer, "message was deleted")
    assert "Approve" not in labels(gone.card or {})
    assert card.root == gone.root


async def test_buttons_with_made_up_subjects_decide_nothing(desk: TeamsDesk) -> None:
    card = await desk.asked(REFUND)
    action = button(card.card or {}, "Approve")
    for data in ({}, {"action": "review.approve", "subject": "esc_none#1"}, {"action": "no.such", "subject": "x"}):
        told = desk.hands.activities.execute(desk.world.people["ana"], card, action, data)
        answered = await desk.hands.deliver(told, expect=None)
        assert answered.status in (200, 400)
    assert "Approve" in labels(await desk.hands.look("ana", card))


async def test_a_form_is_only_for_whoever_opened_it(desk: TeamsDesk) -> None:
    card = await desk.asked(REFUND)
    dialog = (await desk.hands.press("ana", card, "Edit")).opened
    stolen = type(dialog)(dialog.title, dialog.card, desk.world.people["bo"], dialog.message)
    said = await desk.hands.send(stolen, {"Reply": "Mine."})
    assert "not open any more, or it is somebody else's" in said.said
    await desk.hands.send(dialog, {"Reply": "About a week."})
    await desk.shows(card, "Delivered to this thread")


# --- what Teams does --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429, "retry_after": 0.1, "times": 2},
        {"status": 412, "times": 2},
        {"status": 502},
        {"status": 504, "after": True},
        {"reset": True, "after": True},
        {"garbage": True, "after": True},
        {"reset": True},
    ],
    ids=["429", "412", "502", "504 though done", "cut though done", "garbage though done", "cut"],
)
async def test_a_card_is_posted_once_whatever_the_answer_to_it_was(desk: TeamsDesk, fault: Json) -> None:
    desk.standin.plan("send", **fault)
    card = await desk.asked(REFUND)
    await desk.hands.press("ana", card, "Approve")
    await desk.shows(card, "Delivered to this thread")
    texts = [words(one.card) if one.card else one.text for one in ours(desk, card)]
    assert [ANSWER in text for text in texts] == [True, True]


async def test_a_burst_keeps_to_the_rates_of_a_channel(desk: TeamsDesk) -> None:
    desk.standin.faults.rates.on = True
    wrote = [await desk.hands.write("gus", ESCALATIONS, f"{REFUND} It is order {n}.") for n in range(4)]
    for one in wrote:
        await desk.card(one, "Why", seconds=60)


async def test_whoever_cannot_be_told_in_the_channel_is_told_in_the_personal_chat(desk: TeamsDesk) -> None:
    card = await desk.asked("Somebody hacked my account and placed an order that is not mine. What do I do now?")
    desk.standin.plan("send", status=403, code="BotNotInConversationRoster")
    await desk.hands.press("ana", card, "Approve", look=False)
    told = await desk.whisper("ana", "a senior rep must approve it")
    assert told.conversation == desk.world.chat(desk.world.people["ana"])


async def test_somebody_who_can_be_told_nowhere_is_no_fault(desk: TeamsDesk) -> None:
    lou = desk.world.people["lou"]
    desk.world.teams["Support"].members.append(lou)
    card = await desk.asked(REFUND)
    desk.standin.plan("send", status=403, code="BotNotInConversationRoster")
    await desk.hands.press("lou", card, "Approve", look=False)
    await desk.hands.press("ana", card, "Approve")
    await desk.shows(card, "Delivered to this thread")
    desk.world.teams["Support"].members.remove(lou)


async def test_a_card_that_was_deleted_by_its_channels_owner_stops_nothing(desk: TeamsDesk) -> None:
    card = await desk.asked(REFUND)
    desk.world.messages[card.id].deleted = True
    action = button(card.card or {}, "Approve")
    told = desk.hands.activities.execute(desk.world.people["ana"], card, action, action["data"])
    await desk.hands.deliver(told)
    root = desk.world.messages[card.root]
    assert (await desk.replied(root, ANSWER)).root == card.root


async def test_a_channel_that_is_gone_loses_nothing_and_other_channels_go_on(desk: TeamsDesk) -> None:
    room = desk.world.find("#Support/Random")[1].id
    asked = await desk.hands.write("bo", "#Support/Random", REFUND, mention=True)
    card = await desk.card(asked, "Why")
    desk.world.gone.add(room)
    action = button(card.card or {}, "Approve")
    await desk.hands.deliver(desk.hands.activities.execute(desk.world.people["ana"], card, action, action["data"]))
    await desk.asked(REFUND)
    await desk.hands.chat("ana", "queue")
    await desk.in_chat("ana", "Bo Larsen · ")
    desk.world.gone.clear()


async def test_nobody_new_comes_in_by_an_unknown_account(desk: TeamsDesk) -> None:
    stranger = desk.world.person(Human("zed", "Zed Unknown"))
    wrote = desk.world.write(desk.world.find(ESCALATIONS)[1].id, stranger, text=REFUND)
    await desk.hands.deliver(desk.hands.activities.message(wrote))
    card = await desk.card(wrote, "Why")
    await desk.hands.press("zed", card, "Approve", look=False)
    assert "Approve" in labels(await desk.hands.look("ana", card))
