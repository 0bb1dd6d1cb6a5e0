"""A client of the sandbox's control API: what drives a sandbox in another process, or from a test, by gestures."""

from typing import Any

import aiohttp

Json = dict[str, Any]


class Remote:
    """Sends gestures to the sandbox at `url` and reads what it shows. Raises Refusal with the sandbox's sentence."""

    def __init__(self, url: str) -> None:
        self._url = f"{url.rstrip('/')}/sandbox/control"
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Remote":
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def do(self, gesture: str, **asked: Any) -> Json:
        """Do something that changes the sandbox: POST /sandbox/control/<gesture>; `as_` stands for `as`."""
        return await self._ask("POST", gesture, json=_named(asked))

    async def read(self, what: str, **asked: Any) -> Json:
        """Read what the sandbox shows: GET /sandbox/control/<what>."""
        return await self._ask("GET", what, params=_named(asked))

    async def _ask(self, verb: str, path: str, **how: Any) -> Json:
        if self._session is None:
            raise RuntimeError("use it as an async context")
        async with self._session.request(verb, f"{self._url}/{path}", **how) as answer:
            body: Json = await answer.json()
        if not body.get("ok"):
            raise Refusal(str(body.get("error", body)))
        return body


class Refusal(Exception):
    """The sandbox could not do it; the text says why and what could be done instead."""


def _named(asked: Json) -> Json:
    return {name.rstrip("_"): value for name, value in asked.items()}
