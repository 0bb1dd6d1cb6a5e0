"""The proposed topics of one workspace."""

from typing import Any

from bot.domain.intents import TopicProposal
from bot.storage.proposed import ProposedRows
from bot.storage.tables import TopicRow, table

TOPICS = table(TopicRow)
C = TOPICS.c


class SqlTopics(ProposedRows[TopicProposal]):
    """Keeps the promises of `bot.ports.Topics`."""

    _table, _column, _kind, _called = TOPICS, "topic", TopicProposal, "topic"

    async def newest(self, limit: int = 1000) -> tuple[TopicProposal, ...]:
        wanted = self._select(TOPICS).order_by(C.at.desc(), C.id).limit(limit)
        async with self._read() as connection:
            return tuple(map(self._value, await connection.execute(wanted)))

    def _found_by(self, proposed: TopicProposal) -> dict[str, Any]:
        return {"at": proposed.at}
