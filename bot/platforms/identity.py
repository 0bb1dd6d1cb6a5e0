"""One person with accounts on several platforms: known by their e-mail address, and by one account in the records."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.chat import Person, Role
from bot.domain.errors import DeliveryFailed, Unavailable
from bot.domain.rota import Shift
from bot.ports import Clock, Directory, Identity, OnCall, People
from bot.ports.reaching import Accounts

log = logging.getLogger(__name__)

FRESH = timedelta(minutes=5)


class SameEmail:
    """Links the accounts that have the same e-mail address; what was found is believed for five minutes.

    A person is known by the account that was noted first, and of those noted at once by the one on the platform that
    comes first in the alphabet, so that records made before the second platform was added stay theirs. Where a platform
    does not answer, what was noted before counts.
    """

    def __init__(self, accounts: Accounts, directories: Mapping[str, Directory], clock: Clock) -> None:
        self._accounts = accounts
        self._directories = directories
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[datetime, Person]] = {}

    async def person(self, account: Person) -> Person:
        key, now = (account.platform, account.id), self._clock.now()
        known = self._known.get(key)
        if known is None or now - known[0] >= FRESH:
            try:
                await self._look(account, now)
            except (DeliveryFailed, Unavailable) as problem:  # asked again next time
                log.warning("Whether %s has other accounts could not be looked up: %s", account.id, problem)
                return await self._noted(account)
            known = self._known[key] = (now, await self._noted(account))
        return known[1]

    async def accounts(self, person: Person) -> Mapping[str, Person]:
        await self.person(person)
        return {**await self._accounts.of_person(person), person.platform: person}

    async def _noted(self, account: Person) -> Person:
        person = await self._accounts.person_of(account)
        return account if person is None or person.same_as(account) else person

    async def _look(self, account: Person, now: datetime) -> None:
        """Note which accounts have this one's address by now. Raises DeliveryFailed or Unavailable."""
        email = await self._directories[account.platform].email_of(account) if account.id else ""
        if not email:
            return
        others = {
            platform: await directory.with_email(email)
            for platform, directory in self._directories.items()
            if platform != account.platform
        }
        for same in (account, *filter(None, others.values())):
            await self._accounts.link(same, email, now)
        for platform in (platform for platform, found in others.items() if found is None):
            await self._part(account, email, platform, now)

    async def _part(self, account: Person, email: str, platform: str, now: datetime) -> None:
        """Note the new address of a linked account that has another by now: the old one may be somebody else's."""
        linked = (await self._accounts.of_person(account)).get(platform)
        held = await self._directories[platform].email_of(linked) if linked else ""
        if linked and held and held.strip().casefold() != email.strip().casefold():
            await self._accounts.link(linked, held, now)


class OnCallByPerson:
    """Who is on call, by the accounts that people are known by in the records."""

    def __init__(self, on_call: OnCall, identity: Identity) -> None:
        self._on_call = on_call
        self._identity = identity

    async def now(self) -> Shift:
        shift = await self._on_call.now()
        return replace(shift, people=await self._known(shift.people), next=await self._known(shift.next))

    async def gap(self, until: datetime) -> datetime | None:
        return await self._on_call.gap(until)

    async def _known(self, people: Sequence[Person]) -> tuple[Person, ...]:
        return tuple([await self._identity.person(account) for account in people])


class PeopleOfAll:
    """Gives a person the highest role that any of their accounts has.

    Raises Unavailable where a platform does not tell and the others give no role.
    """

    def __init__(self, people: Mapping[str, People], identity: Identity) -> None:
        self._people = people
        self._identity = identity

    async def role(self, person: Person) -> Role | None:
        roles: list[Role] = []
        silent: Unavailable | None = None
        for platform, account in (await self._identity.accounts(person)).items():
            try:
                role = await self._people[platform].role(account) if platform in self._people else None
            except Unavailable as problem:
                silent = problem
                continue
            roles += [] if role is None else [role]
        if silent is not None and not roles:
            raise silent
        return max(roles, default=None)
