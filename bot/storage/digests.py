"""The weekly digests."""

from sqlalchemy import Row

from bot.domain.chat import MessageRef
from bot.domain.digest import Digest
from bot.ports.digests import KeptDigest
from bot.storage.repository import Repository, whole
from bot.storage.tables import DigestRow, table
from bot.storage.values import load, load_optional, plain

DIGESTS = table(DigestRow)


class SqlDigests(Repository):
    """Keeps the promises of `bot.ports.Digests`."""

    @whole
    async def keep(self, digest: Digest) -> KeptDigest:
        row = self._row(week=digest.week.label, made_at=digest.made_at, digest=plain(digest))
        async with self._write() as connection:
            await connection.execute(self._insert(DIGESTS).on_conflict_do_nothing(), row)
            kept = self._select(DIGESTS).where(DIGESTS.c.week == digest.week.label)
            return _value((await connection.execute(kept)).one())

    async def get(self, week: str) -> KeptDigest | None:
        async with self._read() as connection:
            row = (await connection.execute(self._select(DIGESTS).where(DIGESTS.c.week == week))).first()
        return _value(row) if row else None

    @whole
    async def set_card(self, week: str, card: MessageRef) -> None:
        async with self._write() as connection:
            await connection.execute(self._update(DIGESTS).where(DIGESTS.c.week == week).values(card=plain(card)))


def _value(row: Row[tuple[object, ...]]) -> KeptDigest:
    return KeptDigest(load(Digest, row.digest), load_optional(MessageRef, row.card))
