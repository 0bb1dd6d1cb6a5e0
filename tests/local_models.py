"""A local peer for what search may ask over the network, embeddings and reranking, with faults."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from aiohttp import web

DIMENSIONS = 32


@dataclass
class SearchPeer:
    """Embeds by the words of a text and reranks by the words that it shares with the query; `fault` spoils answers.

    A fault is "disconnect", "slow", "garbage", "short" (one judgement too few) or a status as text.
    """

    url: str = ""
    fault: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    async def embeddings(self, request: web.Request) -> web.StreamResponse:
        def answer(asked: dict[str, Any]) -> dict[str, Any]:
            rows = [
                {"object": "embedding", "index": i, "embedding": vector_of(text)}
                for i, text in enumerate(asked["input"])
            ]
            usage = {"prompt_tokens": 1, "total_tokens": 1}
            return {"object": "list", "data": rows[::-1], "model": asked["model"], "usage": usage}

        return await self._answer(request, answer, "data")

    async def rerank(self, request: web.Request) -> web.StreamResponse:
        def answer(asked: dict[str, Any]) -> dict[str, Any]:
            wanted = words_of(asked["query"])
            shared = [len(wanted & words_of(text)) / (1 + len(wanted)) for text in asked["documents"]]
            order = sorted(range(len(shared)), key=lambda i: -shared[i])[: asked["top_n"]]
            return {"id": "1", "results": [{"index": i, "relevance_score": shared[i]} for i in order]}

        return await self._answer(request, answer, "results")

    async def _answer(
        self, request: web.Request, answer: Callable[[dict[str, Any]], dict[str, Any]], items: str
    ) -> web.StreamResponse:
        asked = await request.json()
        self.requests.append(asked)
        self.keys.append(request.headers.get("Authorization", ""))
        if self.fault == "disconnect":
            assert request.transport is not None
            request.transport.abort()
        if self.fault == "slow":
            await asyncio.sleep(30)
        if self.fault == "garbage":
            return web.Response(text='{"data": "nonsense', content_type="application/json")
        if self.fault.isdigit():
            return web.json_response({"error": {"message": "no"}}, status=int(self.fault))
        said = answer(asked)
        if self.fault == "short":
            said[items] = said[items][1:]
        return web.json_response(said)


def words_of(text: str) -> set[str]:
    """The words of a text."""
    return set(re.findall(r"\w+", text.casefold()))


def vector_of(text: str) -> list[float]:
    """A vector that texts share as far as they share words; not of length 1, as some models' are not."""
    vector = np.zeros(DIMENSIONS)
    for word in words_of(text):
        vector[int(hashlib.sha256(word.encode()).hexdigest(), 16) % DIMENSIONS] += 1
    return [float(number) for number in vector]


@asynccontextmanager
async def searching_peer() -> AsyncIterator[SearchPeer]:
    """Run the peer on a free port of this machine."""
    peer = SearchPeer()
    app = web.Application()
    routes: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {
        "/v1/embeddings": peer.embeddings,
        "/v1/rerank": peer.rerank,
    }
    for path, handler in routes.items():
        app.router.add_post(path, handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    peer.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield peer
    finally:
        await runner.cleanup()
