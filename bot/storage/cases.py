"""The eval cases of one workspace."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Row, func

from bot.domain.errors import NotFound
from bot.domain.quality import EvalCase
from bot.storage.columns import clean
from bot.storage.repository import Repository, whole
from bot.storage.tables import EvalCaseRow, table
from bot.storage.values import load, plain

CASES = table(EvalCaseRow)
C = CASES.c


class SqlCases(Repository):
    """Keeps the promises of `bot.ports.Cases`."""

    @whole
    async def save(self, case: EvalCase) -> tuple[EvalCase, bool]:
        async with self._write() as connection:
            await self._lock(connection, "eval case", case.id)
            row = (await connection.execute(self._select(CASES).where(C.id == case.id))).first()
            if row is None:
                await connection.execute(self._insert(CASES), self._values(case))
                return case, True
            known = _case(row)
            newcomers = tuple(person for person in case.by if not any(person.same_as(other) for other in known.by))
            if newcomers:
                known = replace(known, by=(*known.by, *newcomers))
                await connection.execute(self._update(CASES).where(C.id == case.id).values(**self._values(known)))
            return known, False

    @whole
    async def replace(self, case: EvalCase) -> None:
        async with self._write_once() as connection:
            changed = await connection.execute(self._update(CASES).where(C.id == case.id).values(**self._values(case)))
            if not changed.rowcount:
                raise NotFound(f'There is no eval case "{case.id}" in this workspace.')

    async def get(self, case_id: str) -> EvalCase:
        begins = func.substr(C.id, 1, len(clean(case_id))) == case_id
        async with self._read() as connection:
            for wanted in (C.id == case_id, begins):
                rows = (await connection.execute(self._select(CASES).where(wanted).limit(2))).all()
                if len(rows) == 1 and case_id:
                    return _case(rows[0])
                if rows and case_id:
                    raise NotFound(f'More than one eval case begins with "{case_id}": give more of its id.')
        raise NotFound(f'There is no eval case "{case_id}" in this workspace.')

    async def all(self) -> tuple[EvalCase, ...]:
        async with self._read() as connection:
            oldest_first = self._select(CASES).order_by(C.created_at.nulls_first(), C.id)
            return tuple(_case(row) for row in (await connection.execute(oldest_first)).all())

    def _values(self, case: EvalCase) -> dict[str, Any]:
        return self._row(id=case.id, case=plain(case), created_at=case.created_at)


def _case(row: Row[Any]) -> EvalCase:
    return load(EvalCase, row.case)
