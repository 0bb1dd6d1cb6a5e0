"""The knowledge fixes of one workspace."""

from typing import Any

from bot.domain.chat import Person
from bot.domain.fix import FixState, KnowledgeFix
from bot.storage.proposed import ProposedRows
from bot.storage.tables import FixRow, table

FIXES = table(FixRow)
C = FIXES.c


class SqlFixes(ProposedRows[KnowledgeFix]):
    """Keeps the promises of `bot.ports.Fixes`."""

    _table, _column, _kind, _called = FIXES, "fix", KnowledgeFix, "knowledge fix"

    async def in_state(self, *states: FixState, limit: int = 100) -> tuple[KnowledgeFix, ...]:
        wanted = self._select(FIXES).where(C.state.in_([state.value for state in states]))
        async with self._read() as connection:
            return tuple(map(self._value, await connection.execute(wanted.order_by(C.opened_at, C.id).limit(limit))))

    async def newest(self, limit: int = 200) -> tuple[KnowledgeFix, ...]:
        wanted = self._select(FIXES).order_by(C.opened_at.desc(), C.id).limit(limit)
        async with self._read() as connection:
            return tuple(map(self._value, await connection.execute(wanted)))

    async def proposed_by(self, person: Person, limit: int = 20) -> tuple[KnowledgeFix, ...]:
        wanted = self._select(FIXES).where(C.by_platform == person.platform, C.by_id == person.id)
        async with self._read() as connection:
            newest = wanted.order_by(C.opened_at.desc(), C.id).limit(limit)
            return tuple(map(self._value, await connection.execute(newest)))

    def _found_by(self, proposed: KnowledgeFix) -> dict[str, Any]:
        by = {"by_platform": proposed.by.platform, "by_id": proposed.by.id}
        return {"state": proposed.state.value, "opened_at": proposed.opened_at, **by}
