"""The knowledge fixes of one workspace."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.chat import MessageRef, Person
from bot.domain.errors import Conflict, NotFound
from bot.domain.fix import FixState, KnowledgeFix
from bot.storage.repository import Repository, whole
from bot.storage.tables import FixRow, table
from bot.storage.values import load, plain

FIXES = table(FixRow)
C = FIXES.c


class SqlFixes(Repository):
    """Keeps the promises of `bot.ports.Fixes`."""

    @whole
    async def open(self, fix: KnowledgeFix) -> KnowledgeFix:
        async with self._write() as connection:
            insert = self._insert(FIXES).on_conflict_do_nothing()
            await connection.execute(insert, self._fix_row(fix))
            return _fix((await connection.execute(self._select(FIXES).where(C.id == fix.id))).one())

    async def get(self, fix_id: str) -> KnowledgeFix:
        async with self._read() as connection:
            row = (await connection.execute(self._select(FIXES).where(C.id == fix_id))).first()
        if row is None:
            raise NotFound(f'There is no knowledge fix "{fix_id}" in this workspace.')
        return _fix(row)

    @whole
    async def change(self, fix: KnowledgeFix) -> KnowledgeFix:
        async with self._write() as connection:
            stored = await self._locked(connection, fix.id)
            if stored is not None and stored.version == fix.version:
                changed = replace(fix, version=fix.version + 1, card=stored.card or fix.card)
                await self._write_row(connection, changed)
                return changed
        raise Conflict("Somebody else changed this fix in the meantime. Look at its card again.")

    @whole
    async def set_card(self, fix_id: str, card: MessageRef) -> None:
        async with self._write() as connection:
            stored = await self._locked(connection, fix_id)
            if stored is not None:
                await self._write_row(connection, replace(stored, card=card))

    async def _locked(self, connection: AsyncConnection, fix_id: str) -> KnowledgeFix | None:
        row = (await connection.execute(self._select(FIXES).where(C.id == fix_id).with_for_update())).first()
        return _fix(row) if row else None

    async def _write_row(self, connection: AsyncConnection, fix: KnowledgeFix) -> None:
        await connection.execute(self._update(FIXES).where(C.id == fix.id).values(**self._fix_row(fix)))

    async def in_state(self, *states: FixState, limit: int = 100) -> tuple[KnowledgeFix, ...]:
        wanted = self._select(FIXES).where(C.state.in_([state.value for state in states]))
        async with self._read() as connection:
            return tuple(map(_fix, await connection.execute(wanted.order_by(C.opened_at, C.id).limit(limit))))

    async def proposed_by(self, person: Person, limit: int = 20) -> tuple[KnowledgeFix, ...]:
        wanted = self._select(FIXES).where(C.by_platform == person.platform, C.by_id == person.id)
        async with self._read() as connection:
            newest = wanted.order_by(C.opened_at.desc(), C.id).limit(limit)
            return tuple(map(_fix, await connection.execute(newest)))

    def _fix_row(self, fix: KnowledgeFix) -> dict[str, Any]:
        return self._row(
            id=fix.id, state=fix.state.value, version=fix.version, opened_at=fix.opened_at,
            by_platform=fix.by.platform, by_id=fix.by.id, fix=plain(fix),
        )  # fmt: skip


def _fix(row: Row[Any]) -> KnowledgeFix:
    return load(KnowledgeFix, row.fix)
