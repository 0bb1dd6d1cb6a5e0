"""Which threads and names the managers' room may be shown; the platform is asked once about each room and person."""

from bot.domain.chat import Person, Place
from bot.domain.errors import RatchetError
from bot.ports import Desk


class Audience:
    """What readers of the digest may be led to. Where the platform cannot tell, the answer is no."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._rooms: dict[tuple[str, str], bool] = {}
        self._names: dict[tuple[str, str], str] = {}

    async def may_tell(self, place: Place) -> bool:
        """Whether all who read the managers' room may hear of what is in this room: it is no other private one.

        At a terminal no platform is connected: whoever works there reads the records anyway.
        """
        if not self._desk.platforms:
            return True
        key = (place.platform, place.room)
        if key not in self._rooms:
            self._rooms[key] = await self._ask(place)
        return self._rooms[key]

    async def _ask(self, place: Place) -> bool:
        platform = self._desk.platforms.get(place.platform)
        if platform is None:
            return False
        try:
            room = await platform.room(place.room)
        except RatchetError:
            return False
        return not room.private or self._desk.policy.managers_room in (room.id, f"#{room.name}")

    async def link(self, review: str) -> str:
        """The address of the review's card; "" where it has none, or none that may be shown."""
        try:
            card = (await self._desk.store.reviews.get(review)).card
            platform = self._desk.platforms.get(card.place.platform) if card else None
            if card is None or platform is None or not await self.may_tell(card.place):
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
