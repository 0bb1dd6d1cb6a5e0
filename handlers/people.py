"""Who acted, as the records name them."""

from dataclasses import replace

from bot.domain.chat import Person
from bot.ports import Desk


async def named(desk: Desk, person: Person) -> Person:
    """The person with the name that colleagues know."""
    return replace(person, name=await desk.platforms[person.platform].name_of(person))
