"""The numbered releases of one workspace."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.article import Release
from bot.domain.errors import NotFound
from bot.storage.repository import Repository, whole
from bot.storage.tables import ReleaseRow, table

RELEASES = table(ReleaseRow)
C = RELEASES.c


class SqlReleases(Repository):
    """Keeps the promises of `bot.ports.Releases`."""

    async def live(self, kind: str) -> Release:
        async with self._read() as connection:
            return await self._live(connection, kind)

    @whole
    async def publish(
        self, kind: str, manifest: Mapping[str, str], *, reason: str, at: datetime
    ) -> tuple[Release, bool]:
        async with self._write() as connection:
            await self._lock(connection, "release", kind)
            live = await self._live(connection, kind)
            if live.number and live.manifest == dict(manifest):
                return live, False
            row = self._row(kind=kind, number=live.number + 1, manifest=dict(manifest), reason=reason, at=at)
            inserted = await connection.execute(self._insert(RELEASES).returning(RELEASES), row)
            return _release(inserted.one()), True

    async def get(self, kind: str, number: int) -> Release:
        async with self._read() as connection:
            row = (await connection.execute(self._select(RELEASES).where(C.kind == kind, C.number == number))).first()
        if row is None:
            raise NotFound(f"There is no release {kind} v{number} in this workspace.")
        return _release(row)

    async def _live(self, connection: AsyncConnection, kind: str) -> Release:
        newest = self._select(RELEASES).where(C.kind == kind).order_by(C.number.desc()).limit(1)
        row = (await connection.execute(newest)).first()
        return _release(row) if row else Release(kind=kind, number=0, manifest={})


def _release(row: Row[Any]) -> Release:
    return Release(kind=row.kind, number=row.number, manifest=row.manifest, reason=row.reason)
