"""The Bot Connector of the stand-in: what the bot writes, changes and looks up in conversations."""

import functools
import json
import re
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.teams.cards import faults_of
from tests.teams.faults import Faults, Handler, refused
from tests.teams.tokens import CONNECTOR_SCOPE, TENANT, Login
from tests.teams.world import CARD, Human, Message, World

Json = dict[str, Any]

LIMIT = 100 * 1024
"""Bytes of a message as UTF-16; pictures written into it do not count."""
PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=]*")


class Connector:
    """Answers like the Bot Connector does. `problems` is what a correct bot would never send."""

    def __init__(self, world: World, login: Login, faults: Faults) -> None:
        self.world = world
        self.problems: list[str] = []
        self._login = login
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        base, one = "/teams/v3/conversations", "/teams/v3/conversations/{conversation}"
        return [
            web.post(base, self._guarded("create", self.create)),
            web.post(f"{one}/activities", self._guarded("send", self.send)),
            web.post(f"{one}/activities/{{activity}}", self._guarded("send", self.send)),
            web.put(f"{one}/activities/{{activity}}", self._guarded("update", self.update)),
            web.delete(f"{one}/activities/{{activity}}", self._guarded("delete", self.delete)),
            web.get(f"{one}/members", self._guarded("members", self.members)),
            web.get(f"{one}/pagedmembers", self._guarded("members", self.paged_members)),
            web.get(f"{one}/members/{{member}}", self._guarded("member", self.member)),
            web.get("/teams/v3/teams/{team}", self._guarded("team", self.team)),
            web.get("/teams/v3/teams/{team}/conversations", self._guarded("channels", self.channels)),
        ]

    def _guarded(self, kind: str, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            if not self._login.knows(request.headers.get("Authorization", ""), CONNECTOR_SCOPE):
                return refused(401, "Unauthorized", "Authorization has been denied for this request.")
            conversation = request.match_info.get("conversation", "").partition(";")[0]
            return await self._faults.around(kind, conversation, request, functools.partial(_json_of, handler))

        return guarded

    # -- messages -------------------------------------------------------------------------------------------------

    async def send(self, request: web.Request) -> web.Response:
        """A message into a channel, a thread (";messageid=" or a reply) or a chat."""
        sent: Json = await request.json()
        conversation, _, root = request.match_info["conversation"].partition(";messageid=")
        answered = self.world.messages.get(request.match_info.get("activity", ""))
        root = root or (answered.root if answered is not None else "")
        return self._take(sent, conversation, root, targeted=request.query.get("isTargetedActivity") == "true")

    def _take(self, sent: Json, conversation: str, root: str, *, targeted: bool = False) -> web.Response:
        if (problem := self._barred(conversation, root)) is not None:
            return problem
        only_for: Human | None = None
        if targeted:
            only_for = self.world.human(str((sent.get("recipient") or {}).get("id") or ""))
            if only_for is None or conversation in self.world.chats:
                return refused(400, "Bad argument", "A targeted message names its recipient, in a shared conversation.")
            if only_for not in (self.world.members(conversation) or ()):
                return refused(403, "BotNotInConversationRoster", "The recipient is not in the conversation.")
        if sent.get("type") == "typing":
            return web.json_response({}, status=201)
        if (problem := self._unfit(sent)) is not None:
            return problem
        if conversation in self.world.chats:
            root = ""
        message = self.world.write(conversation, None, root, only_for=only_for, **_content(sent))
        return web.json_response({"id": message.id}, status=201)

    async def update(self, request: web.Request) -> web.Response:
        sent: Json = await request.json()
        message = self._own(request)
        if message is None:
            return refused(404, "ActivityNotFoundInConversation", "There is no such message.")
        if (problem := self._barred(message.conversation)) is not None:
            return problem
        if message.only_for is not None and sent.get("recipient"):
            return refused(400, "Bad argument", "A targeted message is updated without its recipient.")
        if (problem := self._unfit(sent)) is not None:
            return problem
        content = _content(sent)
        message.text, message.card = content.get("text", ""), content.get("card")
        message.edited, message.versions = datetime.now(UTC), message.versions + 1
        return web.json_response({"id": message.id})

    async def delete(self, request: web.Request) -> web.Response:
        message = self._own(request)
        if message is None:
            return refused(404, "ActivityNotFoundInConversation", "There is no such message.")
        message.deleted = True
        return web.Response(status=200)

    def _own(self, request: web.Request) -> Message | None:
        message = self.world.messages.get(request.match_info["activity"])
        conversation = request.match_info["conversation"].partition(";")[0]
        if message is None or message.deleted or message.author is not None or message.conversation != conversation:
            return None
        return message

    def _barred(self, conversation: str, root: str = "") -> web.Response | None:
        if self.world.members(conversation) is None:
            return refused(404, "ConversationNotFound", "Conversation not found.")
        if not self.world.has_bot(conversation):
            return refused(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
        thread = self.world.messages.get(root)
        if root and (thread is None or thread.conversation != conversation):
            return refused(404, "ConversationNotFound", "There is no such thread.")
        return None

    def _unfit(self, sent: Json) -> web.Response | None:
        """What Teams does not take, and what it would take but show badly, which is a problem of its own."""
        size = 2 * len(PICTURE.sub("", json.dumps(sent, ensure_ascii=False)))
        if size > LIMIT:
            return refused(413, "MessageSizeTooBig", f"Message size too large: {size} bytes.")
        attachments = sent.get("attachments") or []
        if sent.get("type") != "message" or not (sent.get("text") or attachments):
            return refused(400, "BadSyntax", "An activity without content, or of no known type.")
        if sent.get("text") and attachments:
            self.problems.append("text and a card in one activity: Teams splits them, and the id is lost")
        for attachment in attachments:
            content = attachment.get("content")
            faults = faults_of(content) if attachment.get("contentType") == CARD and isinstance(content, dict) else []
            if attachment.get("contentType") != CARD:
                faults = [f"an attachment of the type {attachment.get('contentType')}"]
            if faults:
                self.problems += faults
                return refused(400, "BadSyntax", "; ".join(faults))
        return None

    # -- conversations --------------------------------------------------------------------------------------------

    async def create(self, request: web.Request) -> web.Response:
        """A chat with one person, or a new thread in a channel."""
        asked: Json = await request.json()
        about: Json = asked.get("channelData") or {}
        if asked.get("isGroup"):
            conversation = str((about.get("channel") or {}).get("id") or "")
            answer = self._take(asked.get("activity") or {}, conversation, "")
            if answer.status != 201:
                return answer
            made = json.loads(answer.text or "{}")["id"]
            return web.json_response({"id": f"{conversation};messageid={made}", "activityId": made}, status=201)
        tenant = asked.get("tenantId") or (about.get("tenant") or {}).get("id")
        if tenant != TENANT or len(asked.get("members") or ()) != 1:
            return refused(400, "BadSyntax", "A chat is with one member of a tenant that is named.")
        human = self.world.human(str(asked["members"][0].get("id") or ""))
        if human is None or human.tenant != TENANT:
            return refused(403, "Forbidden", "The user was not found in the tenant.")
        if not human.licensed:
            return refused(403, "NotEnoughPermissions", "The user has no licence for Teams.")
        if human.handle not in self.world.installed:
            return refused(403, "BotNotInstalledForUser", "The bot is not installed in the user's personal scope.")
        return web.json_response({"id": self.world.chat(human)}, status=201)

    async def members(self, request: web.Request) -> web.Response:
        found = self.world.members(request.match_info["conversation"].partition(";")[0])
        if found is None:
            return refused(404, "ConversationNotFound", "Conversation not found.")
        return web.json_response([human.member() for human in found])

    async def paged_members(self, request: web.Request) -> web.Response:
        found = self.world.members(request.match_info["conversation"].partition(";")[0])
        if found is None:
            return refused(404, "ConversationNotFound", "Conversation not found.")
        begin = int(request.query.get("continuationToken") or 0)
        size = min(500, max(1, int(request.query.get("pageSize") or 200)))
        page: Json = {"members": [human.member() for human in found[begin : begin + size]]}
        if begin + size < len(found):
            page["continuationToken"] = str(begin + size)
        return web.json_response(page)

    async def member(self, request: web.Request) -> web.Response:
        found = self.world.members(request.match_info["conversation"].partition(";")[0])
        if found is None:
            return refused(404, "ConversationNotFound", "Conversation not found.")
        human = self.world.human(request.match_info["member"])
        if human is None or human not in found:
            return refused(404, "MemberNotFoundInConversation", "The member is not in the conversation.")
        return web.json_response(human.member())

    async def team(self, request: web.Request) -> web.Response:
        team = next((one for one in self.world.teams.values() if one.id == request.match_info["team"]), None)
        if team is None:
            return refused(404, "NotFound", "There is no such team.")
        if not team.installed:
            return refused(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
        counts = {"channelCount": len(team.channels), "memberCount": len(team.everybody())}
        about = {"id": team.id, "name": team.name, "aadGroupId": team.group, "tenantId": TENANT, "type": "standard"}
        return web.json_response(about | counts)

    async def channels(self, request: web.Request) -> web.Response:
        team = next((one for one in self.world.teams.values() if one.id == request.match_info["team"]), None)
        if team is None or not team.installed:
            return refused(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
        named = [
            {"id": one.id, "name": None if one.name == "General" else one.name, "type": one.kind}
            for one in team.channels.values()
        ]
        return web.json_response({"conversations": named})


async def _json_of(handler: Handler, request: web.Request) -> web.StreamResponse:
    try:
        return await handler(request)
    except (ValueError, AttributeError, TypeError) as problem:
        return refused(400, "BadSyntax", f"The body is not as it should be: {problem}")


def _content(sent: Json) -> Json:
    cards = [one["content"] for one in sent.get("attachments") or () if one.get("contentType") == CARD]
    return {"text": str(sent.get("text") or "")} | ({"card": cards[0]} if cards else {})
