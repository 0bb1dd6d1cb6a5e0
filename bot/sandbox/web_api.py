"""Slack's Web API over HTTP: `/api/<method>`, the upload address and `response_url`."""

import hmac
import json
from collections import deque

from aiohttp import web

from bot.sandbox.faults import Faults
from bot.sandbox.methods import all_methods
from bot.sandbox.methods.call import Call, Refused, bad_arguments
from bot.sandbox.methods.files import UPLOAD_LIMIT
from bot.sandbox.model import Json
from bot.sandbox.response_urls import ResponseUrls
from bot.sandbox.workspace import Workspace

# method -> the scopes of which it takes one. Methods that are not listed take none, or depend on the room (see Call).
SCOPES: dict[str, tuple[str, ...]] = {
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "chat.delete": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "conversations.list": ("channels:read", "groups:read", "im:read"),
    "conversations.open": ("im:write",),
    "conversations.join": ("channels:join",),
    "users.info": ("users:read",),
    "users.list": ("users:read",),
    "users.lookupByEmail": ("users:read.email",),
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "reactions.add": ("reactions:write",),
    "reactions.remove": ("reactions:write",),
    "reactions.get": ("reactions:read",),
    "files.getUploadURLExternal": ("files:write",),
    "files.completeUploadExternal": ("files:write",),
    "files.info": ("files:read",),
    "bots.info": ("users:read",),
    "team.info": ("team:read",),
}


class WebApi:
    """Answers what slack_sdk asks, in Slack's shapes and with Slack's refusals."""

    def __init__(self, workspace: Workspace, base_url: str, token: str, faults: Faults, replies: ResponseUrls) -> None:
        self.workspace = workspace
        self.base_url = base_url
        self.revoked = False
        self.calls: deque[Json] = deque(maxlen=500)  # what the bot asked, newest last
        self._token = token
        self._faults = faults
        self._replies = replies
        self._methods = all_methods()

    def routes(self) -> list[web.RouteDef]:
        """Give the addresses the bot talks to."""
        return [
            web.route("*", "/api/{method}", self._answer),
            web.post("/upload/v1/{file}", self._receive_upload),
            web.get("/files-pri/{file}/{name}", self._give_file),
            web.post("/respond/{secret}", self._respond),
        ]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]

        async def effect() -> web.StreamResponse:
            body = await self._body(method, request)
            headers = {
                "x-slack-req-id": f"req-{len(self.calls)}",
                "x-oauth-scopes": ",".join(self.workspace.app.scopes),
                "x-accepted-oauth-scopes": ",".join(SCOPES.get(method, ())),
            }
            return web.json_response(body, headers=headers)

        return await self._faults.around(method, request, effect)

    async def _body(self, method: str, request: web.Request) -> Json:
        args: Json = {}
        body: Json = {"ok": True}
        try:
            args = await _arguments(request)
            self._authorise(method, request, args)
            if method not in self._methods:
                raise Refused("unknown_method", req_method=method)
            body |= self._methods[method](self._call(method, args))
        except Refused as refusal:
            body = {"ok": False, "error": refusal.error} | refusal.more
        if request.content_type == "application/json" and not request.charset and "warning" not in body:
            body["warning"] = "missing_charset"
            body["response_metadata"] = body.get("response_metadata", {}) | {"warnings": ["missing_charset"]}
        self.calls.append({"method": method, "args": args, "ok": body["ok"], "error": body.get("error")})
        return body

    def _call(self, method: str, args: Json) -> Call:
        accepted = SCOPES.get(method, ())
        call = Call(args, self.workspace, self.base_url)
        if accepted and not set(accepted) & set(self.workspace.app.scopes):
            call.needs(accepted[0])
        return call

    def _authorise(self, method: str, request: web.Request, args: Json) -> None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        given = given if scheme.lower() == "bearer" else str(args.pop("token", ""))
        args.pop("token", None)
        if method == "api.test":
            return
        if not given:
            raise Refused("not_authed")
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            raise Refused("invalid_auth")
        if self.revoked:
            raise Refused("token_revoked")

    async def _receive_upload(self, request: web.Request) -> web.StreamResponse:
        async def effect() -> web.StreamResponse:
            file = self.workspace.files.get(request.match_info["file"])
            if file is None or file.content:
                return web.Response(status=404, text="unknown or used upload address")
            if request.content_type.startswith("multipart/"):
                part = next(iter((await request.post()).values()), None)
                file.content = part.file.read() if isinstance(part, web.FileField) else b""
            else:
                file.content = await request.content.read(UPLOAD_LIMIT + 1)
                while len(file.content) <= UPLOAD_LIMIT and (more := await request.content.read(UPLOAD_LIMIT)):
                    file.content += more
            return web.Response(text=f"OK - {len(file.content)}")

        return await self._faults.around("upload", request, effect)

    async def _give_file(self, request: web.Request) -> web.Response:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.encode(), self._token.encode()):
            raise web.HTTPForbidden(text="a file needs the bot's token")
        file = self.workspace.files.get(request.match_info["file"].split("-")[-1])
        if file is None:
            raise web.HTTPNotFound(text="no such file")
        return web.Response(body=file.content, content_type=file.mimetype)

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        async def effect() -> web.StreamResponse:
            try:
                content = await _arguments(request)
                self._replies.use(request.match_info["secret"], content)
            except Refused as refusal:
                return web.json_response({"ok": False, "error": refusal.error} | refusal.more, status=404)
            self.calls.append({"method": "response_url", "args": content, "ok": True, "error": None})
            return web.json_response({"ok": True})

        return await self._faults.around("response_url", request, effect)


async def _arguments(request: web.Request) -> Json:
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            sent = json.loads(await request.text() or "{}")
        except ValueError:
            raise bad_arguments("[ERROR] the body is not valid JSON") from None
        if not isinstance(sent, dict):
            raise Refused("json_not_object")
        return args | sent
    return args | {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
