"""The forms that are open at people's."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.domain.chat import Person
from bot.ports.reaching import OpenForm
from bot.storage.card_values import kept, restored
from bot.storage.engine import Engine
from bot.storage.repository import Repository, whole
from bot.storage.tables import OpenFormRow, table

FORMS = table(OpenFormRow)
C = FORMS.c
KEPT = timedelta(days=1)


class SqlOpenForms(Repository):
    """Keeps the promises of `bot.ports.reaching.OpenForms`."""

    def __init__(self, engine: Engine, workspace: str, now: Callable[[], datetime]) -> None:
        super().__init__(engine, workspace)
        self._now = now

    @whole
    async def keep(self, opened: OpenForm, now: datetime) -> None:
        insert = self._insert(FORMS)
        upsert = insert.on_conflict_do_update(
            index_elements=["workspace", "id"], set_={"at": insert.excluded.at, "opened": insert.excluded.opened}
        )
        async with self._write_once() as connection:
            await connection.execute(self._delete(FORMS).where(C.at < now - KEPT))
            await connection.execute(upsert, self._row(id=opened.id, at=now, opened=kept(opened)))

    async def get(self, form_id: str, person: Person) -> OpenForm | None:
        wanted = self._select(FORMS, C.opened).where(C.id == form_id, C.at >= self._now() - KEPT)
        async with self._read() as connection:
            stored = await connection.scalar(wanted)
        opened: OpenForm | None = restored(stored)
        return opened if opened and opened.person.same_as(person) else None
