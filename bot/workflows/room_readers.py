"""What the readers of a room may be told of: what another room that is private was asked stays in that room."""

import logging

from bot.domain.chat import Person, Place, Room
from bot.domain.errors import NotAllowed, RatchetError
from bot.ports import Desk

log = logging.getLogger(__name__)


async def check_reads(desk: Desk, place: Place | None, person: Person) -> None:
    """Let those pass who can read what is there; what came in by no room all of the team may. Raises NotAllowed."""
    if place is not None and not await desk.platforms[place.platform].sees(person, place.room):
        raise NotAllowed("That thread is in a private room that you are not in. Ask somebody who is.")


class Rooms:
    """What the platforms know of rooms, each asked about once; None where that cannot be told."""

    def __init__(self, desk: Desk) -> None:
        self._platforms = desk.platforms
        self._known: dict[tuple[str, str], Room | None] = {}

    async def at(self, platform: str, room: str) -> Room | None:
        """The room of this id there."""
        key = (platform, room)
        if key not in self._known:
            self._known[key] = await self._look(platform, room)
        return self._known[key]

    async def anywhere(self, room: str) -> Room | None:
        """The room of this id on whichever platform knows it."""
        for platform in self._platforms:
            if (found := await self.at(platform, room)) is not None:
                return found
        return None

    async def _look(self, platform: str, room: str) -> Room | None:
        if platform not in self._platforms:
            return None
        try:
            return await self._platforms[platform].room(room)
        except RatchetError as problem:
            log.warning("It cannot be told who reads the room %s: %s", room, problem)
            return None


class RoomReaders:
    """The readers of one room, by its id or its "#name". Where the platform cannot tell, the answer is no.

    It is asked once about each room and person.
    """

    def __init__(self, desk: Desk, room: str) -> None:
        self._desk = desk
        self._reads = room
        self._rooms = Rooms(desk)
        self._names: dict[tuple[str, str], str] = {}

    async def may_hear_of(self, place: Place | None) -> bool:
        """Whether they may hear of what is in this room; of what came in by no room they may.

        At a terminal no platform is connected: whoever works there reads the records anyway.
        """
        return place is None or not self._desk.platforms or await self.room(place) is not None

    async def room(self, place: Place) -> Room | None:
        """The room, if they may hear of it."""
        room = await self._rooms.at(place.platform, place.room)
        if room is None or not room.private:
            return room
        own = await self._rooms.at(place.platform, self._reads) if self._reads else None
        return room if own is not None and own.id == room.id else None

    async def link(self, review: str) -> str:
        """The address of the review's card; "" where it has none, or none that they may be led to."""
        try:
            card = (await self._desk.store.reviews.get(review)).card
            platform = self._desk.platforms.get(card.place.platform) if card else None
            if card is None or platform is None or not await self.may_hear_of(card.place):
                return ""
            return await platform.permalink(card)
        except RatchetError:
            return ""

    async def name(self, person: Person) -> str:
        """What colleagues call this person; their id where nobody can say."""
        key = (person.platform, person.id)
        if person.name:
            return person.name
        if key not in self._names:
            self._names[key] = await self._called(person)
        return self._names[key]

    async def _called(self, person: Person) -> str:
        platform = self._desk.platforms.get(person.platform)
        try:
            return (await platform.name_of(person) if platform else "") or person.id
        except RatchetError:
            return person.id
