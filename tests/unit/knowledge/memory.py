"""Articles and releases that live as long as the test, and a clock that stands still."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bot.domain.article import Release, Revision
from bot.domain.chat import Person
from bot.domain.errors import NotFound
from bot.ports import StoredPassage


class StandingClock:
    def now(self) -> datetime:
        return datetime(2026, 6, 1, 12, tzinfo=UTC)


class MemoryArticles:
    def __init__(self) -> None:
        self.kept: dict[str, tuple[Revision, tuple[StoredPassage, ...]]] = {}
        self.added: list[str] = []
        self.reads = 0

    async def add(self, revision: Revision, passages: Sequence[StoredPassage]) -> None:
        self.kept[revision.hash] = (revision, tuple(passages))
        self.added.append(revision.slug)

    async def add_many(self, items: Sequence[tuple[Revision, Sequence[StoredPassage]]]) -> None:
        for revision, passages in items:
            await self.add(revision, passages)

    async def revisions(self, manifest: Mapping[str, str]) -> tuple[Revision, ...]:
        return tuple(self.kept[manifest[slug]][0] for slug in sorted(manifest))

    async def passages(self, manifest: Mapping[str, str]) -> tuple[StoredPassage, ...]:
        self.reads += 1
        return tuple(passage for slug in sorted(manifest) for passage in self.kept[manifest[slug]][1])


class MemoryReleases:
    def __init__(self) -> None:
        self.all: list[Release] = [Release("knowledge", 0, {})]
        self.pinned: int | None = None

    async def live(self, kind: str) -> Release:
        return self.all[-1 if self.pinned is None else self.pinned]

    async def publish(
        self,
        kind: str,
        manifest: Mapping[str, str],
        *,
        reason: str,
        at: datetime,
        by: Person | None = None,
    ) -> tuple[Release, bool]:
        live = await self.live(kind)
        if dict(manifest) == live.manifest:
            return live, False
        self.all.append(Release(kind, len(self.all), dict(manifest), reason, by=by, at=at))
        self.pinned = None
        return self.all[-1], True

    async def propose(
        self, kind: str, manifest: Mapping[str, str], *, reason: str, at: datetime, by: Person | None, fix: str
    ) -> Release:
        self.pinned = (await self.live(kind)).number
        self.all.append(Release(kind, len(self.all), dict(manifest), reason, by=by, fix=fix, at=at))
        return self.all[-1]

    async def activate(self, kind: str, number: int, *, instead_of: int | None = None) -> Release:
        self.pinned = (await self.get(kind, number)).number
        return self.all[number]

    async def newest(self, kind: str, limit: int = 20) -> tuple[Release, ...]:
        return tuple(reversed(self.all[1:]))[:limit]

    async def get(self, kind: str, number: int) -> Release:
        if number >= len(self.all):
            raise NotFound(f"There is no {kind} v{number}.")
        return self.all[number]
