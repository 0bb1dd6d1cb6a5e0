"""Several embedders as one: their vectors side by side, so that likeness is the mean of their opinions."""

from collections.abc import Sequence

import numpy as np

from bot.ports import Embedder
from knowledge.embeddings import Vectors, unit


class SideBySide:
    """Embeds with each embedder; the likeness of two texts is the mean of what the embedders think it is.

    Two that err differently are better than either: one that reads a sentence (and only its first 256 tokens), and one
    that weighs all the words of a long story. Costs what they cost together.
    """

    def __init__(self, *embedders: Embedder) -> None:
        self._embedders = embedders
        self.name = "+".join(embedder.name for embedder in embedders)
        self.dimensions = sum(embedder.dimensions for embedder in embedders)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed into a float32 array of shape (len(texts), dimensions), rows of length 1, or 0 without words."""
        vectors = [np.asarray(embedder.embed(texts), dtype=np.float32) for embedder in self._embedders]
        return unit(np.concatenate(vectors, axis=1))
