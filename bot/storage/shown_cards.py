"""The cards as they were shown last."""

from datetime import datetime, timedelta

from bot.cards.elements import Card
from bot.domain.chat import MessageRef
from bot.storage.card_values import kept, restored
from bot.storage.engine import Engine
from bot.storage.repository import Repository, whole
from bot.storage.tables import ShownCardRow, table

CARDS = table(ShownCardRow)
C = CARDS.c
KEPT = timedelta(days=90)
PRUNED_EVERY = timedelta(hours=1)


class SqlShownCards(Repository):
    """Keeps the promises of `bot.ports.reaching.ShownCards`, of the last ninety days."""

    def __init__(self, engine: Engine, workspace: str) -> None:
        super().__init__(engine, workspace)
        self._pruned_at: datetime | None = None

    @whole
    async def keep(self, message: MessageRef, card: Card, now: datetime) -> None:
        insert = self._insert(CARDS)
        upsert = insert.on_conflict_do_update(
            index_elements=["workspace", "platform", "room", "message"],
            set_={"card": insert.excluded.card, "at": insert.excluded.at},
        )
        place = message.place
        row = self._row(platform=place.platform, room=place.room, message=message.message, at=now, card=kept(card))
        async with self._write_once() as connection:
            await connection.execute(upsert, row)
            if self._pruned_at is None or now - self._pruned_at >= PRUNED_EVERY:
                await connection.execute(self._delete(CARDS).where(C.at < now - KEPT))
                self._pruned_at = now

    async def get(self, message: MessageRef) -> Card | None:
        place = message.place
        wanted = self._select(CARDS, C.card).where(C.platform == place.platform, C.room == place.room)
        async with self._read() as connection:
            stored = await connection.scalar(wanted.where(C.message == message.message))
        card: Card | None = restored(stored)
        return card
