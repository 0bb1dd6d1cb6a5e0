"""Finds new topics: conversations that fit no intent, gathered into clusters that a team can name.

How near two conversations must be to be about the same, the known intents tell: the distance at which clustering their
examples gives those intents back best. So the grain of new topics is that of the team's own taxonomy.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import numpy as np

from bot.domain.intents import FEWEST
from bot.ports import Embedder, FoundTopic, KnownIntent

MOST = 3_000
"""Conversations that are clustered at once, the newest: their distances take 36 MB."""

_DIRECTIONS = 60  # principal directions kept: what sets these texts apart, without what all texts share
_DISTANCES = np.linspace(0.2, 1.1, 46)  # cosine distances that are tried
_GUESS = 0.75  # the distance where the known intents are too few to tell one
_FEWEST_LABELS = 3


class EmbeddedTopics:
    """Finds topics by what the texts mean."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    async def find(self, texts: Sequence[str], known: Sequence[KnownIntent]) -> tuple[FoundTopic, ...]:
        examples = [(text, intent.name) for intent in known for text in intent.examples]
        return tuple(await asyncio.to_thread(topics, texts, examples, self._embedder))


def topics(
    texts: Sequence[str], known: Sequence[tuple[str, str]], embedder: Embedder, *, least: int = FEWEST
) -> list[FoundTopic]:
    """Cluster the texts, largest topic first; `known` are examples with their intents. What is alone is in no topic.

    Average linkage over cosine distances (Sokal & Michener 1958). Only the last `MOST` texts are looked at.
    """
    first = max(0, len(texts) - MOST)
    asked = np.asarray(embedder.embed(texts[first:]), dtype=np.float32)
    if len(asked) < max(2, least):
        return []
    taught = np.asarray(embedder.embed([text for text, _ in known]), dtype=np.float32).reshape(-1, asked.shape[1])
    labels = np.array([label for _, label in known])
    turned = _directions(np.concatenate([asked, taught]))
    found, examples = turned[: len(asked)], turned[len(asked) :]
    clusters = _clustered(found, _distance(examples, labels))
    middles = {label: _unit(taught[labels == label].mean(axis=0)) for label in dict.fromkeys(labels.tolist())}
    made = [
        _topic(np.flatnonzero(clusters == number), asked, middles, first)
        for number, size in enumerate(np.bincount(clusters))
        if size >= least
    ]
    return sorted(made, key=lambda topic: (-len(topic.members), topic.members))


def _topic(members: Any, vectors: Any, middles: dict[str, Any], first: int) -> FoundTopic:
    middle = _unit(vectors[members].mean(axis=0))
    alike = vectors[members] @ middle
    likenesses = {label: float(middle @ own) for label, own in middles.items()}
    nearest = max(likenesses, key=lambda label: likenesses[label], default="")
    order = members[np.argsort(-alike, kind="stable")]
    return FoundTopic(
        tuple(int(first + i) for i in order),
        nearest,
        round(likenesses.get(nearest, 0.0), 3),
        round(float(alike.mean()), 3),
    )


def _distance(examples: Any, labels: Any) -> float:
    """The distance at which clustering the examples comes nearest to their labels, by the adjusted Rand index."""
    if len(set(labels.tolist())) < _FEWEST_LABELS:
        return _GUESS
    tree = _tree(examples)
    scores = [_adjusted_rand(_cut(tree, distance), labels) for distance in _DISTANCES]
    return float(_DISTANCES[int(np.argmax(scores))])


def _clustered(rows: Any, distance: float) -> Any:
    return _cut(_tree(rows), distance)


def _tree(rows: Any) -> Any:
    from scipy.cluster.hierarchy import linkage  # 0.3 s
    from scipy.spatial.distance import squareform

    apart = np.clip(1 - rows @ rows.T, 0.0, 2.0).astype(np.float64)
    np.fill_diagonal(apart, 0.0)
    return linkage(squareform(apart, checks=False), method="average")


def _cut(tree: Any, distance: float) -> Any:
    """The number of each row's cluster, from 0."""
    from scipy.cluster.hierarchy import fcluster

    return fcluster(tree, distance, criterion="distance") - 1


def _directions(rows: Any) -> Any:
    """The rows in their principal directions, of length 1; a row of zeros is like no other."""
    centred = rows - rows.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    return _unit(centred @ directions[:_DIRECTIONS].T)


def _unit(rows: Any) -> Any:
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9)


def _adjusted_rand(clusters: Any, labels: Any) -> float:
    """Agreement of two partitions beyond chance (Hubert & Arabie 1985)."""
    numbers = np.unique(labels, return_inverse=True)[1]
    table = np.zeros((clusters.max() + 1, numbers.max() + 1))
    np.add.at(table, (clusters, numbers), 1)
    pairs, rows, columns = (float((n * (n - 1) / 2).sum()) for n in (table, table.sum(axis=1), table.sum(axis=0)))
    every = len(labels) * (len(labels) - 1) / 2
    expected, most = rows * columns / every, (rows + columns) / 2
    return (pairs - expected) / (most - expected) if most != expected else 1.0
