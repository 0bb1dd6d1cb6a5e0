"""Which effects on the outside were begun and done."""

from bot.domain.chat import MessageRef
from bot.storage.repository import Repository, whole
from bot.storage.tables import OutboxRow, table
from bot.storage.values import load, plain

OUTBOX = table(OutboxRow)


class SqlOutbox(Repository):
    """Keeps the promises of `bot.ports.Outbox`."""

    @whole
    async def begin(self, key: str) -> MessageRef | bool:
        async with self._write() as connection:
            insert = self._insert(OUTBOX).on_conflict_do_nothing().returning(OUTBOX.c.key)
            if await connection.scalar(insert, self._row(key=key, message=None)) is not None:
                return False
            message = await connection.scalar(self._select(OUTBOX, OUTBOX.c.message).where(OUTBOX.c.key == key))
        return True if message is None else load(MessageRef, message)

    @whole
    async def done(self, key: str, message: MessageRef) -> None:
        """Note the message that the effect became, also for an effect that nobody began."""
        insert = self._insert(OUTBOX)
        upsert = insert.on_conflict_do_update(
            index_elements=["workspace", "key"], set_={"message": insert.excluded.message}
        )
        async with self._write_once() as connection:
            await connection.execute(upsert, self._row(key=key, message=plain(message)))
