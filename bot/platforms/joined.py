"""One of several platforms that a team works on: people of the others are reached here by their accounts here."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from bot.cards.elements import Card, Mention, Strong
from bot.domain.chat import MessageRef, Person, Place, Room, RoomMessage
from bot.ports import Identity, Platform


class JoinedPlatform:
    """Passes everything on to the platform, with each person by the account that they have on it.

    Who has none is told, seen and mentioned as far as that goes without: by name, and nowhere in person.
    """

    def __init__(self, platform: Platform, identity: Identity) -> None:
        self.name = platform.name
        self._platform = platform
        self._identity = identity

    async def post(self, place: Place, card: Card, *, key: str) -> MessageRef:
        return await self._platform.post(place, await self._here(card), key=key)

    async def reply(self, place: Place, text: str, *, key: str) -> MessageRef:
        return await self._platform.reply(place, text, key=key)

    async def upload(self, png: bytes, *, name: str, title: str, alt: str) -> str:
        return await self._platform.upload(png, name=name, title=title, alt=alt)

    async def update(self, message: MessageRef, card: Card) -> None:
        await self._platform.update(message, await self._here(card))

    async def tell(self, place: Place, person: Person, said: str | Card) -> None:
        account = await self._account(person)
        if account is not None:
            await self._platform.tell(place, account, said if isinstance(said, str) else await self._here(said))

    async def publish_home(self, person: Person, card: Card) -> None:
        account = await self._account(person)
        if account is not None:
            await self._platform.publish_home(account, await self._here(card))

    async def permalink(self, message: MessageRef) -> str:
        return await self._platform.permalink(message)

    def message_of(self, link: str) -> MessageRef | None:
        return self._platform.message_of(link)

    async def room(self, room: str) -> Room:
        return await self._platform.room(room)

    async def sees(self, person: Person, room: str) -> bool:
        account = await self._account(person)
        return account is not None and await self._platform.sees(account, room)

    async def thread(self, place: Place) -> tuple[RoomMessage, ...]:
        return await self._platform.thread(place)

    async def name_of(self, person: Person) -> str:
        account = await self._account(person)
        return person.name or person.id if account is None else await self._platform.name_of(account)

    async def _account(self, person: Person) -> Person | None:
        if person.platform == self.name:
            return person
        return (await self._identity.accounts(person)).get(self.name)

    async def _here(self, card: Card) -> Card:
        """The card with those of other platforms mentioned by their accounts here, else named."""
        others = {found.person for found in _mentions(card) if found.person.platform != self.name}
        if not others:
            return card
        accounts = {person: await self._account(person) for person in others}
        translated: Card = _replaced(card, accounts)
        return translated


def _mentions(value: Any) -> Iterator[Mention]:
    if isinstance(value, Mention):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _mentions(each)
    elif is_dataclass(value):
        for part in fields(value):
            yield from _mentions(getattr(value, part.name))


def _replaced(value: Any, accounts: Mapping[Person, Person | None]) -> Any:
    """The same value with each mention of these people turned into one of the account, or into the name."""
    if isinstance(value, Mention):
        account = accounts.get(value.person, value.person)
        return Mention(account) if account is not None else Strong(value.person.name or value.person.id)
    if isinstance(value, tuple):
        return tuple(_replaced(each, accounts) for each in value)
    if is_dataclass(value) and not isinstance(value, type | Person):
        changed = {part.name: _replaced(getattr(value, part.name), accounts) for part in fields(value)}
        return replace(value, **changed)
    return value
