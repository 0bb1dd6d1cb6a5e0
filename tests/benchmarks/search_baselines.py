"""The searches that ours is compared with, each as its documentation shows it: FTS5, bm25s, Chroma, and their RRF."""

import re
import sqlite3
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from bot.ports import Embedder
from knowledge.embeddings import Vectors

DEPTH = 100
RRF_K = 60
"""The constant of reciprocal rank fusion: Cormack, Clarke & Büttcher, SIGIR 2009, section 2."""


class Baseline(Protocol):
    """Ranks the texts that it was given: their positions, best first."""

    def search(self, query: str) -> list[int]:
        """Rank up to DEPTH texts."""
        ...


class Fts5:
    """SQLite's full text search: Porter stemmer, its own bm25(), any word of the query."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._db = sqlite3.connect(":memory:")
        self._db.execute("CREATE VIRTUAL TABLE passages USING fts5(text, tokenize = 'porter unicode61')")
        self._db.executemany("INSERT INTO passages (rowid, text) VALUES (?, ?)", enumerate(texts))

    def search(self, query: str) -> list[int]:
        words = dict.fromkeys(re.findall(r"\w+", query.lower()))
        match = " OR ".join(f'"{word}"' for word in words)
        found = self._db.execute(
            "SELECT rowid FROM passages WHERE passages MATCH ? ORDER BY bm25(passages) LIMIT ?", (match, DEPTH)
        )
        return [row[0] for row in found] if match else []


class Bm25s:
    """bm25s with its own tokeniser and English stop words."""

    def __init__(self, texts: Sequence[str]) -> None:
        import bm25s

        self._bm25s: Any = bm25s
        self._index = bm25s.BM25()
        self._index.index(bm25s.tokenize(list(texts), stopwords="en", show_progress=False), show_progress=False)
        self._count = min(DEPTH, len(texts))

    def search(self, query: str) -> list[int]:
        tokens = self._bm25s.tokenize([query], stopwords="en", show_progress=False)
        found, scores = self._index.retrieve(tokens, k=self._count, show_progress=False)
        return [int(i) for i, score in zip(found[0], scores[0], strict=True) if score > 0]


class Chroma:
    """An in-memory Chroma collection with the embedder's vectors, cosine, its settings otherwise as they come."""

    def __init__(self, vectors: Vectors, embedder: Embedder, name: str) -> None:
        import chromadb
        from chromadb.config import Settings

        client = chromadb.EphemeralClient(Settings(anonymized_telemetry=False))
        self._collection = client.create_collection(
            name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )
        for start in range(0, len(vectors), 2_000):
            batch: Any = vectors[start : start + 2_000]
            self._collection.add(ids=[str(start + i) for i in range(len(batch))], embeddings=batch)
        self._embedder = embedder
        self._count = min(DEPTH, len(vectors))

    def search(self, query: str) -> list[int]:
        vector: Any = np.asarray(self._embedder.embed([query]), dtype=np.float32)
        found = self._collection.query(query_embeddings=vector, n_results=self._count, include=[])
        return [int(id_) for id_ in found["ids"][0]]


class Fused:
    """Plain reciprocal rank fusion of several rankings."""

    def __init__(self, *parts: Baseline) -> None:
        self._parts = parts

    def search(self, query: str) -> list[int]:
        scores: dict[int, float] = {}
        for part in self._parts:
            for rank, position in enumerate(part.search(query), 1):
                scores[position] = scores.get(position, 0.0) + 1 / (RRF_K + rank)
        return sorted(scores, key=lambda position: -scores[position])[:DEPTH]
