"""The labelled questions of one workspace."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from bot.domain.errors import NotFound
from bot.domain.intents import Label
from bot.storage.repository import Repository, whole
from bot.storage.tables import LabelRow, table
from bot.storage.values import load, plain

LABELS = table(LabelRow)
C = LABELS.c


class SqlLabels(Repository):
    """Keeps the promises of `bot.ports.Labels`."""

    @whole
    async def save(self, label: Label) -> Label:
        async with self._write() as connection:
            await self._lock(connection, "label", label.id)
            row = (await connection.execute(self._select(LABELS).where(C.id == label.id))).first()
            if row is None:
                await connection.execute(self._insert(LABELS), self._label_row(label))
                return label
            known = _label(row)
            if label.at < known.at:
                return known
            if (label.intent, label.text) == (known.intent, known.text):
                label = replace(label, taught=known.taught)
            await connection.execute(self._update(LABELS).where(C.id == label.id).values(**self._label_row(label)))
            return label

    async def get(self, label_id: str) -> Label:
        async with self._read() as connection:
            row = (await connection.execute(self._select(LABELS).where(C.id == label_id))).first()
        if row is None:
            raise NotFound(f'There is no label "{label_id}" in this workspace.')
        return _label(row)

    async def all(self) -> tuple[Label, ...]:
        async with self._read() as connection:
            return tuple(map(_label, await connection.execute(self._select(LABELS).order_by(C.at, C.id))))

    async def between(self, since: datetime, until: datetime) -> tuple[Label, ...]:
        wanted = self._select(LABELS).where(C.at >= since, C.at < until).order_by(C.at, C.id)
        async with self._read() as connection:
            return tuple(map(_label, await connection.execute(wanted)))

    async def untaught(self) -> tuple[Label, ...]:
        wanted = self._select(LABELS).where(C.taught.is_(None)).order_by(C.at, C.id)
        async with self._read() as connection:
            return tuple(map(_label, await connection.execute(wanted)))

    @whole
    async def mark_taught(self, labels: Sequence[Label], release: int) -> None:
        async with self._write() as connection:
            for label in labels:
                as_it_was = self._update(LABELS).where(C.id == label.id, C.at == label.at)
                await connection.execute(as_it_was.values(**self._label_row(replace(label, taught=release))))

    def _label_row(self, label: Label) -> dict[str, Any]:
        return self._row(id=label.id, at=label.at, taught=label.taught, label=plain(label))


def _label(row: Row[Any]) -> Label:
    return load(Label, row.label)
