"""The tokens that the app shows to Microsoft's services: client credentials (RFC 6749, section 4.4)."""

import asyncio
import logging
from collections.abc import Callable
from time import monotonic
from typing import Any
from urllib.parse import quote

import aiohttp

from bot.platforms.patience import NotYet, Refused
from bot.settings.edges import Teams

Json = dict[str, Any]

log = logging.getLogger(__name__)

CONNECTOR = "https://api.botframework.com/.default"
GRAPH = "https://graph.microsoft.com/.default"
EARLY = 300.0  # seconds before its end that a token is replaced
WAIT = aiohttp.ClientTimeout(total=10)
WRONG_APP = (
    "Microsoft does not know the app or its secret ({error}): check RATCHET_TEAMS_APP_ID and "
    "RATCHET_TEAMS_APP_PASSWORD, and RATCHET_TEAMS_TENANTS, whose first must be the app's own."
)


class Tokens:
    """Gives tokens of one app, from memory as long as they are good. Whoever needs the same one waits for it together.

    In local mode, without an app id, every token is empty.
    """

    def __init__(
        self, session: aiohttp.ClientSession, settings: Teams, *, now: Callable[[], float] = monotonic
    ) -> None:
        self._session = session
        self._settings = settings
        self._now = now
        self._kept: dict[tuple[str, str], tuple[str, float]] = {}
        self._asking: dict[tuple[str, str], asyncio.Task[str]] = {}

    async def token(self, scope: str, tenant: str = "") -> str:
        """Give a token of this scope for a tenant, by default the app's own. Raises Refused or NotYet."""
        if not self._settings.app_id:
            return ""
        wanted = scope, tenant or next(iter(self._settings.tenants), "botframework.com")
        token, end = self._kept.get(wanted, ("", 0.0))
        if token and self._now() < end:
            return token
        if wanted not in self._asking:
            task = self._asking[wanted] = asyncio.ensure_future(self._ask(*wanted))
            task.add_done_callback(lambda _: self._asking.pop(wanted, None))
        return await asyncio.shield(self._asking[wanted])

    def forget(self, token: str) -> None:
        """Do not give this token again: it was refused."""
        self._kept = {wanted: kept for wanted, kept in self._kept.items() if kept[0] != token}

    async def close(self) -> None:
        """Leave nothing running."""
        asking = list(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    async def _ask(self, scope: str, tenant: str) -> str:
        secret = self._settings.app_password.get_secret_value()
        form = {"grant_type": "client_credentials", "client_id": self._settings.app_id, "client_secret": secret}
        url = f"{self._settings.login_url.rstrip('/')}/{quote(tenant, safe='')}/oauth2/v2.0/token"
        try:
            sent = self._session.post(url, data=form | {"scope": scope}, allow_redirects=False, timeout=WAIT)
            async with sent as answer:
                status, body = answer.status, await answer.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as problem:
            raise NotYet("Microsoft's login server does not answer.") from problem
        body = body if isinstance(body, dict) else {}
        token, seconds = body.get("access_token"), body.get("expires_in")
        if status == 200 and isinstance(token, str) and token and isinstance(seconds, int | float | str):
            self._kept[scope, tenant] = token, self._now() + _lifetime(seconds)
            return token
        error = str(body.get("error") or status)
        log.error("The login server gave no token for %s: %s %.300s", scope, error, body.get("error_description") or "")
        if 400 <= status < 429:
            raise Refused(WRONG_APP.format(error=error), error=error)
        raise NotYet("Microsoft's login server gives no tokens now.")


def _lifetime(seconds: float | str) -> float:
    """How long to use a token: until five minutes before its end, or half its time where that is shorter."""
    try:
        whole = max(0.0, float(seconds))
    except ValueError:
        whole = 0.0
    return max(whole - EARLY, whole / 2)
