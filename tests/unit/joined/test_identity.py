"""People with accounts on two platforms: one in the records, with the highest of their roles."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from bot.cards.elements import Card, Facts, Mention, Paragraph, Strong
from bot.domain.chat import Person, Place, Role
from bot.domain.errors import Unavailable
from bot.domain.rota import Shift
from bot.platforms.identity import OnCallByPerson, PeopleOfAll, SameEmail
from bot.platforms.joined import JoinedPlatform
from bot.ports import Desk
from tests.unit.scripted import Clock, ScriptedPlatform

ANA, ANNA = Person("slack", "U1", "Ana"), Person("teams", "11-22", "Anna")
BO = Person("teams", "33-44", "Bo")


@dataclass
class Addresses:
    """The people of one platform, by e-mail address."""

    of: Mapping[str, Person]
    down: bool = False
    asked: list[str] = field(default_factory=list)

    async def email_of(self, account: Person) -> str:
        self._ask(account.id)
        return next((email for email, person in self.of.items() if person.same_as(account)), "")

    async def with_email(self, email: str) -> Person | None:
        self._ask(email)
        return self.of.get(email)

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if self.down:
            raise Unavailable("not now")


@dataclass
class Listed:
    roles: Mapping[str, Role]
    down: bool = False

    async def role(self, person: Person) -> Role | None:
        if self.down:
            raise Unavailable("not now")
        return self.roles.get(person.id)


@pytest.fixture
def slack() -> Addresses:
    return Addresses({"ana@fernhill.test": ANA})


@pytest.fixture
def teams() -> Addresses:
    return Addresses({"ana@fernhill.test": ANNA, "bo@fernhill.test": BO})


@pytest.fixture
def identity(desk: Desk, slack: Addresses, teams: Addresses, clock: Clock) -> SameEmail:
    return SameEmail(desk.store.accounts, {"teams": teams, "slack": slack}, clock)


async def test_both_accounts_of_a_person_are_one_in_the_records(identity: SameEmail) -> None:
    assert (await identity.person(ANNA)).same_as(ANA), "what Ana did in Slack before Teams was added stays hers"
    assert (await identity.person(ANA)).same_as(ANA)
    assert (await identity.accounts(ANA))["teams"].same_as(ANNA)


async def test_who_is_known_on_one_platform_only_stays_that_account(identity: SameEmail) -> None:
    assert await identity.person(BO) is BO
    assert set(await identity.accounts(BO)) == {"teams"}


async def test_an_account_without_an_address_is_nobody_elses(identity: SameEmail) -> None:
    guest = Person("teams", "55-66", "Ana")
    assert await identity.person(guest) is guest


async def test_what_was_found_is_believed_for_five_minutes(identity: SameEmail, teams: Addresses, clock: Clock) -> None:
    await identity.person(ANNA)
    await identity.person(ANNA)
    assert teams.asked == [ANNA.id]
    clock.pass_by(minutes=5)
    await identity.person(ANNA)
    assert teams.asked == [ANNA.id] * 2


async def test_while_a_platform_is_away_what_was_noted_before_counts(
    identity: SameEmail, teams: Addresses, clock: Clock
) -> None:
    await identity.person(ANNA)
    teams.down = True
    clock.pass_by(minutes=5)
    assert (await identity.person(ANNA)).same_as(ANA)


async def test_who_is_given_an_address_gets_nothing_of_the_account_that_had_it_elsewhere(
    identity: SameEmail, slack: Addresses, teams: Addresses, clock: Clock
) -> None:
    await identity.person(ANNA)
    new = Person("teams", "99-00", "Anton")
    slack.of, teams.of = {"ana.ruiz@fernhill.test": ANA}, {"ana@fernhill.test": new}
    people = PeopleOfAll({"slack": Listed({"U1": Role.SENIOR}), "teams": Listed({"99-00": Role.REP})}, identity)
    assert await people.role(new) is Role.REP
    assert await identity.person(new) is new


async def test_a_person_has_the_highest_role_of_their_accounts(identity: SameEmail) -> None:
    people = PeopleOfAll({"slack": Listed({"U1": Role.SENIOR}), "teams": Listed({"11-22": Role.REP})}, identity)
    assert await people.role(ANNA) is Role.SENIOR
    assert await people.role(ANA) is Role.SENIOR
    assert await people.role(BO) is None


async def test_no_role_is_guessed_while_a_platform_is_away(identity: SameEmail) -> None:
    people = PeopleOfAll({"slack": Listed({}, down=True), "teams": Listed({"11-22": Role.REP})}, identity)
    assert await people.role(ANNA) is Role.REP, "what the other platform says is no guess"
    nothing = PeopleOfAll({"slack": Listed({}, down=True), "teams": Listed({})}, identity)
    with pytest.raises(Unavailable):
        await nothing.role(ANNA)


async def test_who_is_on_call_is_known_by_the_account_of_the_records(identity: SameEmail) -> None:
    class Rota:
        async def now(self) -> Shift:
            return Shift((ANNA, BO))

        async def gap(self, until: datetime) -> datetime | None:
            return until

    shift = await OnCallByPerson(Rota(), identity).now()
    assert [(one.platform, one.id) for one in shift.people] == [("slack", "U1"), ("teams", "33-44")]


async def test_a_card_mentions_people_by_their_accounts_on_its_platform_and_names_the_others(
    identity: SameEmail,
) -> None:
    platform = ScriptedPlatform()
    joined = JoinedPlatform(platform, identity)
    said = (Paragraph(("For ", Mention(ANNA))), Facts((("By", (Mention(BO), Mention(ANA))),)))
    await joined.post(Place("slack", "C1"), Card("news", said), key="k")
    assert platform.cards["k"].elements == (
        Paragraph(("For ", Mention(Person("slack", "U1", "Ana")))),
        Facts((("By", (Strong("Bo"), Mention(ANA))),)),
    )


async def test_who_has_no_account_here_is_told_nothing_and_sees_no_room(identity: SameEmail) -> None:
    platform = ScriptedPlatform()
    joined = JoinedPlatform(platform, identity)
    await joined.tell(Place("slack", "C1"), BO, "psst")
    await joined.tell(Place("slack", "C1"), ANNA, "hello")
    assert platform.told == [("U1", "hello")]
    assert not await joined.sees(BO, "C1")
    assert await joined.sees(ANNA, "C1")
    assert await joined.name_of(BO) == "Bo"
