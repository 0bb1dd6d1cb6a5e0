"""Microsoft Graph of the stand-in: threads and teams, as resource-specific consent opens them to an app."""

from typing import Any

from aiohttp import web

from tests.teams.faults import Faults, Handler
from tests.teams.tokens import GRAPH_SCOPE, TENANT, Login
from tests.teams.world import Human, Team, World, graph_message

Json = dict[str, Any]


class Graph:
    """Answers for teams that the app is installed in; for all others it has no consent."""

    def __init__(self, world: World, login: Login, faults: Faults, base: str) -> None:
        self._world = world
        self._login = login
        self._faults = faults
        self._base = base

    def routes(self) -> list[web.RouteDef]:
        team = "/graph/v1.0/teams/{group}"
        messages = f"{team}/channels/{{channel}}/messages"
        return [
            web.get(team, self._guarded(self.team)),
            web.get(f"{team}/members", self._guarded(self.members)),
            web.get(f"{team}/channels", self._guarded(self.channels)),
            web.get(f"{team}/channels/{{channel}}", self._guarded(self.channel)),
            web.get(f"{team}/channels/{{channel}}/members", self._guarded(self.channel_members)),
            web.get(messages, self._guarded(self.roots)),
            web.get(f"{messages}/{{root}}", self._guarded(self.message)),
            web.get(f"{messages}/{{root}}/replies", self._guarded(self.replies)),
            web.get(f"{messages}/{{root}}/replies/{{reply}}", self._guarded(self.message)),
        ]

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            if not self._login.knows(request.headers.get("Authorization", ""), GRAPH_SCOPE):
                return _refused(401, "InvalidAuthenticationToken", "Access token is empty or invalid.")
            team = self._team(request)
            if team is None:
                return _refused(404, "NotFound", "No team found with this group id.")
            if not team.installed:
                return _refused(403, "Forbidden", "Missing role permissions on the request.")
            return await self._faults.around("graph", request.match_info["group"], request, handler)

        return guarded

    async def team(self, request: web.Request) -> web.Response:
        team = self._found(request)
        return web.json_response({"id": team.group, "displayName": team.name, "internalId": team.id})

    async def members(self, request: web.Request) -> web.Response:
        team = self._found(request)
        listed = [_member(one, "owner") for one in team.owners]
        listed += [_member(one, "guest" if one.guest else "") for one in team.members]
        return self._page(request, listed)

    async def channels(self, request: web.Request) -> web.Response:
        team = self._found(request)
        return self._page(request, [_channel(one.id, one.name, one.kind) for one in team.channels.values()])

    async def channel(self, request: web.Request) -> web.Response:
        found = self._world.channel(request.match_info["channel"])
        if found is None:
            return _refused(404, "NotFound", "Channel not found.")
        return web.json_response(_channel(found[1].id, found[1].name, found[1].kind))

    async def channel_members(self, request: web.Request) -> web.Response:
        team = self._found(request)
        found = self._world.members(request.match_info["channel"]) or []
        listed = [_member(one, "owner" if one in team.owners else "guest" if one.guest else "") for one in found]
        return self._page(request, listed)

    async def roots(self, request: web.Request) -> web.Response:
        channel = request.match_info["channel"]
        begun = [one for one in self._world.messages.values() if one.conversation == channel and one.root == one.id]
        listed = [graph_message(self._world, one) for one in reversed(begun) if one.only_for is None]
        return self._page(request, listed)

    async def message(self, request: web.Request) -> web.Response:
        message = self._world.messages.get(request.match_info.get("reply") or request.match_info["root"])
        if message is None or message.conversation != request.match_info["channel"]:
            return _refused(404, "NotFound", "Message not found.")
        return web.json_response(graph_message(self._world, message))

    async def replies(self, request: web.Request) -> web.Response:
        """The answers in a thread, newest first, as Graph gives them."""
        root = self._world.messages.get(request.match_info["root"])
        if root is None or root.conversation != request.match_info["channel"]:
            return _refused(404, "NotFound", "Message not found.")
        others = [one for one in self._world.messages.values() if one.root == root.id and one.id != root.id]
        listed = [graph_message(self._world, one) for one in reversed(others) if one.only_for is None]
        return self._page(request, listed)

    def _page(self, request: web.Request, listed: list[Json]) -> web.Response:
        size = min(50, int(request.query.get("$top") or 20))
        begin = int(request.query.get("$skiptoken") or 0)
        page: Json = {"@odata.count": len(listed), "value": listed[begin : begin + size]}
        if begin + size < len(listed):
            page["@odata.nextLink"] = f"{self._base}{request.path}?$top={size}&$skiptoken={begin + size}"
        return web.json_response(page)

    def _team(self, request: web.Request) -> Team | None:
        group = request.match_info["group"]
        return next((one for one in self._world.teams.values() if one.group == group), None)

    def _found(self, request: web.Request) -> Team:
        team = self._team(request)
        if team is None:
            raise web.HTTPNotFound
        return team


def _member(human: Human, role: str) -> Json:
    kind = {"@odata.type": "#microsoft.graph.aadUserConversationMember", "id": f"member-{human.id}"}
    who = {"userId": human.id, "displayName": human.name, "email": human.email, "tenantId": human.tenant}
    return kind | who | {"roles": [role] if role else [], "visibleHistoryStartDateTime": "0001-01-01T00:00:00Z"}


def _channel(identity: str, name: str, kind: str) -> Json:
    return {"id": identity, "displayName": name, "membershipType": kind, "tenantId": TENANT}


def _refused(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message, "innerError": {}}}, status=status)
