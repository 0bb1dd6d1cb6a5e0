"""Posting JSON to what wakes people: refused for good, or worth another try."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import aiohttp

from bot.domain.errors import DeliveryFailed, Misconfigured

_PASSING = frozenset({408, 425, 429})
_LONGEST_WAIT = 3600.0
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class Door:
    """The connections to one address."""

    def __init__(self, url: str, *, setting: str, timeout_seconds: float) -> None:
        """Raises Misconfigured, naming the setting, for an address that others could read on the way."""
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        if parts.scheme != "https" and not (parts.scheme == "http" and self._host in _LOCAL):
            raise Misconfigured(f"{setting} must be an https:// address: what is posted there wakes people.")
        self._url, self._timeout = url, timeout_seconds
        self._session: aiohttp.ClientSession | None = None

    async def post(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Return once the other side has taken it. Raises DeliveryFailed, for good where it refuses it."""
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self._timeout)
            self._session = aiohttp.ClientSession(timeout=timeout, auto_decompress=False)
        told = {"content-type": "application/json", **headers}
        try:
            async with self._session.post(self._url, data=body, headers=told, allow_redirects=False) as answer:
                self._judge(answer.status, answer.headers.get("Retry-After", ""))
        except TimeoutError as error:
            raise DeliveryFailed(f"{self._host} did not answer in {self._timeout:.0f} s.", permanent=False) from error
        except aiohttp.ClientError as error:
            raise DeliveryFailed(f"{self._host} cannot be reached.", permanent=False) from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _judge(self, status: int, retry_after: str) -> None:
        if 200 <= status < 300:
            return
        if status in _PASSING or status >= 500:
            wait = min(float(retry_after), _LONGEST_WAIT) if retry_after.isdecimal() else None
            raise DeliveryFailed(f"{self._host} answered {status}.", permanent=False, retry_after=wait)
        raise DeliveryFailed(f"{self._host} refused it (HTTP {status}).", permanent=True)
