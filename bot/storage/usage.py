"""What language models cost by day and room, and what they replied."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import case, func, literal

from bot.ports import Account, Balance, Usage
from bot.storage.repository import Repository, whole
from bot.storage.tables import ModelReplyRow, ModelUsageRow, table

USAGE = table(ModelUsageRow)
U = USAGE.c
REPLIES = table(ModelReplyRow)
R = REPLIES.c
KEPT = 5_000


class SqlLedger(Repository):
    """Keeps the promises of `bot.ports.Ledger`."""

    @whole
    async def set_aside(
        self, account: Account, amount: int, *, limit: int | None = None, room_limit: int | None = None
    ) -> Balance:
        day = account.day.isoformat()
        owed = U.cost + U.set_aside
        sums = self._select(
            USAGE,
            func.coalesce(func.sum(owed), 0).label("all"),
            func.coalesce(func.sum(case((U.room == account.room, owed), else_=literal(0))), 0).label("room"),
        ).where(U.day == day)
        insert = self._insert(USAGE)
        charge = insert.on_conflict_do_update(
            index_elements=["workspace", "day", "room"], set_={"set_aside": U.set_aside + amount}
        )
        async with self._write() as connection:
            await self._lock(connection, "model usage", day)
            now = (await connection.execute(sums)).one()
            workspace, room = int(now.all), int(now.room)
            if not (_within(workspace + amount, limit) and _within(room + amount, room_limit)):
                return Balance(False, workspace, room)
            first = self._row(
                day=day, room=account.room, calls=0, input_tokens=0, output_tokens=0, cost=0, set_aside=amount
            )
            await connection.execute(charge, first)
        return Balance(True, workspace + amount, room + amount)

    @whole
    async def settle(self, account: Account, amount: int, used: Usage) -> None:
        settled = (
            self._update(USAGE)
            .where(U.day == account.day.isoformat(), U.room == account.room)
            .values(
                set_aside=U.set_aside - amount,
                calls=U.calls + used.calls,
                input_tokens=U.input_tokens + used.input_tokens,
                output_tokens=U.output_tokens + used.output_tokens,
                cost=U.cost + used.cost,
            )
        )
        async with self._write_once() as connection:
            await connection.execute(settled)

    async def spent(self, day: date) -> Mapping[str, Usage]:
        async with self._read() as connection:
            rows = await connection.execute(self._select(USAGE).where(U.day == day.isoformat()).order_by(U.room))
            return {row.room: Usage(row.input_tokens, row.output_tokens, row.cost, row.calls) for row in rows}


class SqlReplies(Repository):
    """Keeps the promises of `bot.ports.Replies`; a workspace keeps its newest `KEPT` replies."""

    async def recall(self, key: str, *, since: datetime) -> str | None:
        wanted = self._select(REPLIES, R.reply).where(R.key == key, R.at >= since)
        async with self._read() as connection:
            found: str | None = await connection.scalar(wanted)
        return found

    @whole
    async def keep(self, key: str, reply: str, *, at: datetime, since: datetime) -> None:
        insert = self._insert(REPLIES)
        kept = insert.on_conflict_do_update(
            index_elements=["workspace", "key"], set_={"reply": insert.excluded.reply, "at": insert.excluded.at}
        )
        surplus = self._select(REPLIES, R.key).order_by(R.at.desc(), R.key).offset(KEPT).limit(KEPT)
        async with self._write() as connection:
            await connection.execute(kept, self._row(key=key, reply=reply, at=at))
            await connection.execute(self._delete(REPLIES).where(R.at < since))
            await connection.execute(self._delete(REPLIES).where(R.key.in_(surplus)))


def _within(amount: int, limit: int | None) -> bool:
    return limit is None or amount <= limit
