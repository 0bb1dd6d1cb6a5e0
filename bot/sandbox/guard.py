"""Who may use the page and the control API: this machine's own browser and programs, nobody else.

Without it any website could, through the visitor's browser, press buttons in a running sandbox (DNS rebinding,
cross-site requests).
"""

import ipaddress
from collections.abc import Awaitable, Callable

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def local_only(handler: Handler) -> Handler:
    """Refuse with 403 what did not come from this machine's own page or from a program on it."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        reason = _refusal(request)
        if reason:
            return web.json_response({"error": reason}, status=403)
        return await handler(request)

    return guarded


def _refusal(request: web.Request) -> str:
    if not _is_loopback(request.url.host or ""):
        return "The sandbox answers only under a loopback address, such as http://127.0.0.1."
    origin = request.headers.get("Origin")
    if origin is not None and origin != str(request.url.origin()):
        return "The sandbox does not take requests from other sites."
    following_a_link = request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate"
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none") and not following_a_link:
        return "The sandbox does not take requests from other sites."
    return ""


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
