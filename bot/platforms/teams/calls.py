"""Calls to Microsoft's services: patient where waiting helps, and refusals as sentences that say what to do."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

import aiohttp

from bot.platforms.patience import Lost, NotYet, Patience, Refused
from bot.platforms.teams.tokens import Tokens

Json = dict[str, Any]

log = logging.getLogger(__name__)

MOST = 16 * 1024 * 1024  # bytes of an answer
LATER = (412, 429)  # nothing was done: others were changing the same thing, or we are too fast
Sentence = Callable[[int, str], str]


def path_of(*ids: str) -> str:
    """Give a path of just these parts: ids come with what people do, so that none may lead to another address.

    Raises Refused for one that no path can hold.
    """
    if not all(one.strip(".") for one in ids):  # "" and "..", whichever way they are written
        raise Refused("What was asked for has no address.", error="404")
    return "/".join(quote(one, safe=":@;=") for one in ids)


class Calls:
    """Calls one service with tokens of one scope. `sentence` says what a refusal, by status and code, means.

    How long one answer may take is the session's to say.
    """

    def __init__(
        self, session: aiohttp.ClientSession, tokens: Tokens, scope: str, *, service: str, sentence: Sentence,
        patiently: Patience | None = None,
    ) -> None:  # fmt: skip
        self.patiently = patiently or Patience()
        self._session = session
        self._tokens = tokens
        self._scope = scope
        self._service = service
        self._sentence = sentence

    async def call(
        self,
        method: str,
        url: str,
        body: Json | None = None,
        *,
        tenant: str = "",
        query: Mapping[str, str] | None = None,
    ) -> Json:
        """Call until the service answers. Raises Refused for good, and Unavailable when patience ends."""
        return await self.patiently(lambda: self.once(method, url, body, tenant=tenant, query=query))

    async def once(
        self,
        method: str,
        url: str,
        body: Json | None = None,
        *,
        tenant: str = "",
        query: Mapping[str, str] | None = None,
        turn: Callable[[], Awaitable[None]] | None = None,
    ) -> Json:
        """Call once, when it is our turn, with a new token where the first one was refused.

        Raises Refused, NotYet (nothing was done) or Lost (it may have been done).
        """
        for again in (True, False):
            token = await self._tokens.token(self._scope, tenant)
            if turn is not None:
                await turn()
            status, headers, answer = await self._answered(method, url, body, token, query)
            if status == 401 and token:
                self._tokens.forget(token)
                if again:
                    continue
            break
        if 200 <= status < 300:
            return self._read(answer)
        raise self._refusal(status, headers, answer)

    async def _answered(
        self, method: str, url: str, body: Json | None, token: str, query: Mapping[str, str] | None
    ) -> tuple[int, Mapping[str, str], bytes]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            async with self._session.request(
                method, url, json=body, params=query, headers=headers, allow_redirects=False
            ) as answer:
                read = bytearray()
                async for chunk in answer.content.iter_any():
                    read += chunk
                    if len(read) > MOST:
                        raise Lost(f"{self._service} answered more than can be read.")
                return answer.status, answer.headers, bytes(read)
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as problem:
            raise NotYet(f"{self._service} cannot be reached.") from problem
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise Lost(f"{self._service} did not answer.") from problem

    def _read(self, answer: bytes) -> Json:
        if not answer.strip():
            return {}
        try:
            read = json.loads(answer)
        except (ValueError, RecursionError):
            read = None
        if isinstance(read, list):
            return {"value": read}
        if not isinstance(read, dict):
            raise Lost(f"{self._service} answered what cannot be read.")
        return read

    def _refusal(self, status: int, headers: Mapping[str, str], answer: bytes) -> Refused | NotYet | Lost:
        code, details = _error(answer)
        if status in LATER:
            return NotYet(f"{self._service} asks us to slow down.", retry_after=_retry_after(headers))
        if status >= 500 or status == 408:
            return Lost(f"{self._service} did not complete the request ({code or status}).")
        if status < 400:
            return Refused(f"{self._service} sent us elsewhere ({status}): not followed.", error="Redirected")
        log.info("%s refused: %s %s %.300s", self._service, status, code, details)
        return Refused(self._sentence(status, code), error=code or str(status), details=details)


def _error(answer: bytes) -> tuple[str, str]:
    """The code and the words of a refusal, in the few shapes that they come in."""
    try:
        read = json.loads(answer)
    except (ValueError, RecursionError):
        return "", ""
    error = read.get("error", read) if isinstance(read, dict) else read
    if not isinstance(error, dict):
        return str(error)[:100], ""
    return str(error.get("code") or "")[:100], str(error.get("message") or "")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    try:
        return max(0.0, float(headers.get("Retry-After", "")))
    except ValueError:
        return None
