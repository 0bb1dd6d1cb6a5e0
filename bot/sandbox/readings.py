"""The part of the control API that looks, waits, plans faults and furnishes."""

import asyncio
from datetime import timedelta

from bot.sandbox import seed
from bot.sandbox.bench import Bench, Endpoint, required
from bot.sandbox.model import Json, Message
from bot.sandbox.picture import message_shown, room_shown, view_shown
from bot.sandbox.workspace import Unknown

POLL_SECONDS = 0.01


class Readings:
    """Each method answers one question, or prepares what comes next."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._workspace = bench.workspace

    def endpoints(self) -> list[Endpoint]:
        """Describe and bind every reading and preparation."""
        fault = {"method": "chat.postMessage", "status": 429, "retry_after": 1, "times": 2}
        wrote = {"conversation": "chat_1", "text": "Where is my refund?", "customer": {"id": "cust_1", "name": "Dana"}}
        sent = {"id": "msg_1", "body": {"type": "conversation.outcome", "data": {}}}
        return [
            Endpoint("GET", "rooms", self.rooms),
            Endpoint("GET", "messages", self.messages, {"room": "#support", "thread": "1.000001"}),
            Endpoint("GET", "ephemerals", self.ephemerals, {"as": "ana"}),
            Endpoint("GET", "forms", self.forms, {"as": "ana"}),
            Endpoint("GET", "home", self.home, {"as": "ana"}),
            Endpoint("GET", "files", self.files),
            Endpoint("GET", "people", self.people),
            Endpoint("GET", "deliveries", self.deliveries),
            Endpoint("GET", "calls", self.calls, {"method": "chat.postMessage"}),
            Endpoint("POST", "wait", self.wait, {"seconds": 5, "quiet": 0.2}),
            Endpoint("POST", "rooms", self.add_room, {"name": "billing", "members": ["ana"]}),
            Endpoint("POST", "people", self.add_person, {"name": "ana", "real_name": "Ana Ruiz"}),
            Endpoint("POST", "groups", self.add_group, {"handle": "leads", "users": ["ana"]}),
            Endpoint("POST", "app", self.app, {"scopes": ["chat:write"], "revoked": False, "processing": 1.5}),
            Endpoint("POST", "verify", self.verify),
            Endpoint("GET", "faults", self.faults),
            Endpoint("POST", "faults", self.plan_fault, fault),
            Endpoint("POST", "faults/clear", self.clear_faults),
            Endpoint("GET", "customers", self.customers),
            Endpoint("POST", "customers/write", self.customer_writes, wrote),
            Endpoint("POST", "customers/send", self.customer_sends, sent),
        ]  # fmt: skip

    async def rooms(self, asked: Json) -> Json:
        """Every room."""
        return {"rooms": [room_shown(self._workspace, channel) for channel in self._workspace.channels.values()]}

    async def messages(self, asked: Json) -> Json:
        """What a room shows; with thread, that thread."""
        return {"messages": [message_shown(self._workspace, message) for message in self._listed(asked)]}

    async def ephemerals(self, asked: Json) -> Json:
        """What only this person sees."""
        actor = self._bench.actor(asked)
        mine = [message for message in self._workspace.ephemerals if message.visible_to == actor.id]
        return {"messages": [message_shown(self._workspace, message) for message in mine]}

    async def forms(self, asked: Json) -> Json:
        """The person's open forms, the top one last."""
        stack = self._workspace.views.stacks.get(self._bench.actor(asked).id, [])
        return {"forms": [view_shown(self._workspace, view) for view in stack]}

    async def home(self, asked: Json) -> Json:
        """The person's Home tab."""
        home = self._workspace.views.homes.get(self._bench.actor(asked).id)
        return {"home": view_shown(self._workspace, home) if home else None}

    async def files(self, asked: Json) -> Json:
        """Every file."""
        team = self._workspace.team.id
        shapes = [
            file.as_slack(self._bench.web_api.base_url, team) | {"shares": file.shares}
            for file in self._workspace.files.values()
        ]
        return {"files": shapes}

    async def people(self, asked: Json) -> Json:
        """Everybody, and the user groups."""
        groups = [group.as_slack(self._workspace.team.id) for group in self._workspace.groups.values()]
        return {"people": [user.as_slack() for user in self._workspace.users.values()], "groups": groups}

    async def deliveries(self, asked: Json) -> Json:
        """What was sent to the bot, attempt by attempt."""
        return {"deliveries": list(self._bench.transport.log), "idle": self._bench.transport.idle}

    async def calls(self, asked: Json) -> Json:
        """What the bot asked of the Web API."""
        wanted = asked.get("method")
        return {"calls": [call for call in self._bench.web_api.calls if wanted in (None, call["method"])]}

    async def wait(self, asked: Json) -> Json:
        """Wait until every delivery is acknowledged and, with quiet, nothing changed for so many seconds;

        with contains and room (and thread), until that text shows; at most for `seconds`.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + float(asked.get("seconds", 5))
        quiet, seen, since = float(asked.get("quiet", 0)), -1, loop.time()
        while loop.time() < deadline:
            if self._workspace.version != seen:
                seen, since = self._workspace.version, loop.time()
            if self._arrived(asked, loop.time() - since >= quiet):
                return {"waited": True, "version": self._workspace.version}
            await asyncio.sleep(POLL_SECONDS)
        hoped = f"{asked['contains']!r} to show" if asked.get("contains") else "quiet"
        raise Unknown(f"Waited {asked.get('seconds', 5)} s for {hoped}, in vain.")

    async def add_room(self, asked: Json) -> Json:
        """Open a room (keys as in seed)."""
        required(asked, "name")
        return {"room": room_shown(self._workspace, seed.add_channel(self._workspace, asked))}

    async def add_person(self, asked: Json) -> Json:
        """Add a person (keys as in seed)."""
        required(asked, "name")
        return {"person": seed.add_user(self._workspace, asked).as_slack()}

    async def add_group(self, asked: Json) -> Json:
        """Add a user group (keys as in seed)."""
        required(asked, "handle")
        return {"group": seed.add_group(self._workspace, asked).as_slack(self._workspace.team.id)}

    async def app(self, asked: Json) -> Json:
        """Change what the app was granted: scopes, bot_events, commands, shortcuts, revoked;

        and for how many seconds Slack looks an upload through before blocks can show it: processing.
        """
        app = self._workspace.app
        for name in ("scopes", "bot_events", "commands", "shortcuts"):
            if name in asked:
                setattr(app, name, asked[name])
        self._bench.web_api.revoked = bool(asked.get("revoked", self._bench.web_api.revoked))
        if "processing" in asked:
            self._workspace.processing = timedelta(seconds=float(asked["processing"]))
        self._workspace.announce({})
        return {"scopes": app.scopes, "bot_events": app.bot_events, "revoked": self._bench.web_api.revoked}

    async def verify(self, asked: Json) -> Json:
        """Send the request-URL challenge."""
        return {"verified": await self._bench.deliveries.verify_url()}

    async def faults(self, asked: Json) -> Json:
        """The planned faults."""
        return {"faults": self._bench.faults.listed()}

    async def plan_fault(self, asked: Json) -> Json:
        """Plan a fault of a Web API method, response_url, upload or customers.replies."""
        required(asked, "method")
        try:
            self._bench.faults.plan(asked)
        except TypeError as problem:
            raise Unknown(f"A fault has no such key: {problem}.") from None
        return {"faults": self._bench.faults.listed()}

    async def clear_faults(self, asked: Json) -> Json:
        """Forget the planned faults."""
        self._bench.faults.clear()
        return {"faults": []}

    async def customers(self, asked: Json) -> Json:
        """Every customer conversation, with what was delivered."""
        return {"conversations": self._bench.customers.listed()}

    async def customer_writes(self, asked: Json) -> Json:
        """Let a customer write in the web chat; the same message_id again is a redelivery."""
        conversation, text = required(asked, "conversation"), required(asked, "text")
        customer, message_id = asked.get("customer") or {"id": conversation}, str(asked.get("message_id", ""))
        answer = await self._bench.customers.write(conversation, text, customer, message_id)
        return answer.told() | {"body": answer.content()}

    async def customer_sends(self, asked: Json) -> Json:
        """Send any JSON as a signed webhook; the same id again is a redelivery."""
        body = asked.get("body")
        if not isinstance(body, dict):
            raise Unknown("The request needs 'body', a JSON object.")
        answer = await self._bench.customers.send(body, required(asked, "id"))
        return answer.told() | {"body": answer.content()}

    def _arrived(self, asked: Json, is_quiet: bool) -> bool:
        wanted = asked.get("contains")
        if wanted:
            return any(str(wanted) in str(message_shown(self._workspace, found)) for found in self._listed(asked))
        return self._bench.transport.idle and is_quiet

    def _listed(self, asked: Json) -> list[Message]:
        channel = self._bench.room(asked)
        if asked.get("thread"):
            root = self._workspace.message(channel, str(asked["thread"]))
            return [root, *root.replies]
        return self._workspace.main_list(channel)
