"""Runs over eval cases, and what they scored."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func

from bot.domain.errors import NotFound
from bot.domain.quality import CaseResult, EvalRun
from bot.storage.columns import clean
from bot.storage.repository import Repository, chunks, whole
from bot.storage.tables import EvalResultRow, EvalRunRow, table
from bot.storage.values import load, plain

RUNS, RESULTS = table(EvalRunRow), table(EvalResultRow)
C, R = RUNS.c, RESULTS.c
LATEST = "latest"


class SqlEvalRuns(Repository):
    """Keeps the promises of `bot.ports.EvalRuns`."""

    @whole
    async def begin(self, run: EvalRun) -> None:
        await self._keep(run)

    @whole
    async def record(self, run_id: str, results: Sequence[CaseResult]) -> None:
        insert = self._insert(RESULTS)
        kept = insert.on_conflict_do_update(
            index_elements=["workspace", "run_id", "case_id", "trial"],
            set_={name: insert.excluded[name] for name in ("fingerprint", "failed", "result")},
        )
        rows = [
            self._row(
                run_id=run_id, case_id=result.case, trial=result.trial, fingerprint=result.fingerprint,
                failed=bool(result.error), result=plain(result),
            )
            for result in results
        ]  # fmt: skip
        if not rows:
            return
        async with self._write() as connection:
            await connection.execute(kept, rows)

    @whole
    async def finish(self, run: EvalRun) -> None:
        await self._keep(run)

    async def get(self, run_id: str) -> tuple[EvalRun, tuple[CaseResult, ...]]:
        async with self._read() as connection:
            newest = self._select(RUNS).order_by(C.started_at.desc(), C.id).limit(1)
            begins = self._select(RUNS).where(func.substr(C.id, 1, len(clean(run_id))) == run_id).limit(2)
            searches = (newest,) if run_id == LATEST else (self._select(RUNS).where(C.id == run_id), begins)
            for wanted in searches:
                rows = (await connection.execute(wanted)).all() if run_id else ()
                if len(rows) > 1:
                    raise NotFound(f'More than one eval run begins with "{run_id}": give more of its id.')
                if rows:
                    found = rows[0]
                    results = self._select(RESULTS).where(R.run_id == found.id).order_by(R.case_id, R.trial)
                    return _run(found), tuple(_result(row) for row in await connection.execute(results))
        raise NotFound(f'There is no eval run "{run_id}" in this workspace.')

    async def newest(self, limit: int = 20) -> tuple[EvalRun, ...]:
        async with self._read() as connection:
            wanted = self._select(RUNS).order_by(C.started_at.desc(), C.id).limit(limit)
            return tuple(_run(row) for row in await connection.execute(wanted))

    async def of_case(self, case_id: str, limit: int = 50) -> tuple[tuple[EvalRun, CaseResult], ...]:
        wanted = (
            self._select(RESULTS, R.result, C.run)
            .join(RUNS, (C.workspace == R.workspace) & (C.id == R.run_id))
            .where(R.case_id == case_id)
            .order_by(C.started_at.desc(), C.id, R.trial)
            .limit(limit)
        )
        async with self._read() as connection:
            return tuple((_run(row), _result(row)) for row in await connection.execute(wanted))

    async def known(self, fingerprints: Sequence[str]) -> dict[str, CaseResult]:
        found: dict[str, CaseResult] = {}
        async with self._read() as connection:
            for some in chunks(fingerprints):
                wanted = (
                    self._select(RESULTS)
                    .join(RUNS, (C.workspace == R.workspace) & (C.id == R.run_id))
                    .where(R.fingerprint.in_(some), R.failed.is_(False))
                    .order_by(C.started_at, C.id)
                )
                for row in await connection.execute(wanted):
                    found[row.fingerprint] = _result(row)  # the newest comes last, and stays
        return found

    async def _keep(self, run: EvalRun) -> None:
        insert = self._insert(RUNS)
        kept = insert.on_conflict_do_update(
            index_elements=["workspace", "id"],
            set_={"started_at": insert.excluded.started_at, "run": insert.excluded.run},
        )
        async with self._write_once() as connection:
            await connection.execute(kept, self._row(id=run.id, started_at=run.started_at, run=plain(run)))


def _run(row: Row[Any]) -> EvalRun:
    return load(EvalRun, row.run)


def _result(row: Row[Any]) -> CaseResult:
    return load(CaseResult, row.result)
