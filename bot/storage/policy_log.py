"""The policy log of one workspace: added to, never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from bot.domain.chat import Person
from bot.domain.fix import PolicyChange
from bot.storage.repository import Repository, whole
from bot.storage.tables import PolicyChangeRow, table
from bot.storage.values import load_optional, plain

CHANGES = table(PolicyChangeRow)
C = CHANGES.c


class SqlPolicyLog(Repository):
    """Keeps the promises of `bot.ports.PolicyLog`."""

    @whole
    async def add(self, *changes: PolicyChange) -> None:
        rows = [
            self._row(
                id=each.id, at=each.at, kind=each.kind, subject=each.subject, why=each.why, by=plain(each.by),
                before=each.before, after=each.after,
            )
            for each in changes
        ]  # fmt: skip
        if rows:
            async with self._write() as connection:
                await connection.execute(self._insert(CHANGES).on_conflict_do_nothing(), rows)

    async def newest(self, limit: int = 200) -> tuple[PolicyChange, ...]:
        wanted = self._select(CHANGES).order_by(C.at.desc(), C.id).limit(limit)
        async with self._read() as connection:
            return tuple(map(_change, await connection.execute(wanted)))

    async def between(self, since: datetime, until: datetime, *kinds: str) -> tuple[PolicyChange, ...]:
        wanted = self._select(CHANGES).where(C.at >= since, C.at < until, C.kind.in_(kinds)).order_by(C.at, C.id)
        async with self._read() as connection:
            return tuple(map(_change, await connection.execute(wanted)))


def _change(row: Row[Any]) -> PolicyChange:
    return PolicyChange(
        id=row.id, at=row.at, kind=row.kind, subject=row.subject, why=row.why, by=load_optional(Person, row.by),
        before=row.before, after=row.after,
    )  # fmt: skip
