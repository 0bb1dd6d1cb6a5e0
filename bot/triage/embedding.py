"""What triage reads with; no text is embedded twice, which makes learning from new labels a matter of seconds."""

import contextlib
import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.ports import Embedder
from knowledge.embeddings.side_by_side import SideBySide

_KEPT = 20_000
_LONGER_THAN_UNIT = 1.01  # squared, and more than rounding makes of a length of 1


class RememberingEmbedder:
    """Embeds with another embedder and remembers the last texts.

    Remembering takes about 3 kB a text and keeps a digest of it, never its words. Safe to use from several threads.
    """

    def __init__(self, embedder: Embedder, *, kept: int = _KEPT) -> None:
        self._embedder = embedder
        self._kept = kept
        self._lock = threading.Lock()
        self._known: OrderedDict[bytes, Any] = OrderedDict()
        self.name = embedder.name
        self.dimensions = embedder.dimensions

    def embed(self, texts: Sequence[str]) -> Any:
        """Embed into a float32 array of shape (len(texts), dimensions); only texts that are new cost anything."""
        keys = [hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for text in texts]
        with self._lock:
            found = {key: self._known[key] for key in keys if key in self._known}
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if new:
            rows = np.asarray(self._embedder.embed(list(new.values())), dtype=np.float32)
            found.update(zip(new, rows, strict=True))
            self._remember(new.keys(), found)
        return np.stack([found[key] for key in keys]) if keys else np.zeros((0, self.dimensions), dtype=np.float32)

    def recall(self, file: Path) -> None:
        """Remember what `keep` wrote there, if the same embedder wrote it; a file that is none is passed by."""
        with contextlib.suppress(Exception):  # whatever is wrong with the file: it only saves some seconds
            with file.open("rb") as opened, np.load(opened, allow_pickle=False) as kept:
                name, keys, rows = str(kept["name"]), kept["keys"], kept["rows"]
            if name == self.name and rows.shape == (len(keys), self.dimensions) and _are_vectors(rows):
                self._remember(
                    [key.tobytes() for key in keys], {k.tobytes(): row for k, row in zip(keys, rows, strict=True)}
                )

    def keep(self, file: Path) -> None:
        """Write what is remembered, so that another start need not embed it; where nothing can be written, do without.

        The file has digests and vectors, no words. It is replaced in one step, so that no reader sees half of it.
        """
        with self._lock:
            known = dict(self._known)
        if not known:
            return
        keys = np.frombuffer(b"".join(known), dtype=np.uint8).reshape(len(known), -1)
        partial = file.with_name(f"{file.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as opened:
                np.savez(opened, name=self.name, keys=keys, rows=np.stack(list(known.values())))
            partial.replace(file)

    def _remember(self, keys: Any, found: dict[bytes, Any]) -> None:
        with self._lock:
            for key in keys:
                self._known[key] = found[key]
                self._known.move_to_end(key)
            while len(self._known) > self._kept:
                self._known.popitem(last=False)


def _are_vectors(rows: Any) -> bool:
    """Tell whether the rows are what an embedder gives: one that is not a number would spoil every judgement."""
    return rows.dtype == np.float32 and bool((np.square(rows, dtype=np.float64).sum(axis=1) < _LONGER_THAN_UNIT).all())


def question_embedder(meanings: Embedder, words: Embedder) -> RememberingEmbedder:
    """What triage reads with: the meaning above all, its words as well (better than either alone, bench-intent)."""
    return RememberingEmbedder(SideBySide(meanings, words, shares=(0.7, 0.3)))
