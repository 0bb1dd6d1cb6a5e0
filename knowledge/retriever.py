"""Retrieval: which passages of which knowledge release speak to a question."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from bot.domain.article import Audience, Release
from bot.ports import Articles, Embedder, Releases, Retrieved
from knowledge.index import VECTOR_WEIGHT, ReleaseIndex

KEPT = 3
"""Releases that stay in memory: the live one, and older ones that runs still work with."""


class HybridRetriever:
    """Finds citable passages by words and by meaning, always in one whole release, and says which.

    The live release's number is asked for before each search. A new release is built beside the old one, off the event
    loop, once however many searches wait for it, and takes over in one step. A search waits `patience` seconds for it;
    if the build takes longer, the release before it answers, under its own number. Searches never see a mixture.
    """

    def __init__(
        self,
        articles: Articles,
        releases: Releases,
        embedder: Embedder,
        *,
        patience: float = 5.0,
        vector_weight: float = VECTOR_WEIGHT,
    ) -> None:
        self._articles = articles
        self._releases = releases
        self._embedder = embedder
        self._patience = patience
        self._vector_weight = vector_weight
        self._ready: dict[int, ReleaseIndex] = {}  # the least recently used first
        self._building: dict[int, asyncio.Task[ReleaseIndex]] = {}
        self._served: ReleaseIndex | None = None

    async def retrieve(
        self,
        query: str,
        *,
        at: datetime,
        audience: Audience,
        limit: int = 8,
        release: int | None = None,
        needs: Sequence[str] = (),
    ) -> Retrieved:
        """Find the best passages among what may be cited at that time to that audience, with their release.

        In the live release, or in the numbered one. Raises NotFound for a release that never was.
        """
        index = await (self._live() if release is None else self._numbered(release))
        passages = await asyncio.to_thread(index.search, query, on=at.date(), audience=audience, limit=limit)
        return Retrieved(passages, index.release)

    async def warm(self) -> int:
        """Build the live release's index now, however long it takes, and tell its number."""
        live = await self._releases.live("knowledge")
        self._served = self._used(live.number) or await asyncio.shield(self._build(live))
        return live.number

    def forget(self) -> None:
        """Build every index anew when it is next needed: what a release's passages are has changed (`rebuild`)."""
        self._ready, self._building, self._served = {}, {}, None

    async def _live(self) -> ReleaseIndex:
        live = await self._releases.live("knowledge")
        ready = self._used(live.number)
        if ready is None:
            build, before = self._build(live), self._served
            if before is not None:
                await asyncio.wait({build}, timeout=self._patience)
                if not build.done():
                    return before
            ready = await asyncio.shield(build)
        self._served = ready
        return ready

    async def _numbered(self, number: int) -> ReleaseIndex:
        ready = self._used(number)
        if ready is None:
            ready = await asyncio.shield(self._build(await self._releases.get("knowledge", number)))
        return ready

    def _build(self, release: Release) -> "asyncio.Task[ReleaseIndex]":
        """Start building, or join the build that runs. Shield it: one caller that leaves must not stop the others'."""
        task = self._building.get(release.number)
        if task is None:
            task = asyncio.create_task(self._load(release, self._ready), name=f"index {release.label}")
            building = self._building
            building[release.number] = task
            task.add_done_callback(
                lambda done: (building.pop(release.number, None), done.cancelled() or done.exception())
            )
        return task

    async def _load(self, release: Release, ready: dict[int, ReleaseIndex]) -> ReleaseIndex:
        stored = await self._articles.passages(release.manifest)
        index = await asyncio.to_thread(ReleaseIndex, release.number, stored, self._embedder, self._vector_weight)
        ready[release.number] = index
        spare = [number for number, held in ready.items() if held not in (index, self._served)]
        for number in spare[: max(0, len(ready) - KEPT)]:
            del ready[number]  # a search that still holds it finishes with it
        return index

    def _used(self, number: int) -> ReleaseIndex | None:
        index = self._ready.pop(number, None)
        if index is not None:
            self._ready[number] = index
        return index
