"""The indexes in memory: which release's passages answer a search now, and how they come up to date meanwhile."""

import asyncio
import logging

from bot.domain.article import Release
from bot.domain.errors import Unavailable
from bot.ports import Articles, Embedder, Releases
from knowledge.indexing import outdated, store
from knowledge.release_index import ReleaseIndex

KEPT = 3
"""Releases that stay in memory: the live one, and older ones that runs still work with."""
RETRY_SECONDS = 60.0
"""How long indexing again rests after the embedder did not answer."""
RENEWAL_BATCH = 8
"""Articles that are indexed again together: few, so that a process that ends need not wait long for them."""

_log = logging.getLogger(__name__)


class Indexes:
    """Gives the index of the live release, or of a numbered one, and never makes a search wait long for a newer one.

    A release is built beside the one before it, off the event loop, once however many ask for it, and takes over in one
    step. A caller waits `patience` seconds for it; if the build takes longer, the release before it is given.

    Passages that another embedder made are indexed again, in the background and in the store; a caller waits the same
    `patience` for that, and until it is done gets an index that finds them by their words alone.
    """

    def __init__(self, articles: Articles, releases: Releases, embedder: Embedder, *, patience: float) -> None:
        self._articles = articles
        self._releases = releases
        self._embedder = embedder
        self._patience = patience
        self._ready: dict[int, ReleaseIndex] = {}  # the least recently used first
        self._building: dict[int, asyncio.Task[ReleaseIndex]] = {}
        self._served: ReleaseIndex | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._renewal_began = -RETRY_SECONDS

    async def live(self) -> ReleaseIndex:
        """Give the live release's index, or the one before while that takes longer than callers wait."""
        live = await self._releases.live("knowledge")
        ready = self._used(live.number)
        if ready is None:
            build, before = self._build(live), self._served
            if before is not None:
                await asyncio.wait({build}, timeout=self._patience)
                if not build.done():
                    return before
            ready = await asyncio.shield(build)
        if ready.outdated and (renewal := self._renewal(live)):
            waited = asyncio.get_running_loop().time() - self._renewal_began
            await asyncio.wait({renewal}, timeout=max(0.0, self._patience - waited))
            ready = self._used(live.number) or ready
        self._served = ready
        return ready

    async def numbered(self, number: int) -> ReleaseIndex:
        """Give the index of that release; raises NotFound for one that never was."""
        ready = self._used(number)
        if ready is None:
            ready = await asyncio.shield(self._build(await self._releases.get("knowledge", number)))
        return ready

    async def warm(self) -> int:
        """Bring the live release's index up to date now, however long it takes, and tell its number."""
        live = await self._releases.live("knowledge")
        index = await self.numbered(live.number)
        if index.outdated and (renewal := self._renewal(live)):
            await asyncio.wait({renewal})
            index = self._used(live.number) or index
        self._served = index
        return live.number

    def forget(self) -> None:
        """Build every index anew when it is next needed."""
        self._ready, self._building, self._served = {}, {}, None

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
        index = await asyncio.to_thread(ReleaseIndex, release.number, stored, self._embedder.name)
        ready[release.number] = index
        spare = [number for number, held in ready.items() if held not in (index, self._served)]
        for number in spare[: max(0, len(ready) - KEPT)]:
            del ready[number]  # a search that still holds it finishes with it
        return index

    def _renewal(self, release: Release) -> "asyncio.Task[None] | None":
        """Start indexing again what another embedder made, or join it; nothing while it rests after a failure."""
        if self._renewing is not None and not self._renewing.done():
            return self._renewing
        now = asyncio.get_running_loop().time()
        if now - self._renewal_began < RETRY_SECONDS:
            return None
        self._renewal_began = now
        self._renewing = asyncio.create_task(self._renew(release, self._ready), name=f"renew {release.label}")
        return self._renewing

    async def _renew(self, release: Release, ready: dict[int, ReleaseIndex]) -> None:
        slugs = outdated(await self._articles.passages(release.manifest), self._embedder.name)
        revisions = await self._articles.revisions({slug: release.manifest[slug] for slug in sorted(slugs)})
        _log.info("Indexing %d articles again: the embedder is now %s", len(revisions), self._embedder.name)

        def tell(done: int, total: int, name: str) -> None:
            if done * 10 // total > (done - RENEWAL_BATCH) * 10 // total:
                _log.info("Indexed again: %d of %d articles", done, total)

        try:
            await store(self._articles, revisions, self._embedder, tell, batch=RENEWAL_BATCH)
            await self._load(release, ready)
        except Unavailable as error:
            _log.warning("Indexing again rests for %g s: %s", RETRY_SECONDS, error)

    def _used(self, number: int) -> ReleaseIndex | None:
        index = self._ready.pop(number, None)
        if index is not None:
            self._ready[number] = index
        return index
