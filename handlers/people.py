"""Who acted, as the records name them."""

from dataclasses import replace

from bot.domain.chat import Person
from bot.ports import Desk


async def known_as(desk: Desk, account: Person) -> Person:
    """The account that this one's person has in the records; itself where the team works on one platform."""
    return await desk.identity.person(account) if desk.identity else account


async def named(desk: Desk, person: Person) -> Person:
    """The person with the name that colleagues know."""
    return replace(person, name=await desk.platforms[person.platform].name_of(person))
