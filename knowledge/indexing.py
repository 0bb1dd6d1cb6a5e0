"""Revisions made searchable: cut into passages, embedded and stored, some at a time."""

import asyncio
from collections.abc import Callable, Sequence

import numpy as np

from bot.domain.article import Revision
from bot.ports import Articles, Embedder, StoredPassage
from knowledge.passages import searchable, split

BATCH = 64
"""Articles that are embedded and stored together."""

Progress = Callable[[int, int, str], None]
"""Called with how many are done, of how many, and the name of the one at hand."""


async def store(
    articles: Articles, revisions: Sequence[Revision], embedder: Embedder, tell: Progress, batch: int = BATCH
) -> None:
    """Cut, embed and store revisions, replacing the passages that they had; what is done stays done.

    Raises Unavailable where the embedder does not answer.
    """
    for start in range(0, len(revisions), batch):
        group = revisions[start : start + batch]
        await articles.add_many(await asyncio.to_thread(indexed, group, embedder))
        tell(start + len(group), len(revisions), group[-1].slug)


def indexed(revisions: Sequence[Revision], embedder: Embedder) -> list[tuple[Revision, tuple[StoredPassage, ...]]]:
    """Cut the revisions into passages and embed them all in one go."""
    cut = [split(revision) for revision in revisions]
    vectors = embedder.embed([searchable(passage) for passages in cut for passage in passages])
    rows = iter(np.asarray(vectors, dtype=np.float32))
    return [
        (
            revision,
            tuple(
                StoredPassage(passage, ordinal, embedder.name, next(rows).tobytes())
                for ordinal, passage in enumerate(passages)
            ),
        )
        for revision, passages in zip(revisions, cut, strict=True)
    ]


def outdated(stored: Sequence[StoredPassage], embedder: str) -> frozenset[str]:
    """Name the articles whose passages another embedder made."""
    return frozenset(item.passage.slug for item in stored if item.embedder != embedder)


def silent(done: int, total: int, name: str) -> None:
    """Report to nobody."""
