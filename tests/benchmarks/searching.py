"""The product's search over passages that a benchmark brings, without a database around it."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime

from bot.domain.answer import Passage
from bot.domain.article import Audience, Release, Revision
from bot.ports import Embedder, StoredPassage
from knowledge.embeddings import Vectors
from knowledge.passages import searchable
from knowledge.retriever import HybridRetriever
from tests.unit.knowledge.memory import MemoryArticles, MemoryReleases


class Search:
    """The product's retriever over these passages, as one release; they are embedded here unless vectors are given."""

    def __init__(self, passages: Sequence[Passage], embedder: Embedder, vectors: Vectors | None = None) -> None:
        if vectors is None:
            vectors = embedder.embed([searchable(passage) for passage in passages])
        stored = [
            StoredPassage(passage, ordinal, embedder.name, row.tobytes())
            for ordinal, (passage, row) in enumerate(zip(passages, vectors, strict=True))
        ]
        articles, releases = MemoryArticles(), MemoryReleases()
        articles.kept["all"] = (Revision("all", "all", "", ""), tuple(stored))
        releases.all.append(Release("knowledge", 1, {"all": "all"}))
        self.retriever = HybridRetriever(articles, releases, embedder)
        self._loop = asyncio.new_event_loop()
        self._loop.run_until_complete(self.retriever.warm())

    def search(
        self, query: str, *, on: date, audience: Audience = Audience.CUSTOMER, limit: int = 8, needs: Sequence[str] = ()
    ) -> tuple[Passage, ...]:
        """What the product finds for this query on that day."""
        at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
        found = self.retriever.retrieve(query, at=at, audience=audience, limit=limit, needs=needs)
        return self._loop.run_until_complete(found).passages
