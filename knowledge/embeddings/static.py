"""Static word embeddings that come inside a package: light and quick, and blind to the order of words."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.embeddings import Vectors, unit

LONGEST_TEXT = 20_000
"""Characters of a text that count; a mean over more words than this says nothing more."""

BATCH = 32
_LOADING = threading.Lock()


class StaticEmbedder:
    """Embeds texts as the mean of their words' vectors; the same text always gives the same vector.

    The first use loads the model: 0.3 s and 60 MB, once for all embedders of a process. Then about 0.2 ms a short
    query and 0.3 ms a passage. `name` carries the package's version, because another version may place words elsewhere.
    """

    dimensions = 256

    def __init__(self) -> None:
        self.name = f"wordllama-{version('wordllama')}-{self.dimensions}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed into a float32 array of shape (len(texts), 256), rows of length 1, or 0 for a text without words."""
        clipped = [text[:LONGEST_TEXT].encode("utf-8", "replace").decode() for text in texts]  # no half surrogates
        worded = [i for i, text in enumerate(clipped) if any(c.isalnum() for c in text)]
        by_length = sorted(worded, key=lambda i: len(clipped[i]))  # a batch is padded to its longest text
        vectors = np.zeros((len(clipped), self.dimensions), dtype=np.float32)
        if not worded:
            return vectors
        with _LOADING:
            model = loaded()
        for start in range(0, len(by_length), BATCH):
            batch = by_length[start : start + BATCH]
            vectors[batch] = model.embed([clipped[i] for i in batch], norm=False)
        return unit(vectors)


@cache
def loaded() -> Any:
    """Load the weights that lie inside the package; the usual call would look for them on the network."""
    with _root_logger_untouched():
        import wordllama  # 0.3 s
    home = Path(wordllama.__file__).parent
    return wordllama.WordLlama.load(cache_dir=home, disable_download=True)


@contextmanager
def _root_logger_untouched() -> Iterator[None]:
    """Undo the `logging.basicConfig` that wordllama runs when it is imported."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
