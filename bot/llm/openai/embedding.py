"""Embeddings by OpenAI or any endpoint that speaks its embeddings API."""

import asyncio
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.domain.errors import Unavailable
from bot.domain.text.masking import masked
from bot.llm.openai.calling import Endpoint, Variables

BATCH = 96
"""Texts of one request; the API takes at most 2,048, and compatible servers often fewer."""
LONGEST_TEXT = 8_000
"""Characters of a text that are sent: the models read about 8,000 tokens, and no script has more tokens than
characters."""
_VARIABLES = Variables(
    key="RATCHET_SEARCH_EMBEDDER_KEY", address="RATCHET_SEARCH_EMBEDDER_URL", model="RATCHET_SEARCH_EMBEDDER_MODEL"
)


class OpenAIEmbedder:
    """Embeds texts over the network; call it in a thread. Each request answers in `deadline_seconds`, retries included.

    Raises Unavailable where the endpoint does not answer or answers something else. `dimensions` is what the model
    gives, and 0 before its first answer. A text without words is not sent; its vector is 0. Placeholders are sent for
    what is personal by its form.
    """

    def __init__(
        self,
        *,
        api_key: str,
        model: str,
        base_url: str = "",
        deadline_seconds: float = 10.0,
        max_retries: int = 2,
    ) -> None:
        self.name = f"openai-{model}"
        self.dimensions = 0
        self._api_key = api_key or "none"  # servers of one's own often want no key, and the SDK wants one
        self._model = model
        self._base_url = base_url
        self._deadline = deadline_seconds
        self._retries = max_retries

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed into a float32 array of shape (len(texts), dimensions), rows of length 1, or 0 without words."""
        clipped = [masked(text, LONGEST_TEXT).encode("utf-8", "replace").decode() for text in texts]
        worded = [i for i, text in enumerate(clipped) if any(c.isalnum() for c in text)]
        rows = asyncio.run(self._rows([clipped[i] for i in worded])) if worded else []
        if rows:
            self.dimensions = len(rows[0])
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for i, row in zip(worded, rows, strict=True):
            length = float(np.linalg.norm(row))
            vectors[i] = np.divide(row, length) if length else 0.0
        return vectors

    async def _rows(self, texts: Sequence[str]) -> list[list[float]]:
        endpoint = Endpoint(
            self._api_key,
            self._model,
            base_url=self._base_url,
            deadline_seconds=self._deadline,
            max_retries=self._retries,
            variables=_VARIABLES,
        )
        try:
            rows: list[list[float]] = []
            for start in range(0, len(texts), BATCH):
                rows += await self._batch(endpoint, texts[start : start + BATCH])
        finally:
            await endpoint.close()
        if len({len(row) for row in rows}) != 1:
            raise Unavailable("The embedder's answer could not be read.")
        return rows

    async def _batch(self, endpoint: Endpoint, texts: Sequence[str]) -> list[list[float]]:
        """Ask for a batch; the answer's own numbering says which vector is whose."""

        async def ask() -> list[list[float]]:
            answer = await endpoint.client.embeddings.create(
                model=self._model, input=list(texts), encoding_format="float"
            )
            rows = {item.index: [float(number) for number in item.embedding] for item in answer.data}
            if rows.keys() != set(range(len(texts))) or not all(map(all, (map(np.isfinite, r) for r in rows.values()))):
                raise ValueError("not a vector for each text")
            return [rows[i] for i in range(len(texts))]

        return await endpoint.in_time(ask)
