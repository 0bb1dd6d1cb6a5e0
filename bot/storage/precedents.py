"""The approved answers of one workspace, with a running number for each change, so that readers follow cheaply."""

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import NotFound
from bot.domain.precedent import Precedent
from bot.domain.review import escalation_of
from bot.ports import PrecedentChanges
from bot.storage.repository import Repository, chunks, whole
from bot.storage.tables import PrecedentRow, table
from bot.storage.values import load, plain

PRECEDENTS = table(PrecedentRow)
C = PRECEDENTS.c


class SqlPrecedents(Repository):
    """Keeps the promises of `bot.ports.Precedents`.

    A row that was removed stays, without its words: readers learn of it by its number, and it never comes back.
    """

    @whole
    async def save(self, precedent: Precedent) -> bool:
        asked = hashlib.sha256(precedent.matter.encode()).hexdigest()
        async with self._write() as connection:
            await self._lock(connection, "precedents")
            known = (await connection.execute(self._select(PRECEDENTS).where(C.id == precedent.id))).first()
            if known is not None:
                return known.precedent is not None
            await self._remove(connection, C.asked == asked)
            row = self._row(
                id=precedent.id, number=await self._next(connection), escalation_id=escalation_of(precedent.id),
                asked=asked, precedent=plain(precedent),
            )  # fmt: skip
            await connection.execute(self._insert(PRECEDENTS), row)
            return True

    async def get(self, precedent_id: str) -> Precedent:
        wanted = self._select(PRECEDENTS).where(C.id == precedent_id, C.asked != "")
        async with self._read() as connection:
            row = (await connection.execute(wanted)).first()
        if row is None:
            raise NotFound(f'There is no precedent "{precedent_id}" in this workspace.')
        return load(Precedent, row.precedent)

    async def since(self, number: int) -> PrecedentChanges:
        wanted = self._select(PRECEDENTS).where(C.number > number).order_by(C.number)
        async with self._read() as connection:
            rows = (await connection.execute(wanted)).all()
        return PrecedentChanges(
            number=rows[-1].number if rows else number,
            added=tuple(load(Precedent, row.precedent) for row in rows if row.precedent is not None),
            removed=tuple(row.id for row in rows if row.precedent is None),
        )

    @whole
    async def remove(self, precedent_ids: Sequence[str]) -> int:
        async with self._write() as connection:
            await self._lock(connection, "precedents")
            return sum([await self._remove(connection, C.id.in_(some)) for some in chunks(precedent_ids)])

    @whole
    async def withdraw(self, escalation_id: str) -> int:
        async with self._write() as connection:
            await self._lock(connection, "precedents")
            return await self._remove(connection, C.escalation_id == escalation_id)

    async def _remove(self, connection: AsyncConnection, which: ColumnElement[bool]) -> int:
        emptied = {"number": await self._next(connection), "asked": "", "precedent": None}
        removed = await connection.execute(self._update(PRECEDENTS).where(which, C.asked != "").values(**emptied))
        return removed.rowcount

    async def _next(self, connection: AsyncConnection) -> int:
        """The number after every other; only under the lock, so that no reader passes one that is still to come."""
        newest: Any = await connection.scalar(self._select(PRECEDENTS, func.max(C.number)))
        return (newest or 0) + 1
