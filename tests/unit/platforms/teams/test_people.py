"""Who may do what in Teams, as the directory of the stand-in tells it."""

import asyncio

import pytest

from bot.domain.chat import Person, Role
from bot.domain.errors import Unavailable
from bot.platforms.teams.adapter import TeamsPlatform
from bot.platforms.teams.people import Roster, TeamOnCall, TeamsPeople
from bot.platforms.teams.services import Services
from bot.ports import Store
from bot.settings.edges import Teams
from tests.teams.activities import Activities
from tests.teams.standin import StandIn
from tests.unit.platforms.conftest import FakeClock


@pytest.fixture
def roster(teams: TeamsPlatform, microsoft: Services, store: Store, clock: FakeClock, settings: Teams) -> Roster:
    return Roster(microsoft, store.conversations, clock, settings.tenants)


@pytest.fixture
def people(roster: Roster) -> TeamsPeople:
    listed = {
        Role.REP: ("team:support",),
        Role.SENIOR: ("sue@fernhill.example", "team:Nowhere"),
        Role.MANAGER: ("team:Support:owners",),
    }
    return TeamsPeople(roster, listed)


def person(standin: StandIn, handle: str) -> Person:
    return Person("teams", standin.world.people[handle].id)


@pytest.mark.parametrize(
    ("handle", "role"),
    [("ana", Role.REP), ("sue", Role.SENIOR), ("mae", Role.MANAGER), ("pia", None), ("tom", None)],
)
async def test_members_owners_and_addresses_give_roles_but_not_to_guests_or_other_tenants(
    people: TeamsPeople, standin: StandIn, handle: str, role: Role | None
) -> None:
    assert await people.role(person(standin, handle)) is role


async def test_nobody_of_another_platform_and_nobody_unknown_has_a_role(people: TeamsPeople, standin: StandIn) -> None:
    assert await people.role(Person("slack", standin.world.people["mae"].id)) is None
    assert await people.role(Person("teams", "")) is None
    assert await people.role(Person("teams", "00000000-0000-4000-8000-000000000000")) is None


async def test_a_role_is_not_guessed_while_microsoft_does_not_answer(people: TeamsPeople, standin: StandIn) -> None:
    standin.plan("member", status=503, times=50)
    with pytest.raises(Unavailable, match="did not tell me your role"):
        await people.role(person(standin, "ana"))


async def test_settings_that_name_nobody_are_found(people: TeamsPeople) -> None:
    assert await people.unknown_members() == ("team:Nowhere",)


async def test_a_team_that_takes_the_name_of_another_gives_nobody_a_role(
    roster: Roster, teams: TeamsPlatform, standin: StandIn, deliveries: Activities
) -> None:
    world = standin.world
    gus, real = world.people["gus"], world.teams["Support"].group
    for name in ("support", real):
        for activity in deliveries.team_changed(gus, world.team(name, (), ("gus",), ()), added=True):
            await teams.noted(activity)
    by_name = TeamsPeople(roster, {Role.MANAGER: ("team:Support:owners",)})
    assert await by_name.role(person(standin, "gus")) is None
    by_id = TeamsPeople(roster, {Role.MANAGER: (f"team:{real}:owners",)})
    assert await by_id.role(person(standin, "gus")) is None
    assert await by_id.role(person(standin, "mae")) is Role.MANAGER


async def test_accounts_are_known_by_the_addresses_of_our_own_people(people: TeamsPeople, standin: StandIn) -> None:
    ana = person(standin, "ana")
    assert await people.email_of(ana) == "ana@fernhill.example"
    assert (await people.with_email("Ana@Fernhill.example") or Person("", "")).same_as(ana)
    assert await people.email_of(person(standin, "pia")) == ""
    assert await people.with_email("pia@partner.example") is None
    assert await people.with_email("nobody@fernhill.example") is None


async def test_who_is_in_a_team_is_on_call(roster: Roster, clock: FakeClock, standin: StandIn) -> None:
    on_call = TeamOnCall(roster, clock, "team:Support:owners")
    assert [one.id for one in (await on_call.now()).people] == [standin.world.people["mae"].id]
    assert await on_call.gap(clock.now()) is None
    assert await TeamOnCall(roster, clock, "team:Nowhere").gap(clock.now()) == clock.now()


async def test_many_who_ask_at_once_about_one_person_share_the_answer(
    people: TeamsPeople, roster: Roster, standin: StandIn
) -> None:
    ana = person(standin, "ana")
    assert set(await asyncio.gather(*(people.role(ana) for _ in range(20)))) == {Role.REP}
    asked = standin.faults.asked
    assert asked["member"] <= len(standin.world.teams), "she is looked for once, team by team until she is found"
    assert asked["graph"] == 2, "and each team that settings name is listed once"
    assert asked["team"] == 3 * len(standin.world.teams), "and looked for once, also where there is none of that name"
