"""A person's accounts, where the team works on several platforms: who may not decide may not by another account."""

from bot.domain.chat import Person
from bot.ports import Desk


async def accounts_of(desk: Desk, person: Person) -> tuple[Person, ...]:
    """This account and the person's others: records may name any of them, if they were linked only later."""
    if desk.identity is None:
        return (person,)
    others = (await desk.identity.accounts(person)).values()
    return (person, *(account for account in others if not account.same_as(person)))
