"""How far each schedule has come."""

from datetime import datetime

from sqlalchemy import case

from bot.storage.repository import Repository, whole
from bot.storage.tables import SlotRow, table

SLOTS = table(SlotRow)


class SqlSlots(Repository):
    """Keeps the promises of `bot.ports.Slots`."""

    @whole
    async def reached(self, name: str, now: datetime) -> datetime:
        known = self._select(SLOTS, SLOTS.c.reached).where(SLOTS.c.name == name)
        async with self._write() as connection:
            await connection.execute(self._insert(SLOTS).on_conflict_do_nothing(), self._row(name=name, reached=now))
            found: datetime = (await connection.execute(known)).scalar_one()
        return found

    @whole
    async def reach(self, name: str, at: datetime) -> None:
        insert = self._insert(SLOTS)
        later = case((insert.excluded.reached > SLOTS.c.reached, insert.excluded.reached), else_=SLOTS.c.reached)
        upsert = insert.on_conflict_do_update(index_elements=["workspace", "name"], set_={"reached": later})
        async with self._write_once() as connection:
            await connection.execute(upsert, self._row(name=name, reached=at))
