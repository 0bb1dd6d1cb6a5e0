"""Article revisions and their passages."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Table

from bot.domain.answer import Passage
from bot.domain.article import Revision
from bot.ports import StoredPassage
from bot.storage.repository import Repository, chunks, whole
from bot.storage.tables import PassageRow, RevisionRow, table
from bot.storage.values import load, plain

REVISIONS, PASSAGES = table(RevisionRow), table(PassageRow)


class SqlArticles(Repository):
    """Keeps the promises of `bot.ports.Articles`."""

    async def add(self, revision: Revision, passages: Sequence[StoredPassage]) -> None:
        await self.add_many([(revision, passages)])

    @whole
    async def add_many(self, items: Sequence[tuple[Revision, Sequence[StoredPassage]]]) -> None:
        last = {(revision.slug, revision.hash): (revision, passages) for revision, passages in items}
        revisions = [
            self._row(slug=slug, hash=digest, title=revision.title, revision=plain(revision))
            for (slug, digest), (revision, _) in last.items()
        ]
        passages = [self._passage_row(revision, each) for revision, passages in last.values() for each in passages]
        async with self._write() as connection:
            for group in chunks(revisions):
                await connection.execute(self._insert(REVISIONS).on_conflict_do_nothing(), group)
            for slug, digest in last:
                old = self._delete(PASSAGES).where(PASSAGES.c.slug == slug, PASSAGES.c.hash == digest)
                await connection.execute(old)
            for group in chunks(passages):
                await connection.execute(self._insert(PASSAGES), group)

    async def revisions(self, manifest: Mapping[str, str]) -> tuple[Revision, ...]:
        rows = await self._named(REVISIONS, manifest)
        return tuple(load(Revision, row.revision) for row in sorted(rows, key=lambda row: row.slug))

    async def passages(self, manifest: Mapping[str, str]) -> tuple[StoredPassage, ...]:
        rows = await self._named(PASSAGES, manifest)
        return tuple(_passage(row) for row in sorted(rows, key=lambda row: (row.slug, row.ordinal)))

    async def _named(self, table: Table, manifest: Mapping[str, str]) -> list[Row[Any]]:
        rows: list[Row[Any]] = []
        async with self._read() as connection:
            for slugs in chunks(list(manifest)):
                hashes = [manifest[slug] for slug in slugs]
                wanted = self._select(table).where(table.c.slug.in_(slugs), table.c.hash.in_(hashes))
                rows.extend(row for row in await connection.execute(wanted) if manifest.get(row.slug) == row.hash)
        return rows

    def _passage_row(self, revision: Revision, stored: StoredPassage) -> dict[str, Any]:
        return self._row(
            slug=revision.slug, hash=revision.hash, ordinal=stored.ordinal, id=stored.passage.id,
            passage=plain(stored.passage), embedder=stored.embedder, vector=stored.vector,
        )  # fmt: skip


def _passage(row: Row[Any]) -> StoredPassage:
    return StoredPassage(load(Passage, row.passage), row.ordinal, row.embedder, bytes(row.vector))
