"""Nearest passages by meaning: exact where that is quick, by a Chroma graph where the knowledge is large.

Several processes on one Chroma directory corrupt it without a word, so nothing is shared on disk: each process builds
its own collection from the vectors that SQL keeps, and SQL stays the only source of truth.
"""

import threading
import uuid
import weakref
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from knowledge.embeddings import Vectors

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

EXACT = 50_000
"""Passages that are compared one by one, whichever of them are allowed: 2 ms for 10,000, 11 ms for these.

Above that the graph is quicker (4 ms against 22 at 100,000) and finds 98.6 to 99.8 % of what is nearest; but it takes
169 ms where only a hundredth is allowed, so a small allowed part of a large knowledge is still compared one by one. It
takes 43 s of a core to build for 100,000, in every process, which a smaller knowledge need not wait for.
"""
ADD_BATCH = 2_000

_starting = threading.Lock()


def top(scores: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Give the places of the `count` highest scores, best first; ties in reading order."""
    places = np.arange(len(scores))
    if len(scores) > 4 * count:  # sorting all of a large knowledge would take longer than scoring it
        places = np.flatnonzero(scores >= np.partition(scores, -count)[-count])
    return places[np.argsort(-scores[places], kind="stable")[:count]]


class VectorIndex:
    """Finds the passages nearest to a vector, by cosine, among those that are allowed.

    Among up to `exact` allowed passages the answer is exact. Above that a graph finds candidates, which are compared
    exactly; where too few of them are allowed, all are compared after all. Safe to use from several threads.
    """

    def __init__(self, vectors: Vectors, exact: int = EXACT) -> None:
        self._vectors = vectors
        self._exact = exact
        self._present = vectors.any(axis=1)  # a zero vector is near nothing
        self._graph = _Graph(vectors, np.flatnonzero(self._present)) if self._present.sum() > exact else None

    def nearest(self, vector: Vectors, count: int, allowed: NDArray[np.bool_]) -> list[tuple[int, float]]:
        """Find up to `count` allowed positions, nearest first, with their cosine similarity from -1 to 1."""
        allowed = allowed & self._present
        permitted = int(allowed.sum())
        if not permitted or count < 1 or not vector.any():
            return []
        positions = self._candidates(vector, count, allowed, permitted)
        every = len(positions) == permitted
        likeness = (self._vectors @ vector)[positions] if every else self.likeness(vector, positions)
        return [(int(positions[i]), float(likeness[i])) for i in top(likeness, count)]

    def likeness(self, vector: Vectors, positions: NDArray[np.intp]) -> Vectors:
        """Tell the cosine similarity of the passages at these positions; 0 for one without words."""
        return self._vectors[positions] @ vector

    def _candidates(self, vector: Vectors, count: int, allowed: NDArray[np.bool_], permitted: int) -> NDArray[np.intp]:
        """The allowed positions that are worth comparing: those near in the graph, or all of them."""
        if self._graph is not None and permitted > self._exact:
            near = self._graph.near(vector, 2 * count * len(allowed) // permitted)
            near = near[allowed[near]]
            if len(near) >= count:
                return near
        return np.flatnonzero(allowed)


class _Graph:
    """A Chroma collection (HNSW) of the vectors; 0.4 s for 1,000 to build, 4 ms a query at 100,000.

    All in-memory Chroma clients of a process share one system, so each has a collection of its own with a unique name,
    and takes it away when nobody holds it any more.
    """

    def __init__(self, vectors: Vectors, positions: NDArray[np.intp]) -> None:
        client = _client()
        name = f"knowledge-{uuid.uuid4().hex}"
        self._collection = client.create_collection(
            name,
            embedding_function=None,  # and never `query_texts`: it would download a model
            configuration={"hnsw": {"space": "cosine", "ef_search": 400}},
        )
        weakref.finalize(self, client.delete_collection, name).atexit = False
        self._size = len(positions)
        for start in range(0, len(positions), ADD_BATCH):
            batch = positions[start : start + ADD_BATCH]
            self._collection.add(ids=[str(i) for i in batch], embeddings=cast("Any", vectors[batch]))

    def near(self, vector: Vectors, count: int) -> NDArray[np.intp]:
        """Find about the nearest positions, in no promised order."""
        found = self._collection.query(
            query_embeddings=cast("Any", vector.reshape(1, -1)), n_results=min(count, self._size), include=[]
        )
        return np.array([int(id_) for id_ in found["ids"][0]], dtype=np.intp)


def _client() -> "ClientAPI":
    """Open the process's in-memory Chroma. One at a time: two first clients at once would start two systems."""
    import chromadb  # 1.2 s
    from chromadb.config import Settings

    with _starting:
        return chromadb.EphemeralClient(Settings(_env_file=None, anonymized_telemetry=False, is_persistent=False))
