"""Embedders that remember: no text is read twice, which makes learning from new labels a matter of seconds."""

import contextlib
import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.ports import Embedder, TokenEmbedder

_KEPT = 20_000
_KEPT_TOKENS = 4_000
_STEPS = 127  # of a token's vector, which is kept as whole numbers: a quarter of the memory, and nothing is lost by it
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
        keys = [_digest(text) for text in texts]
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
            _keep_newest(self._known, keys, found, self._kept)


class RememberingTokenEmbedder(RememberingEmbedder):
    """A `RememberingEmbedder` that remembers the tokens of the last texts too: about 13 kB a sentence."""

    def __init__(self, embedder: TokenEmbedder, *, kept: int = _KEPT, kept_tokens: int = _KEPT_TOKENS) -> None:
        super().__init__(embedder, kept=kept)
        self._reader = embedder
        self._kept_tokens = kept_tokens
        self._tokens: OrderedDict[bytes, Any] = OrderedDict()

    def embed_tokens(self, texts: Sequence[str]) -> tuple[Any, list[Any]]:
        """Embed the texts, and the tokens of each: float32 of (tokens, dimensions), to a hundredth of length 1."""
        keys = [_digest(text) for text in texts]
        with self._lock:
            found = {key: self._tokens[key] for key in keys if key in self._tokens}
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if new:
            vectors, tokens = self._reader.embed_tokens(list(new.values()))
            found.update(zip(new, (np.rint(each * _STEPS).astype(np.int8) for each in tokens), strict=True))
            self._remember(new.keys(), dict(zip(new, np.asarray(vectors, dtype=np.float32), strict=True)))
        with self._lock:
            _keep_newest(self._tokens, keys, found, self._kept_tokens)
        return self.embed(texts), [found[key].astype(np.float32) / _STEPS for key in keys]


def _keep_newest(kept: OrderedDict[bytes, Any], keys: Iterable[bytes], found: Mapping[bytes, Any], most: int) -> None:
    """Put these last, and forget what was not asked for longest."""
    for key in keys:
        kept[key] = found[key]
        kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _are_vectors(rows: Any) -> bool:
    """Tell whether the rows are what an embedder gives: one that is not a number would spoil every judgement."""
    return rows.dtype == np.float32 and bool((np.square(rows, dtype=np.float64).sum(axis=1) < _LONGER_THAN_UNIT).all())
