"""The watch over count series of one workspace, and its record of alerts."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import false, or_

from bot.domain.spike import Alert, AlertState
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
        insert = self._insert(ALERTS)
        changed = {name: insert.excluded[name] for name in ("over", "alert")}
        upsert = insert.on_conflict_do_update(index_elements=["workspace", "cause"], set_=changed)
        async with self._write() as connection:
            if after is None:
                first = self._insert(WATCHES).on_conflict_do_nothing().returning(WATCHES.c.until)
                moved = (await connection.execute(first, self._row(**columns))).first()
            else:
                stands = self._update(WATCHES).where(WATCHES.c.until == after).values(**columns)
                moved = (await connection.execute(stands.returning(WATCHES.c.until))).first()
            if moved and alerts:
                await connection.execute(upsert, [self._row(**_columns(alert)) for alert in alerts])
        return moved is not None

    async def alerts(self, since: datetime) -> tuple[Alert, ...]:
        wanted = self._select(ALERTS, A.alert).where(or_(A.opened_at >= since, A.over == false()))
        async with self._read() as connection:
            rows = await connection.scalars(wanted.order_by(A.opened_at, A.cause))
            return tuple(load(Alert, row) for row in rows)


def _columns(alert: Alert) -> dict[str, object]:
    return {
        "cause": alert.cause,
        "opened_at": alert.opened_at,
        "over": alert.state is AlertState.RESOLVED,
        "alert": plain(alert),
    }
