"""The record of runs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import NotFound
from bot.domain.trace import Span, Trace
from bot.storage.columns import clean
from bot.storage.repository import Repository, whole
from bot.storage.tables import SpanRow, TraceRow, table
from bot.storage.values import plain

TRACES, SPANS = table(TraceRow), table(SpanRow)
C = TRACES.c


class SqlTraces(Repository):
    """Keeps the promises of `bot.ports.Traces`."""

    @whole
    async def save(self, trace: Trace) -> None:
        row = self._row(
            id=trace.id, kind=trace.kind, escalation_id=trace.escalation_id, started_at=trace.started_at,
            knowledge_release=trace.knowledge_release, workflow_release=trace.workflow_release,
        )  # fmt: skip
        async with self._write() as connection:
            known = 0
            if await connection.scalar(self._insert(TRACES).on_conflict_do_nothing().returning(C.id), row) is None:
                await connection.execute(self._update(TRACES).where(C.id == trace.id).values(**row))
                count = self._select(SPANS, func.count()).where(SPANS.c.trace_id == trace.id)
                known = await connection.scalar(count) or 0
            spans = [self._span_row(trace.id, seq, span) for seq, span in enumerate(trace.spans) if seq >= known]
            if spans:
                await connection.execute(self._insert(SPANS), spans)

    async def get(self, trace_id: str) -> Trace:
        """Find by id, by a unique beginning of it, or the newest of an escalation's id. Raises NotFound."""
        begins = func.substr(C.id, 1, len(clean(trace_id))) == trace_id
        of_escalation = self._select(TRACES).where(C.escalation_id == trace_id).order_by(C.started_at.desc(), C.id)
        async with self._read() as connection:
            for wanted in (
                self._select(TRACES).where(C.id == trace_id),
                of_escalation.limit(1),
                self._select(TRACES).where(begins).limit(2),
            ):
                rows = (await connection.execute(wanted)).all() if trace_id else ()
                if len(rows) == 1:
                    return (await self._whole(connection, rows))[0]
                if rows:
                    raise NotFound(f'More than one trace begins with "{trace_id}": give more of its id.')
        raise NotFound(f'There is no trace "{trace_id}" in this workspace.')

    async def newest(self, limit: int = 20) -> tuple[Trace, ...]:
        async with self._read() as connection:
            wanted = self._select(TRACES).order_by(C.started_at.desc(), C.id).limit(limit)
            return await self._whole(connection, (await connection.execute(wanted)).all())

    def _span_row(self, trace_id: str, seq: int, span: Span) -> dict[str, Any]:
        return self._row(
            trace_id=trace_id, seq=seq, name=span.name, started_at=span.started_at, duration_ms=span.duration_ms,
            input=plain(span.input, Any), output=plain(span.output, Any), error=span.error,
            attributes=plain(span.attributes, Any),
        )  # fmt: skip

    async def _whole(self, connection: AsyncConnection, rows: Sequence[Row[Any]]) -> tuple[Trace, ...]:
        wanted = self._select(SPANS).where(SPANS.c.trace_id.in_([row.id for row in rows])).order_by(SPANS.c.seq)
        spans: dict[str, list[Span]] = {row.id: [] for row in rows}
        for span in await connection.execute(wanted):
            spans[span.trace_id].append(_span(span))
        return tuple(_trace(row, spans[row.id]) for row in rows)


def _trace(row: Row[Any], spans: Sequence[Span]) -> Trace:
    return Trace(
        id=row.id, kind=row.kind, escalation_id=row.escalation_id, started_at=row.started_at, spans=tuple(spans),
        knowledge_release=row.knowledge_release, workflow_release=row.workflow_release,
    )  # fmt: skip


def _span(row: Row[Any]) -> Span:
    return Span(
        name=row.name, started_at=row.started_at, duration_ms=row.duration_ms, input=row.input, output=row.output,
        error=row.error, attributes=row.attributes,
    )  # fmt: skip
