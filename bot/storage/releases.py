"""The numbered releases of one workspace, and which of them is live."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.article import Release
from bot.domain.chat import Person
from bot.domain.errors import Conflict, NotFound
from bot.storage.repository import Repository, whole
from bot.storage.tables import LiveReleaseRow, ReleaseRow, table
from bot.storage.values import load_optional, plain

RELEASES, LIVE = table(ReleaseRow), table(LiveReleaseRow)
C = RELEASES.c


class SqlReleases(Repository):
    """Keeps the promises of `bot.ports.Releases`."""

    async def live(self, kind: str) -> Release:
        async with self._read() as connection:
            return await self._live(connection, kind)

    @whole
    async def publish(
        self, kind: str, manifest: Mapping[str, str], *, reason: str, at: datetime, by: Person | None = None
    ) -> tuple[Release, bool]:
        async with self._write() as connection:
            await self._lock(connection, "release", kind)
            live = await self._live(connection, kind)
            if live.number and live.manifest == dict(manifest):
                return live, False
            number = (await self._newest(connection, kind)).number + 1
            await self._add(connection, Release(kind, number, dict(manifest), reason, by=by, at=at))
            return await self._switched(connection, kind, number), True

    @whole
    async def propose(
        self, kind: str, manifest: Mapping[str, str], *, reason: str, at: datetime, by: Person | None, fix: str
    ) -> Release:
        async with self._write() as connection:
            await self._lock(connection, "release", kind)
            known = await self._newest(connection, kind, C.fix == (fix or None))
            if known.number and known.manifest == dict(manifest):
                return known
            number = (await self._newest(connection, kind)).number + 1
            return await self._add(connection, Release(kind, number, dict(manifest), reason, by=by, fix=fix, at=at))

    @whole
    async def activate(self, kind: str, number: int, *, instead_of: int | None = None) -> Release:
        async with self._write() as connection:
            await self._lock(connection, "release", kind)
            live = await self._live(connection, kind)
            if live.number == number:
                return live
            if instead_of is not None and live.number != instead_of:
                raise Conflict(f"{live.label} is live by now, not v{instead_of}. Look at what it changed first.")
            return await self._switched(connection, kind, number)

    async def get(self, kind: str, number: int) -> Release:
        async with self._read() as connection:
            return await self._get(connection, kind, number)

    async def newest(self, kind: str, limit: int = 20) -> tuple[Release, ...]:
        wanted = self._select(RELEASES).where(C.kind == kind).order_by(C.number.desc()).limit(limit)
        async with self._read() as connection:
            return tuple(map(_release, await connection.execute(wanted)))

    async def _add(self, connection: AsyncConnection, release: Release) -> Release:
        row = self._row(
            kind=release.kind, number=release.number, manifest=release.manifest, reason=release.reason,
            at=release.at, by=plain(release.by), fix=release.fix or None,
        )  # fmt: skip
        return _release((await connection.execute(self._insert(RELEASES).returning(RELEASES), row)).one())

    async def _get(self, connection: AsyncConnection, kind: str, number: int) -> Release:
        row = (await connection.execute(self._select(RELEASES).where(C.kind == kind, C.number == number))).first()
        if row is None:
            raise NotFound(f"There is no release {kind} v{number} in this workspace.")
        return _release(row)

    async def _newest(self, connection: AsyncConnection, kind: str, *which: ColumnElement[bool]) -> Release:
        newest = self._select(RELEASES).where(C.kind == kind, *which).order_by(C.number.desc()).limit(1)
        row = (await connection.execute(newest)).first()
        return _release(row) if row else Release(kind=kind, number=0, manifest={})

    async def _live(self, connection: AsyncConnection, kind: str) -> Release:
        pointed = and_(LIVE.c.workspace == C.workspace, LIVE.c.kind == C.kind, LIVE.c.number == C.number)
        live = self._select(RELEASES).join(LIVE, pointed).where(C.kind == kind)
        row = (await connection.execute(live)).first()
        return _release(row) if row else Release(kind=kind, number=0, manifest={})

    async def _switched(self, connection: AsyncConnection, kind: str, number: int) -> Release:
        """Point at the release, and return it as one that was live. Raises NotFound."""
        marked = self._update(RELEASES).where(C.kind == kind, C.number == number).values(was_live=True)
        await connection.execute(marked)
        release = await self._get(connection, kind, number)
        insert = self._insert(LIVE)
        pointed = insert.on_conflict_do_update(
            index_elements=["workspace", "kind"], set_={"number": insert.excluded.number}
        )
        await connection.execute(pointed, self._row(kind=kind, number=number))
        return release


def _release(row: Row[Any]) -> Release:
    by = load_optional(Person, row.by)
    return Release(
        row.kind, row.number, row.manifest, row.reason, by=by, fix=row.fix or "", at=row.at, was_live=row.was_live
    )
