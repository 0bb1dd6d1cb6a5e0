"""Channels, chats and people: how they are reached, and who reads what."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.chat import Person, Room, addressed
from bot.domain.errors import NotFound
from bot.platforms.patience import Refused
from bot.platforms.teams.activities import TEAMS, Own, word
from bot.platforms.teams.channels import NO_ROOM, Channels
from bot.platforms.teams.connector import UNKNOWN_THERE, Connector
from bot.platforms.teams.known import CHANGES, MOST, REMEMBERED, Account, Known, remember
from bot.ports import Clock
from bot.ports.reaching import Conversation, Conversations, Kind
from bot.settings.edges import Teams

Json = dict[str, Any]

MISSED = timedelta(minutes=1)
NO_THREAD = "The thread is not there any more."
_PERSON = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|(?:29|8):.+")


class Rooms:
    """Where messages go, what rooms are called and who is in them."""

    def __init__(
        self, conversations: Conversations, connector: Connector, settings: Teams, clock: Clock, own: Own
    ) -> None:
        self.known = Known(conversations, clock, own)
        self._channels = Channels(self.known, connector, clock)
        self._connector = connector
        self._settings = settings
        self._clock = clock
        self._rooms: dict[str, tuple[datetime, Room]] = {}
        self._missing: dict[str, tuple[datetime, str]] = {}

    async def noted(self, activity: Json) -> None:
        """Remember where an authenticated delivery came from; forget names that it may have changed."""
        await self.known.noted(activity)
        if activity.get("type") in CHANGES:
            self._channels.changed()
            self._rooms.clear()
            self._missing.clear()

    # -- where messages go ------------------------------------------------------------------------------------------

    async def conversation(self, room: str) -> Conversation:
        """How a room is reached, given by its id or name, or by a person's id for the chat with them.

        Raises NotFound, and Refused for a person whom the bot may not write to.
        """
        if _PERSON.fullmatch(room):
            return await self._personal(room)
        if room.startswith("#") or addressed(room, TEAMS) != room:
            room = (await self.room(room)).id
        known = await self.known.conversations.get(TEAMS, room)
        return known or Conversation(
            TEAMS, room, Kind.CHANNEL, self._settings.service_url, self._tenant, self._clock.now()
        )

    async def arrived(self, conversation: Conversation) -> None:
        """A message arrived there, even if the bot was believed to be gone."""
        if conversation.gone:
            await self.known.there(conversation, gone=False)

    async def missed(self, conversation: Conversation, thread: str | None, problem: Refused) -> Refused:
        """What a refusal means; a conversation that is not there any more is remembered as gone."""
        if problem.error not in UNKNOWN_THERE:
            return problem
        if thread is not None and await self._is_there(conversation):
            return Refused(NO_THREAD, error=problem.error)
        await self.known.there(conversation, gone=True)
        self._channels.changed()
        self._rooms.clear()
        return problem

    @property
    def _tenant(self) -> str:
        return next(iter(self._settings.tenants), "")

    async def _personal(self, person: str) -> Conversation:
        known = await self.known.conversations.personal(TEAMS, person)
        if known is not None and not known.gone:
            return known
        where = known or next(iter(await self.known.conversations.channels(TEAMS)), None)
        service_url, tenant = self._settings.service_url, self._tenant
        if where is not None:
            service_url, tenant = where.service_url, where.tenant
        chat = await self._connector.personal_chat(service_url, person, tenant)
        made = Conversation(TEAMS, chat, Kind.PERSONAL, service_url, tenant, self._clock.now(), person=person)
        await self.known.conversations.keep(made)
        return made

    async def _is_there(self, conversation: Conversation) -> bool:
        try:
            async for _ in self._connector.members(conversation.service_url, conversation.id, most=1):
                break
        except Refused as problem:
            return problem.error not in UNKNOWN_THERE
        return True

    # -- what rooms are called --------------------------------------------------------------------------------------

    async def room(self, room: str) -> Room:
        """Describe a room given by its id, or as "#Team/Channel" or "#Channel". Raises NotFound.

        Remembered for five minutes, and for a minute that there is none: every message asks for all watched rooms.
        """
        now = self._clock.now()
        if (found := self._rooms.get(room)) and now - found[0] < REMEMBERED:
            return found[1]
        if (missed := self._missing.get(room)) and now - missed[0] < MISSED:
            raise NotFound(missed[1])
        try:
            described = await self._described(room)
        except NotFound as problem:
            _keep(self._missing, room, (now, str(problem)))
            raise
        _keep(self._rooms, room, (now, described))
        return described

    async def _described(self, room: str) -> Room:
        wanted = addressed(room, TEAMS)
        if wanted is None:
            raise NotFound(f"{room} is not in Teams.")
        if wanted.startswith("#"):
            found = await self._channels.by_name(wanted[1:])
        else:
            found = await self._by_id(wanted)
        return Room(found.id, found.name or found.id, found.shared, not found.gone, found.private)

    async def _by_id(self, room: str) -> Conversation:
        known = await (self._personal(room) if _PERSON.fullmatch(room) else self.known.conversations.get(TEAMS, room))
        if known is None or known.kind is Kind.CHANNEL:
            return await self._channels.by_id(room, known)
        return replace(known, name=known.name or self.name_of(known.person), private=True)

    # -- people -------------------------------------------------------------------------------------------------------

    async def sees(self, person: Person, room: str) -> bool:
        """Tell whether somebody is in the conversation, looked up now. Raises NotFound."""
        if person.platform != TEAMS:
            return False
        known = await self.conversation(room)
        if known.kind is Kind.PERSONAL:
            return known.person == person.id
        try:
            return await self._connector.member(known.service_url, known.id, person.id) is not None
        except Refused as problem:
            if problem.error in UNKNOWN_THERE:
                raise NotFound(NO_ROOM.format(room=room)) from problem
            raise

    async def account(self, conversation: Conversation, person: str) -> Account | None:
        """What the chat service calls somebody: remembered, or asked of the conversation; None for one not in it."""
        known = self.known.accounts.get(person)
        if known is None:
            member = await self._connector.member(conversation.service_url, conversation.id, person)
            if member is None or not word(member.get("id")):
                return None
            known = Account(word(member.get("name")), word(member.get("id")))
            remember(self.known.accounts, person, known)
        return known

    def name_of(self, person: str) -> str:
        """What somebody was called when they acted last; an empty text for one who did not."""
        known = self.known.accounts.get(person)
        return known.name if known else ""

    async def any_name(self, person: str) -> str:
        """What somebody is called in any of the teams that the bot is in; an empty text where nobody knows them."""
        teams = {one.team or one.id: one for one in await self.known.conversations.channels(TEAMS)}
        for team, one in teams.items():
            try:
                found = await self.account(replace(one, id=team), person)
            except Refused:
                continue
            if found is not None:
                return found.name
        return ""


def _keep(kept: dict[str, Any], name: str, value: Any) -> None:
    if len(kept) >= MOST:
        kept.clear()
    kept[name] = value
