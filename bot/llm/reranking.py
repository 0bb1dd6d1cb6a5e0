"""Passages judged by a reranking endpoint: the `/rerank` call that Cohere, Jina, vLLM and Infinity answer alike."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.answer import Passage
from bot.domain.errors import Unavailable
from bot.domain.text.masking import masked

LONGEST_QUERY = 2_000
LONGEST_PASSAGE = 4_000
"""Characters that are sent; rerankers read some 500 to 8,000 tokens of query and passage together."""


class EndpointReranker:
    """Asks an endpoint how well each passage answers the query, in `deadline_seconds` or not at all.

    In the query placeholders stand for what is personal by its form. `url` is the whole address of the call, with its
    `/rerank`. `model` may stay empty for a server that has only one.
    """

    def __init__(self, url: str, *, api_key: str = "", model: str = "", deadline_seconds: float = 5.0) -> None:
        self.name = model or "reranker"
        self._url = url
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._model = model
        self._deadline = deadline_seconds

    async def rerank(self, query: str, passages: Sequence[Passage]) -> Sequence[float]:
        """Give each passage a score, higher is better. Raises Unavailable where it cannot."""
        if not passages:
            return ()
        documents = [_sendable(f"{passage.name}\n{passage.text}", LONGEST_PASSAGE) for passage in passages]
        body = {
            "query": _sendable(masked(query, LONGEST_QUERY), LONGEST_QUERY),
            "documents": documents,
            "top_n": len(documents),
        }
        answer = await self._answer({**body, "model": self._model} if self._model else body)
        try:
            found = {int(item["index"]): float(item["relevance_score"]) for item in answer["results"]}
        except (KeyError, TypeError, ValueError):
            raise Unavailable("The reranker's answer could not be read.") from None
        if found.keys() != set(range(len(passages))) or not all(map(math.isfinite, found.values())):
            raise Unavailable("The reranker did not judge every passage.")
        return [found[i] for i in range(len(passages))]

    async def _answer(self, body: Mapping[str, Any]) -> Any:
        import aiohttp  # 0.3 s

        try:
            async with (
                asyncio.timeout(self._deadline),
                aiohttp.ClientSession(headers=self._headers) as session,
                session.post(self._url, json=body) as response,
            ):
                if response.status in {401, 403}:
                    raise Unavailable("The reranker refused our key; check RATCHET_SEARCH_RERANKER_KEY.")
                if response.status != 200:
                    raise Unavailable(f"The reranker answered with status {response.status}.")
                return await response.json(content_type=None)
        except TimeoutError:
            raise Unavailable(f"The reranker did not answer in {self._deadline:g} s.") from None
        except (aiohttp.ClientError, OSError):
            raise Unavailable("The reranker cannot be reached; check RATCHET_SEARCH_RERANKER_URL.") from None
        except ValueError:
            raise Unavailable("The reranker's answer could not be read.") from None


def _sendable(text: str, longest: int) -> str:
    return text[:longest].encode("utf-8", "replace").decode()  # no half surrogates
