"""The keys that Microsoft signs its deliveries with, as its OpenID document publishes them."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

import aiohttp
import jwt

from bot.domain.errors import Unauthenticated, Unavailable

log = logging.getLogger(__name__)

CHANNEL = "msteams"
FRESH = 12 * 3600.0  # seconds; Microsoft asks for a look at least once a day
LOOK_AGAIN = 300.0  # seconds between two looks for a key that is not there
WAIT = aiohttp.ClientTimeout(total=4)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key, and the channels that it may sign for."""

    public_key: Any
    endorsements: tuple[str, ...]


class SigningKeys:
    """Gives keys by their ids, from memory.

    Only the first delivery, or one signed by a key that was never seen, waits for a look at the published keys; what is
    older than half a day is renewed beside the work. Deliveries that need the same look share it.
    """

    def __init__(self, openid_url: str, *, now: Callable[[], float] = monotonic) -> None:
        self._url = openid_url
        self._now = now
        self._keys: Mapping[str, SigningKey] = {}
        self._looked: float | None = None
        self._look: asyncio.Task[None] | None = None

    async def get(self, key_id: str | None) -> SigningKey:
        """Raises Unauthenticated for a key not published, or not for Teams; Unavailable where none can be read."""
        age = None if self._looked is None else self._now() - self._looked
        if age is None or (key_id not in self._keys and age > LOOK_AGAIN):
            await asyncio.shield(self._looking())
        elif age > FRESH:
            self._looking()
        key = self._keys.get(key_id) if isinstance(key_id, str) else None
        if key is None:
            raise Unauthenticated("The token is signed by a key that Microsoft does not publish.")
        if CHANNEL not in key.endorsements:
            raise Unauthenticated("The token is signed by a key that is not for Microsoft Teams.")
        return key

    async def close(self) -> None:
        """Stop looking."""
        if self._look is not None and not self._look.done():
            self._look.cancel()
            await asyncio.wait({self._look})

    def _looking(self) -> "asyncio.Task[None]":
        if self._look is None or self._look.done():
            self._look = asyncio.ensure_future(self._read())
            self._look.add_done_callback(_noted)
        return self._look

    async def _read(self) -> None:
        try:
            async with aiohttp.ClientSession(timeout=WAIT, raise_for_status=True) as session:
                document = await _json(session, self._url)
                published = await _json(session, str(document["jwks_uri"]))
            self._keys = {str(one["kid"]): _key(one) for one in published["keys"] if one.get("kty") == "RSA"}
        except (
            aiohttp.ClientError,
            TimeoutError,
            ValueError,
            LookupError,
            TypeError,
            AttributeError,
            jwt.PyJWTError,
        ) as e:
            log.warning("The keys at %s cannot be read: %s", self._url, e or type(e).__name__)
            raise Unavailable("The keys that Microsoft signs with cannot be read now.", retry_after=5) from e
        self._looked = self._now()


async def _json(session: aiohttp.ClientSession, url: str) -> Any:
    async with session.get(url) as answer:
        return await answer.json(content_type=None)


def _key(published: Mapping[str, Any]) -> SigningKey:
    endorsed = published.get("endorsements") or ()
    return SigningKey(jwt.PyJWK.from_dict(dict(published), algorithm="RS256").key, tuple(str(one) for one in endorsed))


def _noted(look: "asyncio.Task[None]") -> None:
    """A failure is in the log, and told to whoever waits; the keys at hand stay good."""
    if not look.cancelled():
        look.exception()
