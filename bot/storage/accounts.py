"""Which accounts, on several platforms, are one person's."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.chat import Person
from bot.storage.repository import Repository, whole
from bot.storage.tables import AccountRow, table

ACCOUNTS = table(AccountRow)
C = ACCOUNTS.c


class SqlAccounts(Repository):
    """Keeps the promises of `bot.ports.reaching.Accounts`.

    An address is one account's on each platform: the account that it was noted for last has it, the former one has
    none any more. So an address that is given to somebody new takes nobody's past along on that platform.
    """

    async def person_of(self, account: Person) -> Person | None:
        async with self._read() as connection:
            rows = await self._holders(connection, account)
        return _person(rows[0]) if rows else None

    @whole
    async def link(self, account: Person, email: str, now: datetime) -> Person:
        address = email.strip().casefold()
        insert = self._insert(ACCOUNTS)
        changed = {"email": insert.excluded.email} | ({"name": insert.excluded.name} if account.name else {})
        upsert = insert.on_conflict_do_update(index_elements=["workspace", "platform", "id"], set_=changed)
        row = self._row(platform=account.platform, id=account.id, name=account.name, email=address, noted_at=now)
        others = and_(C.platform == account.platform, C.id != account.id, C.email == address, C.email != "")
        async with self._write() as connection:
            await self._lock(connection, "accounts")
            await connection.execute(self._update(ACCOUNTS).where(others).values(email=""))
            await connection.execute(upsert, row)
            return _person((await self._holders(connection, account))[0])

    async def of_person(self, person: Person) -> Mapping[str, Person]:
        async with self._read() as connection:
            rows = await self._holders(connection, person)
        return {row.platform: _person(row) for row in rows} or {person.platform: person}

    async def _holders(self, connection: AsyncConnection, account: Person) -> list[Row[Any]]:
        """The accounts of the person whose account this is, the one noted first leading."""
        itself = and_(C.platform == account.platform, C.id == account.id)
        address = self._select(ACCOUNTS, C.email).where(itself, C.email != "").scalar_subquery()
        wanted = self._select(ACCOUNTS).where(or_(itself, C.email == address))
        return list(await connection.execute(wanted.order_by(C.noted_at, C.platform, C.id)))


def _person(row: Row[Any]) -> Person:
    return Person(row.platform, row.id, row.name)
