"""The weekly samples: what was drawn, who took what, and every score."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.chat import MessageRef, Person
from bot.domain.errors import Conflict, NotFound
from bot.domain.sample import Mark, Sample, Sampled, Score, key_of, next_for
from bot.storage.repository import Repository, whole
from bot.storage.tables import SampledRow, SampleMarkRow, SampleRow, table
from bot.storage.values import load, plain

SAMPLES, ITEMS, MARKS = table(SampleRow), table(SampledRow), table(SampleMarkRow)


class SqlSamples(Repository):
    """Keeps the promises of `bot.ports.Samples`. Whoever writes holds the sample's row, so that takers queue."""

    @whole
    async def draw(self, sample: Sample, items: Sequence[Sampled]) -> Sample:
        async with self._write() as connection:
            await self._lock(connection, "samples")
            known = await self._locked(connection, sample.id)
            if known is not None:
                return known
            await self._close_before(connection, sample)
            later = self._select(SAMPLES, SAMPLES.c.id).where(SAMPLES.c.since > sample.since).limit(1)
            if (await connection.execute(later)).first() is not None:
                sample = replace(sample, closed_at=sample.drawn_at)
            await connection.execute(self._insert(SAMPLES), self._as_row(sample))
            if items:
                rows = [self._row(sample_id=sample.id, id=item.id, item=plain(item)) for item in items]
                await connection.execute(self._insert(ITEMS), rows)
        return sample

    async def get(self, sample_id: str) -> Sample:
        async with self._read() as connection:
            row = (await connection.execute(self._of(sample_id))).first()
        if row is None:
            raise NotFound(f'No sample was drawn of week "{sample_id}".')
        return load(Sample, row.sample)

    async def newest(self, limit: int = 12) -> tuple[Sample, ...]:
        wanted = self._select(SAMPLES).order_by(SAMPLES.c.since.desc()).limit(limit)
        async with self._read() as connection:
            return tuple(load(Sample, row.sample) for row in await connection.execute(wanted))

    async def items(self, sample_id: str) -> tuple[Sampled, ...]:
        async with self._read() as connection:
            return await self._items(connection, sample_id)

    async def having(self, item_id: str) -> tuple[str, ...]:
        wanted = self._select(ITEMS, ITEMS.c.sample_id).where(ITEMS.c.id == item_id).order_by(ITEMS.c.sample_id)
        async with self._read() as connection:
            return tuple((await connection.scalars(wanted)).all())

    async def marks(self, sample_id: str) -> tuple[Mark, ...]:
        async with self._read() as connection:
            return await self._marks(connection, sample_id)

    @whole
    async def take(self, sample_id: str, person: Person, at: datetime, *, unread: Collection[str]) -> Sampled | None:
        async with self._write() as connection:
            _check_open(await self._held(connection, sample_id))
            items, marks = await self._items(connection, sample_id), await self._marks(connection, sample_id)
            item = next_for(person, items, marks, at, unread=unread)
            if item is not None:
                await self._mark(connection, sample_id, Mark(item.id, person, at))
        return item

    @whole
    async def leave(self, sample_id: str, item_id: str, person: Person, at: datetime) -> None:
        async with self._write() as connection:
            await self._held(connection, sample_id)
            await self._item(connection, sample_id, item_id)
            known = await self._mark_of(connection, sample_id, item_id, person)
            if known is None or known.score is None:
                await self._mark(connection, sample_id, Mark(item_id, person, at, left=True))

    @whole
    async def score(self, sample_id: str, score: Score) -> Sample:
        async with self._write() as connection:
            sample = await self._held(connection, sample_id)
            known = await self._mark_of(connection, sample_id, score.item, score.by)
            if known is not None and known.score is not None:
                if _said(known.score) == _said(score):
                    return sample
                raise Conflict("You scored this answer before. What you said first stands.")
            _check_open(sample)
            await self._item(connection, sample_id, score.item)
            await self._mark(connection, sample_id, Mark(score.item, score.by, score.at, score=score))
            return await self._changed(connection, sample)

    @whole
    async def strike(self, sample_id: str, item_id: str) -> None:
        async with self._write() as connection:
            sample = await self._held(connection, sample_id)
            item = await self._item(connection, sample_id, item_id)
            if not item.gone:
                of = self._update(ITEMS).where(ITEMS.c.sample_id == sample_id, ITEMS.c.id == item_id)
                await connection.execute(of.values(item=plain(replace(item, gone=True))))
                await self._changed(connection, sample)

    @whole
    async def set_card(self, sample_id: str, card: MessageRef) -> None:
        async with self._write() as connection:
            await self._write_row(connection, replace(await self._held(connection, sample_id), card=card))

    # --- rows ---------------------------------------------------------------------------------------------------------

    def _of(self, sample_id: str) -> Any:
        return self._select(SAMPLES).where(SAMPLES.c.id == sample_id)

    async def _locked(self, connection: AsyncConnection, sample_id: str) -> Sample | None:
        row = (await connection.execute(self._of(sample_id).with_for_update())).first()
        return load(Sample, row.sample) if row else None

    async def _held(self, connection: AsyncConnection, sample_id: str) -> Sample:
        sample = await self._locked(connection, sample_id)
        if sample is None:
            raise NotFound(f'No sample was drawn of week "{sample_id}".')
        return sample

    async def _close_before(self, connection: AsyncConnection, sample: Sample) -> None:
        """Close the samples of earlier weeks: what people have time for is the newest."""
        earlier = self._select(SAMPLES).where(SAMPLES.c.since < sample.since, SAMPLES.c.closed.is_(False))
        for row in (await connection.execute(earlier.with_for_update())).all():
            await self._changed(connection, replace(load(Sample, row.sample), closed_at=sample.drawn_at))

    async def _changed(self, connection: AsyncConnection, sample: Sample) -> Sample:
        changed = replace(sample, version=sample.version + 1)
        await self._write_row(connection, changed)
        return changed

    async def _write_row(self, connection: AsyncConnection, sample: Sample) -> None:
        await connection.execute(self._update(SAMPLES).where(SAMPLES.c.id == sample.id).values(**self._as_row(sample)))

    def _as_row(self, sample: Sample) -> dict[str, Any]:
        closed = sample.closed_at is not None
        return self._row(id=sample.id, since=sample.since, closed=closed, sample=plain(sample))

    async def _items(self, connection: AsyncConnection, sample_id: str) -> tuple[Sampled, ...]:
        rows = await connection.execute(self._select(ITEMS).where(ITEMS.c.sample_id == sample_id))
        return tuple(sorted((load(Sampled, row.item) for row in rows), key=lambda item: item.position))

    async def _item(self, connection: AsyncConnection, sample_id: str, item_id: str) -> Sampled:
        of = self._select(ITEMS).where(ITEMS.c.sample_id == sample_id, ITEMS.c.id == item_id)
        row = (await connection.execute(of)).first()
        if row is None:
            raise NotFound("That answer is not in the sample.")
        return load(Sampled, row.item)

    async def _marks(self, connection: AsyncConnection, sample_id: str) -> tuple[Mark, ...]:
        wanted = self._select(MARKS).where(MARKS.c.sample_id == sample_id)
        rows = await connection.execute(wanted.order_by(MARKS.c.at, MARKS.c.item_id, MARKS.c.scorer))
        return tuple(load(Mark, row.mark) for row in rows)

    async def _mark_of(
        self, connection: AsyncConnection, sample_id: str, item_id: str, person: Person
    ) -> Mark | None:  # fmt: skip
        of = self._select(MARKS).where(
            MARKS.c.sample_id == sample_id, MARKS.c.item_id == item_id, MARKS.c.scorer == key_of(person)
        )
        row = (await connection.execute(of)).first()
        return load(Mark, row.mark) if row else None

    async def _mark(self, connection: AsyncConnection, sample_id: str, mark: Mark) -> None:
        insert = self._insert(MARKS)
        kept = insert.on_conflict_do_update(
            index_elements=["workspace", "sample_id", "item_id", "scorer"],
            set_={"at": insert.excluded.at, "mark": insert.excluded.mark},
        )
        row = self._row(sample_id=sample_id, item_id=mark.item, scorer=key_of(mark.by), at=mark.at, mark=plain(mark))
        await connection.execute(kept, row)


def _check_open(sample: Sample) -> None:
    if (closed := sample.closed_at) is not None:
        day = f"{closed.day} {closed:%B}"
        raise Conflict(
            f"The sample of the week of {sample.days} was closed on {day}, when the next one was drawn. "
            "Press “Score one” on the newest card."
        )


def _said(score: Score) -> tuple[object, ...]:
    """What tells one form from another of the same person."""
    return dict(score.points), score.note, score.should_say
