"""The holding replies of one workspace, and who got one."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import func

from bot.domain.holding import OPEN_HOLDINGS, Holding, Tally
from bot.storage.proposed import ProposedRows
from bot.storage.repository import chunks, whole
from bot.storage.tables import HeldRow, HoldingRow, table
from bot.storage.values import load

HOLDINGS, HELD = table(HoldingRow), table(HeldRow)
C, H = HOLDINGS.c, HELD.c
_OPEN = tuple(sorted(state.value for state in OPEN_HOLDINGS))


class SqlHoldings(ProposedRows[Holding]):
    """Keeps the promises of `bot.ports.Holdings`."""

    _table, _column, _kind, _called = HOLDINGS, "holding", Holding, "holding reply"

    async def going(self) -> tuple[Holding, ...]:
        wanted = self._select(HOLDINGS, C.holding).where(C.state.in_(_OPEN)).order_by(C.at, C.id)
        async with self._read() as connection:
            return tuple(load(Holding, row) for row in await connection.scalars(wanted))

    @whole
    async def begin(self, escalation_id: str, holding_id: str, run: str) -> bool:
        new = self._row(escalation_id=escalation_id, holding_id=holding_id, run=run, done_at=None, problem="")
        known = self._select(HELD, H.run, H.done_at).where(H.escalation_id == escalation_id)
        async with self._write() as connection:
            await connection.execute(self._insert(HELD).on_conflict_do_nothing(), new)
            row = (await connection.execute(known)).one()
        return bool(row.run == run and row.done_at is None)

    @whole
    async def done(self, escalation_id: str, at: datetime, problem: str = "") -> None:
        ended = self._update(HELD).where(H.escalation_id == escalation_id, H.done_at.is_(None))
        async with self._write_once() as connection:
            await connection.execute(ended.values(done_at=at, problem=problem))

    @whole
    async def release(self, run: str) -> None:
        async with self._write_once() as connection:
            await connection.execute(self._delete(HELD).where(H.run == run, H.done_at.is_(None)))

    async def held(self, escalations: Collection[str]) -> frozenset[str]:
        found: set[str] = set()
        async with self._read() as connection:
            for some in chunks(sorted(escalations)):
                known = self._select(HELD, H.escalation_id).where(H.escalation_id.in_(some))
                found.update(await connection.scalars(known))
        return frozenset(found)

    async def tally(self, holding_id: str) -> Tally:
        ended = self._select(HELD, H.problem, func.count()).where(H.done_at.is_not(None), H.holding_id == holding_id)
        async with self._read() as connection:
            counts = {problem: int(count) for problem, count in await connection.execute(ended.group_by(H.problem))}
        return Tally(counts.pop("", 0), sum(counts.values()))

    def _found_by(self, proposed: Holding) -> dict[str, Any]:
        return {"at": proposed.at, "state": proposed.state.value}
