"""The HTTP door: what is asked at which address, and what an error is called there."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from bot.domain.errors import Conflict, NotAllowed, NotFound, RatchetError, Rejected, Unauthenticated, Unavailable

log = logging.getLogger(__name__)

LIMIT = 1024 * 1024
"""The most bytes a request of a customer's system may have."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Receive = Callable[[str, Mapping[str, str], bytes], Awaitable[str]]
Ready = Callable[[], Awaitable[None]]

STATUS: dict[type[RatchetError], int] = {
    Unauthenticated: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    Unavailable: 503,
}


def create_server(
    *,
    receive: Receive,
    ready: Ready,
    openapi: Mapping[str, object],
    doors: Mapping[str, Handler] | None = None,
    more: list[web.RouteDef] | None = None,
) -> web.Application:
    """Make the server. `receive` takes a surface's request, `ready` raises when a part we depend on is away.

    `doors` answer what platforms deliver, by address.
    """

    async def surface(request: web.Request) -> web.StreamResponse:
        body = await read_body(request, LIMIT)
        identity = await receive(request.match_info["name"], request.headers, body)
        return web.json_response({"escalation": identity}, status=202)

    async def live(_: web.Request) -> web.StreamResponse:
        return web.json_response({"status": "ok"})

    async def readiness(_: web.Request) -> web.StreamResponse:
        async with asyncio.timeout(5):
            await ready()
        return web.json_response({"status": "ready"})

    async def describe(_: web.Request) -> web.StreamResponse:
        return web.json_response(openapi)

    application = web.Application(middlewares=[errors_as_sentences], client_max_size=4 * LIMIT)
    application.router.add_post("/surfaces/{name}", surface)
    application.router.add_get("/healthz", live)
    application.router.add_get("/readyz", readiness)
    application.router.add_get("/openapi.json", describe)
    for path, door in (doors or {}).items():
        application.router.add_post(path, door)
    application.add_routes(more or [])
    return application


async def read_body(request: web.Request, limit: int) -> bytes:
    """Read the body. Raises HTTPRequestEntityTooLarge as soon as it is clear that it is over `limit` bytes."""
    if (request.content_length or 0) > limit:
        raise web.HTTPRequestEntityTooLarge(max_size=limit, actual_size=request.content_length or 0)
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise web.HTTPRequestEntityTooLarge(max_size=limit, actual_size=len(body))
    return bytes(body)


@web.middleware
async def errors_as_sentences(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every error as {"error": sentence}; what nobody planned for is logged and told without its text."""
    try:
        return await handler(request)
    except web.HTTPRequestEntityTooLarge:
        return _problem(413, f"The body is larger than {LIMIT} bytes.")
    except web.HTTPException as problem:
        if problem.status < 400 or request.path.startswith("/sandbox"):
            raise
        return _problem(problem.status, problem.reason)
    except Rejected as problem:
        return _problem(422 if problem.field else 400, str(problem), field=problem.field)
    except RatchetError as problem:
        status = next((code for kind, code in STATUS.items() if isinstance(problem, kind)), 500)
        return _problem(status, str(problem))
    except TimeoutError:
        return _problem(503, "A part that Ratchet depends on does not answer.")
    except (ConnectionError, asyncio.CancelledError):
        raise
    except Exception:  # the boundary of a request: the log gets the fault, the caller a sentence
        log.exception("%s %s failed.", request.method, request.path)
        return _problem(500, "Something went wrong here; it is in the log.")


def _problem(status: int, sentence: str, *, field: str | None = None) -> web.Response:
    content = {"error": sentence} | ({"field": field} if field else {})
    headers = {"Retry-After": "5"} if status == 503 else None
    return web.Response(text=json.dumps(content), status=status, content_type="application/json", headers=headers)
