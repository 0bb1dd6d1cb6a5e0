"""From the acknowledgement on nothing is lost and nothing is done twice, wherever the process ends.

The points are those that a run without a crash passes: before every step, after its effect but before the engine
recorded it, and after every write and every message to Slack in between. "Recorded" differs from the next step's
"before" by nothing, so it is tried only after the last step.
"""

import signal
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.domain.escalation import escalation_id
from bot.domain.review import ReviewState
from tests.e2e.crash_cases import (
    Case,
    Conversation,
    Door,
    Points,
    Room,
    Victim,
    approve,
    clean_run,
    crash_at,
    ending_at,
    expect,
    make_template,
    victim_at_work,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.asyncio(loop_scope="module")]

PROPOSE = {"open", "pin", "triage", "retrieve", "draft", "guard", "propose", "show"}
RESOLVE = {"claim", "deliver", "settle", "show"}
ROOM, CONVERSATION = Room(), Conversation()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Victim]:
    template = tmp_path_factory.mktemp("template")
    await make_template(template)
    async with victim_at_work(template, tmp_path_factory.mktemp("bot")) as victim:
        yield victim


@pytest_asyncio.fixture(loop_scope="module")
async def victim(running: Victim) -> Victim:
    running.disarm()
    running.sandbox.faults.clear()
    await running.ready()
    return running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def of_room(running: Victim) -> Points:
    return await clean_run(running, ROOM)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def of_conversation(running: Victim) -> Points:
    return await clean_run(running, CONVERSATION)


async def test_the_points_are_around_every_step_that_we_know(of_room: Points, of_conversation: Points) -> None:
    for points in (of_room, of_conversation):
        assert points.steps("propose") >= PROPOSE
        assert points.steps("resolve") >= RESOLVE


async def test_a_kill_at_any_point_of_a_room_message_is_made_good(victim: Victim, of_room: Points) -> None:
    failures = await crash_at(victim, ROOM, of_room.worth_a_kill())
    assert failures == []


async def test_a_kill_at_any_point_of_a_customers_conversation_is_made_good(
    victim: Victim, of_room: Points, of_conversation: Points
) -> None:
    """Within the steps only where it differs from a room's message."""
    failures = await crash_at(victim, CONVERSATION, of_conversation.worth_a_kill().around_steps_or_not_in(of_room))
    assert failures == []


async def test_a_stop_in_the_midst_of_any_step_is_made_good(victim: Victim, of_conversation: Points) -> None:
    log = victim.log()
    failures = await crash_at(victim, CONVERSATION, of_conversation.within_steps(), signal.SIGTERM)
    assert failures == []
    assert "Traceback" not in victim.log()[len(log) :]


async def test_a_stop_waits_a_few_seconds_at_most_for_a_customers_slow_system(victim: Victim) -> None:
    case = await CONVERSATION.ask(victim)
    await victim.settled("propose", case.escalation, ReviewState.READY)
    card = CONVERSATION.check_proposed(victim, case)
    await victim.hands.do("faults", method="customers.replies", delay=30)
    victim.arm("resolve/deliver before #1", number=signal.SIGTERM)
    before, begin = len(victim.ends()), time.monotonic()
    await approve(victim, card)
    assert await victim.ended(before) == 0
    assert time.monotonic() - begin < 20
    await victim.settled("resolve", case.escalation, ReviewState.DELIVERED)
    CONVERSATION.check_resolved(victim, case)


async def test_a_stop_does_not_wait_for_a_slack_that_hangs(victim: Victim) -> None:
    """One message is being handled and the card of another is being posted when it begins to hang."""
    victim.arm("propose/show before #1", number=signal.SIGTERM)
    before, begin = len(victim.ends()), time.monotonic()
    for method in ("users.info", "chat.postMessage"):
        await victim.hands.do("faults", method=method, delay=40)
    case = await ROOM.ask(victim)
    other = await victim.hands.do("messages", as_="bo", room="#escalations", text="Where is my parcel?")
    assert await victim.ended(before, seconds=40) == 0
    assert time.monotonic() - begin < 30
    for escalation in (case.escalation, escalation_id("main", "slack", f"{other['room']}:{other['ts']}")):
        await victim.settled("propose", escalation, ReviewState.READY)
    expect("messages posted", len(victim.said) - case.before, 2)


@pytest.mark.parametrize("door", [ROOM, CONVERSATION], ids=lambda door: door.name)
async def test_a_kill_after_slacks_answer_was_lost_still_leaves_one_message(victim: Victim, door: Door) -> None:
    await _lose_the_answer(victim, "chat.postMessage")
    case: Case = await ending_at(victim, "chat.postMessage lost #1", lambda: door.ask(victim))
    await victim.settled("propose", case.escalation, ReviewState.READY)
    door.check_proposed(victim, case)


@pytest.mark.parametrize(
    ("door", "method", "point"),
    [
        (ROOM, "chat.postMessage", "chat.postMessage lost #1"),
        (CONVERSATION, "customers.replies", "resolve/deliver happened #1"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
async def test_a_kill_after_the_answer_to_a_reply_was_lost_still_leaves_one_reply(
    victim: Victim, door: Door, method: str, point: str
) -> None:
    case = await door.ask(victim)
    await victim.settled("propose", case.escalation, ReviewState.READY)
    card = door.check_proposed(victim, case)
    await _lose_the_answer(victim, method)
    await ending_at(victim, point, lambda: approve(victim, card))
    await victim.settled("resolve", case.escalation, ReviewState.DELIVERED)
    door.check_resolved(victim, case)


async def test_three_kills_at_the_same_points_still_leave_one_card_and_one_reply(victim: Victim) -> None:
    case = await ending_at(victim, "propose/show happened #1", lambda: ROOM.ask(victim), times=3)
    await victim.settled("propose", case.escalation, ReviewState.READY)
    card = ROOM.check_proposed(victim, case)
    await ending_at(victim, "resolve/deliver happened #1", lambda: approve(victim, card), times=3)
    await victim.settled("resolve", case.escalation, ReviewState.DELIVERED)
    ROOM.check_resolved(victim, case)


async def test_what_a_kill_interrupted_is_done_a_few_seconds_after_the_next_start(victim: Victim) -> None:
    """Measured over all tests before this one: from the end of a life to the end state."""
    assert victim.slowest < 20  # seconds; most of it is the machine, when it is busy


async def _lose_the_answer(victim: Victim, method: str) -> None:
    await victim.hands.do("faults", method=method, after=True, disconnect=True)
