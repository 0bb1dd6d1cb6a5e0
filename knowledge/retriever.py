"""Retrieval: which passages of which knowledge release speak to a question."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import numpy as np

from bot.domain.answer import Passage
from bot.domain.article import Audience
from bot.domain.errors import Unavailable
from bot.domain.text.smuggling import without_orders
from bot.ports import Articles, Embedder, Releases, Reranker, Retrieved
from knowledge.indexes import Indexes
from knowledge.ranking import chosen, reordered
from knowledge.release_index import Asked, ReleaseIndex

LONGEST_QUERY = 8_000
"""Characters of a query that count."""
MOST_NEEDS = 10
"""Needs that are searched apart; a text that asks for more is not a question any more."""
CANDIDATES = 40
"""Passages of each ranking from which those that are shown are chosen, and which a reranker reads."""

_log = logging.getLogger(__name__)


class HybridRetriever:
    """Finds citable passages by words and by meaning, always in one whole release, and says which.

    Searches never see a mixture: a new release takes over in one step, and if building it takes more than `patience`
    seconds, the release before it answers meanwhile, under its own number.

    Nothing that is away stops a search, and each is told in a note. Without the embedder, and for passages that are
    being indexed again, words alone are compared; without the reranker the search's own order stands.
    """

    def __init__(
        self,
        articles: Articles,
        releases: Releases,
        embedder: Embedder,
        *,
        reranker: Reranker | None = None,
        patience: float = 5.0,
    ) -> None:
        self._indexes = Indexes(articles, releases, embedder, patience=patience)
        self._embedder = embedder
        self._reranker = reranker

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

        In the live release, or in the numbered one. Raises NotFound for a release that never was. Each of the `needs`
        is searched apart and has its best passages among those found. Orders to a machine in a text are not searched.
        """
        index = await (self._indexes.live() if release is None else self._indexes.numbered(release))
        texts = [without_orders(text[:LONGEST_QUERY]) for text in (query, *needs[:MOST_NEEDS])]
        texts = [text for text in dict.fromkeys(texts) if any(c.isalnum() for c in text)]
        if limit < 1 or not texts or not len(index):
            return Retrieved((), index.release)
        asked, notes = await self._asked(texts, index)
        depth = max(CANDIDATES, 2 * limit)

        def rank(each: Asked) -> tuple[Passage, ...]:
            return index.rank(each, on=at.date(), audience=audience, limit=depth)

        rankings = [await asyncio.to_thread(rank, each) for each in asked]
        (whole, *apart), more = await self._reranked(texts, rankings)
        return Retrieved(chosen(whole, apart, limit), index.release, (*notes, *more))

    async def warm(self) -> int:
        """Build the live release's index and load the embedder, however long it takes; tell the release's number."""
        number = await self._indexes.warm()
        with suppress(Unavailable):
            await asyncio.to_thread(self._embedder.embed, ["a first question"])
        return number

    def forget(self) -> None:
        """Build every index anew when it is next needed: what a release's passages are has changed (`rebuild`)."""
        self._indexes.forget()

    async def _asked(self, texts: Sequence[str], index: ReleaseIndex) -> tuple[list[Asked], list[str]]:
        """The texts with their vectors; without, and with a note, where there is nothing to compare them with."""
        words_alone = [Asked(text) for text in texts]
        notes = []
        if index.outdated:
            notes.append(
                f"{index.outdated} of {len(index)} passages are being indexed again "
                "and were found by their words alone until that is done."
            )
        if index.outdated == len(index):
            return words_alone, notes
        try:
            vectors = await asyncio.to_thread(self._embedder.embed, texts)
        except Unavailable as error:
            _log.warning("Searching by words alone: %s", error)
            return words_alone, [*notes, f"Articles were found by their words alone, not by their meaning. {error}"]
        rows = np.asarray(vectors, dtype=np.float32)
        if rows.shape[1] != index.dimensions:  # an endpoint has put another model behind the name
            _log.warning("Searching by words alone: %d dimensions, %d are stored", rows.shape[1], index.dimensions)
            changed = "The embedder's vectors are no longer those of the articles; run ratchet kb rebuild."
            return words_alone, [*notes, f"Articles were found by their words alone, not by their meaning. {changed}"]
        return [Asked(text, row) for text, row in zip(texts, rows, strict=True)], notes

    async def _reranked(
        self, texts: Sequence[str], rankings: Sequence[Sequence[Passage]]
    ) -> tuple[Sequence[Sequence[Passage]], list[str]]:
        """The rankings in the order that the reranker judged, or as they are, with a note, where it cannot."""
        if self._reranker is None:
            return rankings, []
        rerank = self._reranker.rerank
        try:
            judged = await asyncio.gather(*(rerank(text, each) for text, each in zip(texts, rankings, strict=True)))
        except Unavailable as error:
            _log.warning("Searching without the reranker: %s", error)
            return rankings, [f"The passages stand in the search's own order. {error}"]
        return [reordered(each, scores) for each, scores in zip(rankings, judged, strict=True)], []
