"""What people were told to look at, and when."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import case

from bot.storage.repository import Repository, chunks, whole
from bot.storage.tables import PingRow, table

PINGS = table(PingRow)


class SqlPings(Repository):
    """Keeps the promises of `bot.ports.Pings`."""

    async def last(self, keys: Collection[str]) -> dict[str, datetime]:
        found: dict[str, datetime] = {}
        async with self._read() as connection:
            for some in chunks(sorted(keys)):
                wanted = self._select(PINGS, PINGS.c.key, PINGS.c.at).where(PINGS.c.key.in_(some))
                found.update({row.key: row.at for row in await connection.execute(wanted)})
        return found

    @whole
    async def told(self, keys: Collection[str], at: datetime) -> None:
        insert = self._insert(PINGS)
        later = case((insert.excluded.at > PINGS.c.at, insert.excluded.at), else_=PINGS.c.at)
        upsert = insert.on_conflict_do_update(index_elements=["workspace", "key"], set_={"at": later})
        async with self._write() as connection:
            for some in chunks(sorted(keys)):
                await connection.execute(upsert, [self._row(key=key, at=at) for key in some])
