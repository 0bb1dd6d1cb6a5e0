"""What was acknowledged and must not be lost, with one commit for all that arrive together."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.ports import Received
from bot.storage.batches import Batches
from bot.storage.columns import clean
from bot.storage.engine import Engine
from bot.storage.repository import Repository, chunks
from bot.storage.tables import InboxRow, table

INBOX = table(InboxRow)
C = INBOX.c
KEPT = timedelta(days=1)
PRUNED_EVERY = timedelta(minutes=1)


class SqlInbox(Repository):
    """Keeps the promises of `bot.ports.Inbox`. `close()` it before its engine: the engine does so by itself."""

    def __init__(self, engine: Engine, workspace: str, now: Callable[[], datetime]) -> None:
        super().__init__(engine, workspace)
        self._now = now
        self._pruned_at: datetime | None = None
        self._accepting: Batches[Received, bool] = Batches(self._accept_all)
        self._handling: Batches[Sequence[str], None] = Batches(self._handle_all)
        engine.on_close(self.close)

    async def accept(self, received: Received) -> bool:
        return await self._accepting.submit(received)

    async def pending(self, limit: int = 500) -> tuple[Received, ...]:
        wanted = self._select(INBOX, C.key, C.kind, C.payload).where(C.handled_at.is_(None))
        async with self._read() as connection:
            rows = await connection.execute(wanted.order_by(C.accepted_at, C.ordinal).limit(limit))
            return tuple(Received(row.key, row.kind, row.payload) for row in rows)

    async def handled(self, keys: Sequence[str]) -> None:
        """Mark as handled and drop the payloads; the keys are kept for a day, so that redeliveries are recognised."""
        if keys:
            await self._handling.submit(keys)

    async def close(self) -> None:
        """Wait until everything taken is committed; later calls raise Unavailable."""
        await self._accepting.close()
        await self._handling.close()

    async def _accept_all(self, items: Sequence[Received]) -> list[bool]:
        first: dict[str, int] = {}
        for position, item in enumerate(items):
            first.setdefault(clean(item.key), position)
        at = self._now()
        rows = [
            self._row(
                key=key, kind=items[position].kind, payload=items[position].payload, accepted_at=at, ordinal=position,
                handled_at=None,
            )
            for key, position in sorted(first.items())
        ]  # fmt: skip
        async with self._write() as connection:
            insert = self._insert(INBOX).on_conflict_do_nothing().returning(C.key)
            new = {first[key] for key in (await connection.execute(insert, rows)).scalars()}
        return [position in new for position in range(len(items))]

    async def _handle_all(self, batches: Sequence[Sequence[str]]) -> list[None]:
        keys = sorted({clean(key) for batch in batches for key in batch})
        now = self._now()
        async with self._write() as connection:
            for group in chunks(keys):
                mark = self._update(INBOX).where(C.key.in_(group), C.handled_at.is_(None))
                await connection.execute(mark.values(handled_at=now, payload=""))
            if self._pruned_at is None or now - self._pruned_at >= PRUNED_EVERY:
                await connection.execute(self._delete(INBOX).where(C.handled_at < now - KEPT))
                self._pruned_at = now
        return [None] * len(batches)
