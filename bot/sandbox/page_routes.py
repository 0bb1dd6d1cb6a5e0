"""The page, its live updates, and the pictures it shows."""

import asyncio
import json
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import PurePath

from aiohttp import web

from bot.sandbox.customers import Customers
from bot.sandbox.guard import local_only
from bot.sandbox.model import Json
from bot.sandbox.picture import whole_picture
from bot.sandbox.workspace import Unknown, Workspace

HEARTBEAT_SECONDS = 15
KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FILE_POLICY = "default-src 'none'; sandbox"


class Page:
    """Serves the page to this machine's browser and tells it when something changed."""

    def __init__(self, workspace: Workspace, customers: Customers) -> None:
        self._workspace = workspace
        self._customers = customers
        self._wakers: set[asyncio.Event] = set()
        self._closed = False
        workspace.subscribe(self._wake)

    def routes(self) -> list[web.RouteDef]:
        """Give the page's addresses."""
        return [
            web.get("/sandbox", local_only(self._index)),
            web.get("/sandbox/page/{name}", local_only(self._asset)),
            web.get("/sandbox/state", local_only(self._state)),
            web.get("/sandbox/events", local_only(self._events)),
            web.get("/sandbox/files/{file}", local_only(self._file)),
            web.get("/archives/{channel}/{message}", local_only(self._archive)),
        ]

    def close(self) -> None:
        """End every open stream, so that a server need not wait for them."""
        self._closed = True
        self._wake({})

    def _wake(self, event: Json) -> None:
        for waker in self._wakers:
            waker.set()

    async def _index(self, request: web.Request) -> web.Response:
        return _asset("index.html")

    async def _asset(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in {file.name for file in _folder().iterdir()}:
            raise web.HTTPNotFound(text="no such file")
        return _asset(name)

    async def _state(self, request: web.Request) -> web.Response:
        people = [user for user in self._workspace.users.values() if not user.is_bot]
        try:
            viewer = self._workspace.user(request.query["as"]) if request.query.get("as") else people[0]
        except (Unknown, IndexError):
            viewer = people[0] if people else self._workspace.users[self._workspace.app.user_id]
        shown = whole_picture(self._workspace, viewer)
        shown["customers"] = {"people": self._customers.people, "conversations": self._customers.listed()}
        return web.json_response(shown, headers={"Cache-Control": "no-store"})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await stream.prepare(request)
        waker = asyncio.Event()
        self._wakers.add(waker)
        try:
            while not self._closed:
                waker.clear()
                line = json.dumps({"version": self._workspace.version})
                await stream.write(f"data: {line}\n\n".encode())
                await _woken(waker)
        except ConnectionResetError:
            pass  # the browser left
        finally:
            self._wakers.discard(waker)
        return stream

    async def _file(self, request: web.Request) -> web.Response:
        file = self._workspace.files.get(request.match_info["file"])
        if file is None:
            raise web.HTTPNotFound(text="no such file")
        shown = file.mimetype in ("image/png", "image/jpeg", "image/gif", "image/webp")
        headers = {"Content-Security-Policy": FILE_POLICY, "X-Content-Type-Options": "nosniff"}
        if not shown:
            headers["Content-Disposition"] = "attachment"
        kind = file.mimetype if shown else "application/octet-stream"
        return web.Response(body=file.content, content_type=kind, headers=headers)

    async def _archive(self, request: web.Request) -> web.Response:
        place = f"#/room/{request.match_info['channel']}/{request.match_info['message']}"
        root = request.query.get("thread_ts", "")
        raise web.HTTPFound(f"/sandbox{place}" + (f"/{root}" if root.replace(".", "").isdigit() else ""))


def _folder() -> Traversable:
    return resources.files("bot.sandbox").joinpath("page")


def _asset(name: str) -> web.Response:
    content = _folder().joinpath(name).read_bytes()
    headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
    headers["Referrer-Policy"] = "no-referrer"
    return web.Response(body=content, content_type=KINDS[PurePath(name).suffix], charset="utf-8", headers=headers)


async def _woken(waker: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(waker.wait(), HEARTBEAT_SECONDS)
    except TimeoutError:
        return  # send the version again: a heartbeat
