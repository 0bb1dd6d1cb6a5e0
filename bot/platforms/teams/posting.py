"""Messages that are posted once, whatever becomes of the answers."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakValueDictionary

from bot.domain.chat import MessageRef, Place
from bot.domain.errors import NotFound
from bot.platforms.patience import Refused
from bot.platforms.teams.activities import ROOT, TEAMS, Own, word
from bot.platforms.teams.outgoing import key_of
from bot.platforms.teams.rooms import Rooms
from bot.platforms.teams.services import Services
from bot.platforms.teams.threads import is_own, is_same
from bot.ports import Outbox
from bot.ports.reaching import Conversation, Kind

Json = dict[str, Any]

log = logging.getLogger(__name__)

UNREADABLE = "Only what is written in a channel can be read afterwards: Teams lets no app read {this}."


class Poster:
    """Posts once per key. A post whose answer was lost is looked for in the channel before it is posted again.

    In a chat, where Teams lets no app look, it is posted again: once too often is better than never.
    """

    def __init__(self, services: Services, outbox: Outbox, rooms: Rooms, own: Own) -> None:
        self._connector = services.connector
        self._graph = services.graph
        self._outbox = outbox
        self._rooms = rooms
        self._own = own
        self._posted: deque[str] = deque(maxlen=1000)  # the same words may be said twice, the same card is one
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def once(
        self, place: Place, key: str, sent: Json, send: Callable[[Conversation], Awaitable[str]] | None = None
    ) -> MessageRef:
        """Post an activity, or what `send` makes of it, unless that was done before."""
        async with self._lanes.setdefault(key, asyncio.Lock()):  # two runs may ask for the same at once
            return await self._once(place, key, sent, send)

    async def _once(
        self, place: Place, key: str, sent: Json, send: Callable[[Conversation], Awaitable[str]] | None
    ) -> MessageRef:
        begun = await self._outbox.begin(key)
        if isinstance(begun, MessageRef):
            return begun
        conversation = await self._rooms.conversation(place.room)
        try:
            message = await self._connector.patiently.unless_done(
                lambda: send(conversation) if send else self.into(conversation, place.thread, sent),
                lambda: self._find(conversation, place.thread, sent),
                look_first=bool(begun),
            )
        except Refused as problem:
            raise await self._rooms.missed(conversation, place.thread, problem) from problem
        self._posted.append(message)
        posted = MessageRef(Place(TEAMS, conversation.id, place.thread), message)
        await self._outbox.done(key, posted)
        await self._rooms.arrived(conversation)
        return posted

    async def into(self, conversation: Conversation, thread: str | None, activity: Json) -> str:
        """Send once, into a thread or to begin one. Raises as `Connector.send`."""
        where = conversation.service_url, conversation.id
        if conversation.kind is Kind.CHANNEL and thread is None:
            return await self._connector.begin_thread(*where, conversation.tenant, activity)
        return await self._connector.send(conversation.service_url, thread_id(conversation.id, thread), activity)

    async def readable(self, room: str) -> Conversation:
        """The channel, with what Microsoft Graph calls its team. Raises NotFound for any other conversation."""
        found = await self._rooms.conversation(room)
        if found.kind is not Kind.CHANNEL:
            raise NotFound(UNREADABLE.format(this="a personal chat" if found.kind is Kind.PERSONAL else "a group chat"))
        if not found.group:  # most deliveries do not tell it, but the team's list of channels does
            await self._rooms.room(found.id)
            found = await self._rooms.conversation(found.id)
        if not found.group:
            raise NotFound("Ratchet does not know which team this channel is in.")
        return found

    async def _find(self, conversation: Conversation, thread: str | None, sent: Json) -> str | None:
        """Look for our message among the newest of the thread, or of those that begin one in the channel."""
        try:
            channel = await self.readable(conversation.id)
            async for told in self._graph.newest(channel.group, channel.id, thread, tenant=channel.tenant):
                message = word(told.get("id"))
                new = bool(key_of(sent)) or message not in self._posted
                if new and is_own(told, self._own) and is_same(told, sent):
                    return message
        except (Refused, NotFound) as problem:
            log.warning("a message may be posted twice, because it cannot be looked for: %s", problem)
        return None


def thread_id(room: str, thread: str | None) -> str:
    """What the chat service calls a thread of a room."""
    return f"{room}{ROOT}{thread}" if thread else room
