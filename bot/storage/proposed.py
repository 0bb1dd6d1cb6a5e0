"""Rows of what people decide on by a card: decisions raise the version, and where the card is only is noted."""

from abc import abstractmethod
from dataclasses import replace
from typing import Any, Generic, TypeVar

from sqlalchemy import Row, Table
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.chat import MessageRef
from bot.domain.errors import Conflict, NotFound
from bot.domain.fix import KnowledgeFix
from bot.domain.holding import Holding
from bot.domain.intents import TopicProposal
from bot.storage.repository import Repository, whole
from bot.storage.values import load, plain

Proposed = TypeVar("Proposed", KnowledgeFix, TopicProposal, Holding)


class ProposedRows(Repository, Generic[Proposed]):
    """Keeps what the ports of fixes and of topics promise alike.

    A subclass says the table, the column that holds the whole as JSON, what it is and what people call it, and with
    `_found_by` the other columns.
    """

    _table: Table
    _column: str
    _kind: type[Proposed]
    _called: str

    @whole
    async def open(self, proposed: Proposed) -> Proposed:
        async with self._write() as connection:
            await connection.execute(self._insert(self._table).on_conflict_do_nothing(), self._as_row(proposed))
            return self._value((await connection.execute(self._of(proposed.id))).one())

    async def get(self, proposed_id: str) -> Proposed:
        async with self._read() as connection:
            row = (await connection.execute(self._of(proposed_id))).first()
        if row is None:
            raise NotFound(f'There is no {self._called} "{proposed_id}" in this workspace.')
        return self._value(row)

    @whole
    async def change(self, proposed: Proposed) -> Proposed:
        async with self._write() as connection:
            stored = await self._locked(connection, proposed.id)
            if stored is not None and stored.version == proposed.version:
                changed = replace(proposed, version=proposed.version + 1, card=stored.card or proposed.card)
                await self._write_row(connection, changed)
                return changed
        noun = self._called.split()[-1]
        raise Conflict(f"Somebody else changed this {noun} in the meantime. Look at its card again.")

    @whole
    async def set_card(self, proposed_id: str, card: MessageRef) -> None:
        async with self._write() as connection:
            stored = await self._locked(connection, proposed_id)
            if stored is not None:
                await self._write_row(connection, replace(stored, card=card))

    @abstractmethod
    def _found_by(self, proposed: Proposed) -> dict[str, Any]:
        """The columns beside id, version and the whole."""

    def _of(self, proposed_id: str) -> Any:
        return self._select(self._table).where(self._table.c.id == proposed_id)

    async def _locked(self, connection: AsyncConnection, proposed_id: str) -> Proposed | None:
        row = (await connection.execute(self._of(proposed_id).with_for_update())).first()
        return self._value(row) if row else None

    async def _write_row(self, connection: AsyncConnection, proposed: Proposed) -> None:
        update = self._update(self._table).where(self._table.c.id == proposed.id)
        await connection.execute(update.values(**self._as_row(proposed)))

    def _as_row(self, proposed: Proposed) -> dict[str, Any]:
        columns = {"id": proposed.id, "version": proposed.version, self._column: plain(proposed)}
        return self._row(**columns, **self._found_by(proposed))

    def _value(self, row: Row[Any]) -> Proposed:
        return load(self._kind, row._mapping[self._column])
