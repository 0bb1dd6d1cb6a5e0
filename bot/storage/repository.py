"""What every repository stands on: statements that cannot leave their workspace, and locks that settle races."""

import hashlib
import json
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Delete,
    Select,
    Table,
    Text,
    Update,
    any_,
    bindparam,
    delete,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.engine import Engine

CHUNK = 500
FEW = 50
"""Rows that are made objects of at once: more of them would keep the event loop from others for too long."""

R = TypeVar("R", bound="Repository")
P = ParamSpec("P")
T = TypeVar("T")


def whole(
    method: Callable[Concatenate[R, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[R, P], Coroutine[Any, Any, T]]:
    """Mark a method that writes: once begun it is finished, even if its caller is cancelled."""

    @wraps(method)
    async def finished(self: R, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._engine.finish(method(self, *args, **kwargs))

    return finished


class Repository:
    """Builds statements on one workspace's rows. Subclasses use these and no others, so none forgets the filter."""

    def __init__(self, engine: Engine, workspace: str) -> None:
        self._engine = engine
        self._workspace = workspace

    def _read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._engine.read()

    def _write(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._engine.write()

    def _write_once(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._engine.write_once()

    def _select(self, table: Table, *columns: Any) -> Select[Any]:
        return select(*(columns or (table,))).where(table.c.workspace == self._workspace)

    def _update(self, table: Table) -> Update:
        return update(table).where(table.c.workspace == self._workspace)

    def _delete(self, table: Table) -> Delete:
        return delete(table).where(table.c.workspace == self._workspace)

    def _insert(self, table: Table) -> postgresql.Insert:
        """An INSERT that may go on with `on_conflict_do_nothing`; both databases share the words, not the class."""
        insert = sqlite.insert if self._engine.dialect == "sqlite" else postgresql.insert
        return insert(table)  # type: ignore[return-value]

    def _among(self, column: ColumnElement[Any], names: Sequence[str]) -> ColumnElement[bool]:
        """Whether the column is one of these, however many: they go as one parameter, which costs half as much."""
        if self._engine.dialect == "sqlite":
            return column.in_(select(func.json_each(json.dumps(list(names))).table_valued("value").c.value))
        return column == any_(literal(list(names), ARRAY(Text)))

    def _row(self, **columns: Any) -> dict[str, Any]:
        """The values of a new row of this workspace."""
        return {"workspace": self._workspace, **columns}

    async def _lock(self, connection: AsyncConnection, *names: str) -> None:
        """Wait for everybody else who locked these names, until the transaction ends.

        SQLite has one writer at a time anyway.
        """
        if self._engine.dialect == "postgresql":
            digest = hashlib.blake2b(
                "\x1f".join((self._workspace, *names)).encode("utf-8", "replace"), digest_size=8
            ).digest()
            number = int.from_bytes(digest, signed=True)
            await connection.execute(select(func.pg_advisory_xact_lock(bindparam("number", number))))


def chunks(items: Sequence[T], size: int = CHUNK) -> list[Sequence[T]]:
    """Cut a long list, so that no statement has too many parameters and nothing is in memory all at once."""
    return [items[start : start + size] for start in range(0, len(items), size)]
