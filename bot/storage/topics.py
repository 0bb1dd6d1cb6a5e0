"""The proposed topics of one workspace."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.chat import MessageRef
from bot.domain.errors import Conflict, NotFound
from bot.domain.intents import TopicProposal
from bot.storage.repository import Repository, whole
from bot.storage.tables import TopicRow, table
from bot.storage.values import load, plain

TOPICS = table(TopicRow)
C = TOPICS.c


class SqlTopics(Repository):
    """Keeps the promises of `bot.ports.Topics`."""

    @whole
    async def open(self, topic: TopicProposal) -> TopicProposal:
        async with self._write() as connection:
            await connection.execute(self._insert(TOPICS).on_conflict_do_nothing(), self._topic_row(topic))
            return _topic((await connection.execute(self._select(TOPICS).where(C.id == topic.id))).one())

    async def get(self, topic_id: str) -> TopicProposal:
        async with self._read() as connection:
            row = (await connection.execute(self._select(TOPICS).where(C.id == topic_id))).first()
        if row is None:
            raise NotFound(f'There is no topic "{topic_id}" in this workspace.')
        return _topic(row)

    @whole
    async def change(self, topic: TopicProposal) -> TopicProposal:
        async with self._write() as connection:
            stored = await self._locked(connection, topic.id)
            if stored is not None and stored.version == topic.version:
                changed = replace(topic, version=topic.version + 1, card=stored.card or topic.card)
                await self._write_row(connection, changed)
                return changed
        raise Conflict("Somebody else changed this topic in the meantime. Look at its card again.")

    @whole
    async def set_card(self, topic_id: str, card: MessageRef) -> None:
        async with self._write() as connection:
            stored = await self._locked(connection, topic_id)
            if stored is not None:
                await self._write_row(connection, replace(stored, card=card))

    async def _locked(self, connection: AsyncConnection, topic_id: str) -> TopicProposal | None:
        row = (await connection.execute(self._select(TOPICS).where(C.id == topic_id).with_for_update())).first()
        return _topic(row) if row else None

    async def _write_row(self, connection: AsyncConnection, topic: TopicProposal) -> None:
        await connection.execute(self._update(TOPICS).where(C.id == topic.id).values(**self._topic_row(topic)))

    async def newest(self, limit: int = 1000) -> tuple[TopicProposal, ...]:
        wanted = self._select(TOPICS).order_by(C.at.desc(), C.id).limit(limit)
        async with self._read() as connection:
            return tuple(map(_topic, await connection.execute(wanted)))

    def _topic_row(self, topic: TopicProposal) -> dict[str, Any]:
        return self._row(id=topic.id, version=topic.version, at=topic.at, topic=plain(topic))


def _topic(row: Row[Any]) -> TopicProposal:
    return load(TopicProposal, row.topic)
