import dataclasses
from collections.abc import Mapping, Sequence

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.chat import Person, Role
from bot.domain.errors import Unavailable
from bot.platforms.slack import SlackCalls, SlackPeople
from bot.sandbox import Sandbox
from tests.unit.platforms.conftest import FakeClock


@pytest.fixture
def ana(sandbox: Sandbox) -> Person:
    return Person("slack", sandbox.workspace.user("ana").id)


@pytest.fixture
def ben(sandbox: Sandbox) -> Person:
    return Person("slack", sandbox.workspace.user("ben").id)


@pytest.fixture
def people(client: AsyncWebClient, clock: FakeClock, calls: SlackCalls, sandbox: Sandbox, ben: Person) -> SlackPeople:
    members: Mapping[Role, Sequence[str]] = {Role.REP: (ben.id, "@leads"), Role.MANAGER: ("@leads",)}
    return SlackPeople(client, clock, members, team=sandbox.workspace.team.id, calls=calls)


async def test_a_person_has_the_highest_role_that_lists_them(people: SlackPeople, ana: Person, ben: Person) -> None:
    assert await people.role(ana) is Role.MANAGER
    assert await people.role(ben) is Role.REP


async def test_outsiders_have_no_role(people: SlackPeople, ana: Person, sandbox: Sandbox) -> None:
    assert await people.role(Person("slack", sandbox.workspace.app.user_id)) is None
    assert await people.role(dataclasses.replace(ana, platform="teams")) is None
    assert await people.role(Person("slack", "")) is None


async def test_somebody_of_another_organisation_has_no_role_though_listed(
    people: SlackPeople, ana: Person, sandbox: Sandbox
) -> None:
    sandbox.workspace.users[ana.id].team_id = "T0OTHER"
    assert await people.role(ana) is None


async def test_a_deactivated_person_loses_the_role_within_a_minute(
    people: SlackPeople, ben: Person, sandbox: Sandbox, clock: FakeClock
) -> None:
    assert await people.role(ben) is Role.REP
    sandbox.workspace.users[ben.id].deleted = True
    clock.pass_by(60)
    assert await people.role(ben) is None


async def test_who_left_the_group_loses_the_role_within_a_minute(
    people: SlackPeople, ana: Person, sandbox: Sandbox, clock: FakeClock
) -> None:
    assert await people.role(ana) is Role.MANAGER
    next(iter(sandbox.workspace.groups.values())).users.clear()
    assert await people.role(ana) is Role.MANAGER
    clock.pass_by(60)
    assert await people.role(ana) is None


@pytest.mark.parametrize("fault", [{"status": 500}, {"error": "missing_scope"}, {"disconnect": True}], ids=str)
async def test_nobody_has_a_role_while_slack_does_not_tell(
    people: SlackPeople, ana: Person, sandbox: Sandbox, fault: dict[str, object]
) -> None:
    sandbox.faults.plan({"method": "usergroups.list", "times": 20, **fault})
    with pytest.raises(Unavailable, match="Slack did not tell me your role, so nothing was sent"):
        await people.role(ana)


async def test_what_slack_said_a_moment_ago_still_counts(people: SlackPeople, ana: Person, sandbox: Sandbox) -> None:
    await people.role(ana)
    sandbox.faults.plan({"method": "*", "times": 20, "status": 500})
    assert await people.role(ana) is Role.MANAGER


async def test_an_address_makes_nobody_known_before_it_is_confirmed(
    people: SlackPeople, ben: Person, sandbox: Sandbox
) -> None:
    user = sandbox.workspace.users[ben.id]
    user.email = "ben@fernhill.test"
    assert await people.email_of(ben) == "ben@fernhill.test"
    found = await people.with_email("ben@fernhill.test")
    assert found is not None and found.same_as(ben)
    user.email_confirmed = False
    assert await people.email_of(ben) == ""
    assert await people.with_email("ben@fernhill.test") is None
