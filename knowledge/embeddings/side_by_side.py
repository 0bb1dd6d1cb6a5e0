"""Several embedders as one: their vectors side by side, so that likeness is the mean of their opinions."""

import math
from collections.abc import Sequence

import numpy as np

from bot.ports import Embedder
from knowledge.embeddings import Vectors, unit


class SideBySide:
    """Embeds with each embedder; the likeness of two texts is the mean of what the embedders think it is.

    Two that err differently are better than either: one that reads a sentence (and only its first 256 tokens), and one
    that weighs all the words of a long story. `shares` say how much each one's opinion counts; without, all count the
    same. Costs what they cost together.
    """

    def __init__(self, *embedders: Embedder, shares: Sequence[float] = ()) -> None:
        self._embedders = embedders
        self._scales = [math.sqrt(share) for share in shares] or [1.0] * len(embedders)
        names = [embedder.name for embedder in embedders]
        weighed = [f"{share:g} {name}" for share, name in zip(shares, names, strict=True)] if shares else names
        self.name = "+".join(weighed)
        self.dimensions = sum(embedder.dimensions for embedder in embedders)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed into a float32 array of shape (len(texts), dimensions), rows of length 1, or 0 without words."""
        parts = [
            np.asarray(embedder.embed(texts), dtype=np.float32) * scale
            for embedder, scale in zip(self._embedders, self._scales, strict=True)
        ]
        return unit(np.concatenate(parts, axis=1))
