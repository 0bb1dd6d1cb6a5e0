"""People's ratings of answers, how well judges agreed with them, and the errors that escaped."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.escaped import EscapedError
from bot.domain.judging import Agreement, Rating
from bot.storage.repository import Repository, whole
from bot.storage.tables import EscapedErrorRow, JudgeAgreementRow, RatingRow, table
from bot.storage.values import load, plain

RATINGS, AGREEMENTS, ESCAPED = table(RatingRow), table(JudgeAgreementRow), table(EscapedErrorRow)


class SqlRatings(Repository):
    """Keeps the promises of `bot.ports.Ratings`."""

    @whole
    async def save(self, ratings: Sequence[Rating]) -> None:
        insert = self._insert(RATINGS)
        kept = insert.on_conflict_do_update(
            index_elements=["workspace", "case_id", "answer_hash", "rater"], set_={"rating": insert.excluded.rating}
        )
        rows = [self._row(case_id=r.case, answer_hash=r.hash, rater=r.rater, rating=plain(r)) for r in ratings]
        if not rows:
            return
        async with self._write() as connection:
            await connection.execute(kept, rows)

    async def all(self) -> tuple[Rating, ...]:
        wanted = self._select(RATINGS).order_by(RATINGS.c.case_id, RATINGS.c.answer_hash, RATINGS.c.rater)
        async with self._read() as connection:
            return tuple(load(Rating, row.rating) for row in await connection.execute(wanted))

    @whole
    async def keep(self, agreement: Agreement) -> None:
        insert = self._insert(AGREEMENTS)
        kept = insert.on_conflict_do_update(
            index_elements=["workspace", "judge"], set_={"agreement": insert.excluded.agreement}
        )
        async with self._write_once() as connection:
            await connection.execute(kept, self._row(judge=agreement.judge, agreement=plain(agreement)))

    async def agreement(self, judge: str) -> Agreement | None:
        async with self._read() as connection:
            row = (await connection.execute(self._select(AGREEMENTS).where(AGREEMENTS.c.judge == judge))).first()
        return load(Agreement, row.agreement) if row else None


class SqlEscapes(Repository):
    """Keeps the promises of `bot.ports.Escapes`."""

    @whole
    async def keep(self, error: EscapedError) -> EscapedError:
        async with self._write() as connection:
            insert = self._insert(ESCAPED).on_conflict_do_nothing()
            await connection.execute(insert, self._row(review_id=error.review, at=error.at, error=plain(error)))
            known = await connection.execute(self._select(ESCAPED).where(ESCAPED.c.review_id == error.review))
            return load(EscapedError, known.one().error)

    async def of_review(self, review_id: str) -> EscapedError | None:
        async with self._read() as connection:
            row = (await connection.execute(self._select(ESCAPED).where(ESCAPED.c.review_id == review_id))).first()
        return load(EscapedError, row.error) if row else None

    async def since(self, at: datetime) -> tuple[EscapedError, ...]:
        wanted = self._select(ESCAPED).where(ESCAPED.c.at >= at).order_by(ESCAPED.c.at, ESCAPED.c.review_id)
        async with self._read() as connection:
            return tuple(load(EscapedError, row.error) for row in await connection.execute(wanted))
