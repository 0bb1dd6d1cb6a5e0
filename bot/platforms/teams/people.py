"""Who may do what, by the members and owners of teams, by e-mail addresses or by ids; closed when in doubt."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

from bot.domain.chat import Person, Role
from bot.domain.errors import DeliveryFailed, Unavailable
from bot.domain.rota import Shift
from bot.platforms.patience import Refused
from bot.platforms.teams.activities import TEAMS, word
from bot.platforms.teams.services import Services
from bot.ports import Clock
from bot.ports.reaching import Conversation, Conversations

Json = dict[str, Any]

log = logging.getLogger(__name__)

FRESH = timedelta(seconds=60)
UNKNOWN = "Teams did not tell me your role, so nothing was sent. Please try again."
_LISTED = re.compile(r"team:(?P<team>.+?)(?P<owners>:owners)?", re.IGNORECASE)


class Roster:
    """The teams that the bot was added to, and who is in them. What Microsoft said is believed for a minute."""

    def __init__(self, services: Services, conversations: Conversations, clock: Clock, tenants: Sequence[str]) -> None:
        self._services = services
        self._conversations = conversations
        self._clock = clock
        self._tenants = frozenset(tenants)
        self._teams: dict[str, tuple[datetime, frozenset[str] | None]] = {}
        self._members: dict[str, tuple[datetime, Json | None]] = {}
        self._addresses: dict[str, tuple[datetime, Mapping[str, Json]]] = {}
        self._one_at_a_time = asyncio.Lock()
        self._looking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def of_team(self, listed: str) -> frozenset[str] | None:
        """The ids of a team's members, or of its owners, as settings name them: "team:Support", "team:Support:owners".

        None where the bot is in no team of that name, or in several. Raises Unavailable or DeliveryFailed.
        """
        async with self._one_at_a_time:
            known = self._teams.get(listed)
            if known is None or self._clock.now() - known[0] >= FRESH:
                known = self._teams[listed] = (self._clock.now(), await self._ask(listed))
            return known[1]

    async def colleague(self, who: str) -> Json | None:
        """Our own person of this id or e-mail address, as the chat service describes them; never a guest."""
        async with self._looking.setdefault(who, asyncio.Lock()):  # many ask at once about one who presses often
            known = self._members.get(who)
            if known is None or self._clock.now() - known[0] >= FRESH:
                known = self._members[who] = (self._clock.now(), await self._look(who))
            return known[1]

    async def _ask(self, listed: str) -> frozenset[str] | None:
        said = _LISTED.fullmatch(listed)
        where = await self._called(said["team"]) if said else None
        if said is None or where is None:
            log.warning("the bot was added to no team that is called %s", listed)
            return None
        members = await self._services.graph.members(where.group, tenant=where.tenant)
        ours = [one for one in members if not one.guest and (one.owner or not said["owners"])]
        return frozenset(one.id for one in ours if self._is_ours(one.tenant or where.tenant))

    async def _called(self, team: str) -> Conversation | None:
        """The team of this id, else the one of this name: whoever adds the bot to a namesake gives nobody a role."""
        wanted = team.strip().casefold()
        teams = [(one, name.strip().casefold()) async for one, name in self._named_teams()]
        by_id = [one for one, _ in teams if wanted in (one.group.casefold(), one.team.casefold())]
        found = by_id or [one for one, name in teams if wanted == name]
        if len(found) > 1:
            log.error("%d teams are called %s, so that none of them counts: name it by its id", len(found), team)
        return found[0] if len(found) == 1 else None

    async def _named_teams(self) -> AsyncIterator[tuple[Conversation, str]]:
        for team, one in (await self._known_teams()).items():
            try:
                about = await self._services.connector.team(one.service_url, team)
            except Refused as problem:
                log.warning("the team %s does not tell its name: %s", team, problem)
                continue
            yield replace(one, group=word(about.get("aadGroupId")) or one.group), word(about.get("name"))

    async def _known_teams(self) -> Mapping[str, Conversation]:
        return {one.team or one.id: one for one in await self._conversations.channels(TEAMS)}

    async def _look(self, who: str) -> Json | None:
        for where, service_url in await self._rooms_with(who):
            try:
                member = await self._services.connector.member(service_url, where, who)
                if member is None and "@" in who:
                    member = await self._with_address(service_url, where, who)
            except Refused:
                continue
            if member is not None:
                guest = word(member.get("userRole")).lower() not in ("", "user")
                return member if not guest and self._is_ours(word(member.get("tenantId"))) else None
        return None

    async def _with_address(self, service_url: str, where: str, address: str) -> Json | None:
        """Who signs in by another name than their address is only found in the whole list."""
        known = self._addresses.get(where)
        if known is None or self._clock.now() - known[0] >= FRESH:
            listed = [one async for one in self._services.connector.members(service_url, where)]
            known = self._addresses[where] = (self._clock.now(), {_email(one).casefold(): one for one in listed})
        return known[1].get(address.casefold())

    async def _rooms_with(self, who: str) -> Iterable[tuple[str, str]]:
        chat = await self._conversations.personal(TEAMS, who)
        teams = [(team, one.service_url) for team, one in (await self._known_teams()).items()]
        return [*teams, *([(chat.id, chat.service_url)] if chat else [])]

    def _is_ours(self, tenant: str) -> bool:
        return not self._tenants or tenant in self._tenants


class TeamsPeople:
    """Gives roles to the people listed for them: Entra object ids, e-mail addresses, "team:Support[:owners]".

    Guests and people of other tenants have no role, whatever the lists say. Raises Unavailable when Microsoft does not
    answer.
    """

    def __init__(self, roster: Roster, members: Mapping[Role, Sequence[str]]) -> None:
        self._roster = roster
        self._members = {role: tuple(each.strip() for each in listed) for role, listed in members.items()}

    async def role(self, person: Person) -> Role | None:
        """The person's highest role, or None for an outsider. Raises Unavailable rather than guess."""
        if person.platform != TEAMS or not person.id:
            return None
        try:
            return await self._role(person.id)
        except (DeliveryFailed, Unavailable) as problem:
            log.warning("teams did not tell the role of %s: %s", person.id, problem)
            raise Unavailable(UNKNOWN) from problem

    async def unknown_members(self) -> tuple[str, ...]:
        """The listed teams that the bot is not in, and addresses of nobody in any of its teams.

        Raises Unavailable or DeliveryFailed.
        """
        listed = dict.fromkeys(entry for entries in self._members.values() for entry in entries)
        return tuple([entry for entry in listed if not await self._is_known(entry)])

    async def email_of(self, account: Person) -> str:
        """The address of one of our own people; empty for others."""
        return _email(await self._roster.colleague(account.id) or {})

    async def with_email(self, email: str) -> Person | None:
        """The account of our own tenants with this address, if its person is in one of the bot's teams."""
        found = await self._roster.colleague(email.strip().casefold())
        if found is None or _email(found).casefold() != email.strip().casefold():
            return None
        identity = word(found.get("aadObjectId")) or word(found.get("objectId"))
        return Person(TEAMS, identity, word(found.get("name"))) if identity else None

    async def _role(self, person: str) -> Role | None:
        colleague = await self._roster.colleague(person)
        if colleague is None:
            return None
        called = {person.casefold(), _email(colleague).casefold(), word(colleague.get("userPrincipalName")).casefold()}
        held = [role for role, listed in self._members.items() if await self._lists(listed, person, called - {""})]
        return max(held, default=None)

    async def _lists(self, listed: Sequence[str], person: str, called: set[str]) -> bool:
        if any(entry.casefold() in called for entry in listed):
            return True
        for entry in listed:
            if _LISTED.fullmatch(entry) and person in (await self._roster.of_team(entry) or ()):
                return True
        return False

    async def _is_known(self, entry: str) -> bool:
        if _LISTED.fullmatch(entry):
            return await self._roster.of_team(entry) is not None
        return await self._roster.colleague(entry) is not None


class TeamOnCall:
    """Whoever is in a team, or owns it, is on call; until when, Teams does not know. A team unknown has nobody."""

    def __init__(self, roster: Roster, clock: Clock, listed: str) -> None:
        self._roster = roster
        self._clock = clock
        self._listed = listed

    async def now(self) -> Shift:
        return Shift(tuple(Person(TEAMS, one) for one in sorted(await self._roster.of_team(self._listed) or ())))

    async def gap(self, until: datetime) -> datetime | None:
        """Now, where nobody is in the team."""
        return None if (await self.now()).people else self._clock.now()


def _email(member: Json) -> str:
    return word(member.get("email")) or word(member.get("userPrincipalName"))
