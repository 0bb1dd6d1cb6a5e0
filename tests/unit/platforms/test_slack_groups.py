from datetime import timedelta

import pytest

from bot.domain.errors import DeliveryFailed
from bot.platforms.slack import GroupOnCall, SlackCalls
from bot.sandbox import Sandbox
from tests.unit.platforms.conftest import FakeClock


@pytest.fixture
def on_call(calls: SlackCalls, clock: FakeClock) -> GroupOnCall:
    return GroupOnCall(calls, clock, "@leads")


async def test_whoever_is_in_the_group_is_on_call_and_slack_does_not_know_until_when(
    on_call: GroupOnCall, sandbox: Sandbox, clock: FakeClock
) -> None:
    shift = await on_call.now()
    assert [person.id for person in shift.people] == [sandbox.workspace.user("ana").id]
    assert shift.until is None
    assert await on_call.gap(clock.now() + timedelta(days=7)) is None


async def test_who_joins_the_group_is_on_call_within_a_minute(
    on_call: GroupOnCall, sandbox: Sandbox, clock: FakeClock
) -> None:
    await on_call.now()
    ben = sandbox.workspace.user("ben").id
    next(iter(sandbox.workspace.groups.values())).users.append(ben)
    clock.pass_by(60)
    assert ben in [person.id for person in (await on_call.now()).people]


async def test_an_empty_group_has_nobody_from_now_on(on_call: GroupOnCall, sandbox: Sandbox, clock: FakeClock) -> None:
    next(iter(sandbox.workspace.groups.values())).users.clear()
    assert (await on_call.now()).people == ()
    assert await on_call.gap(clock.now() + timedelta(days=7)) == clock.now()


async def test_a_group_that_there_is_not_has_nobody(calls: SlackCalls, clock: FakeClock) -> None:
    assert (await GroupOnCall(calls, clock, "@nobody").now()).people == ()


async def test_nobody_is_guessed_while_slack_does_not_tell(on_call: GroupOnCall, sandbox: Sandbox) -> None:
    sandbox.faults.plan({"method": "usergroups.list", "times": 20, "error": "missing_scope"})
    with pytest.raises(DeliveryFailed):
        await on_call.now()
