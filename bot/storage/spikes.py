"""The watch over count series of one workspace, and its record of alerts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import false, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import Conflict, NotFound
from bot.domain.spike import Alert, merged, noted
from bot.ports.watching import Watched
from bot.storage.repository import Repository, whole
from bot.storage.tables import SpikeAlertRow, SpikeWatchRow, table
from bot.storage.values import load, plain

WATCHES, ALERTS = table(SpikeWatchRow), table(SpikeAlertRow)
A = ALERTS.c


class SqlSpikes(Repository):
    """Keeps the promises of `bot.ports.Spikes`."""

    async def watched(self) -> Watched:
        async with self._read() as connection:
            row = (await connection.execute(self._select(WATCHES))).first()
        return Watched(row.until, row.series) if row else Watched()

    @whole
    async def keep(self, watched: Watched, alerts: Sequence[Alert], *, after: datetime | None) -> bool:
        columns = {"until": watched.until, "series": dict(watched.series)}
        async with self._write() as connection:
            if after is None:
                first = self._insert(WATCHES).on_conflict_do_nothing().returning(WATCHES.c.until)
                moved = (await connection.execute(first, self._row(**columns))).first()
            else:
                stands = self._update(WATCHES).where(WATCHES.c.until == after).values(**columns)
                moved = (await connection.execute(stands.returning(WATCHES.c.until))).first()
            for alert in alerts if moved else ():
                stored = await self._locked(connection, alert.cause)
                if stored is None:
                    await connection.execute(self._insert(ALERTS), self._row(**_columns(alert)))
                else:
                    await self._write_alert(connection, merged(stored, alert))
        return moved is not None

    async def alerts(self, since: datetime) -> tuple[Alert, ...]:
        wanted = self._select(ALERTS, A.alert).where(or_(A.opened_at >= since, A.over == false()))
        async with self._read() as connection:
            rows = await connection.scalars(wanted.order_by(A.opened_at, A.cause))
            return tuple(load(Alert, row) for row in rows)

    async def get(self, cause: str) -> Alert:
        async with self._read() as connection:
            stored = (await connection.execute(self._of(cause))).scalar()
        if stored is None:
            raise NotFound(f'There is no alert "{cause[:80]}" in this workspace.')
        return load(Alert, stored)

    @whole
    async def change(self, alert: Alert) -> Alert:
        async with self._write() as connection:
            stored = await self._locked(connection, alert.cause)
            if stored is None or stored.version != alert.version:
                raise Conflict("This alert changed in the meantime. Look at its card again.")
            changed = replace(noted(alert, stored), version=alert.version + 1)
            await self._write_alert(connection, changed)
        return changed

    @whole
    async def note(self, painted: Alert) -> None:
        async with self._write() as connection:
            stored = await self._locked(connection, painted.cause)
            if stored is not None:
                await self._write_alert(connection, noted(stored, painted))

    def _of(self, cause: str) -> Any:
        return self._select(ALERTS, A.alert).where(A.cause == cause)

    async def _locked(self, connection: AsyncConnection, cause: str) -> Alert | None:
        stored = (await connection.execute(self._of(cause).with_for_update())).scalar()
        return load(Alert, stored) if stored is not None else None

    async def _write_alert(self, connection: AsyncConnection, alert: Alert) -> None:
        await connection.execute(self._update(ALERTS).where(A.cause == alert.cause).values(**_columns(alert)))


def _columns(alert: Alert) -> dict[str, object]:
    return {"cause": alert.cause, "opened_at": alert.opened_at, "over": alert.finished, "alert": plain(alert)}
