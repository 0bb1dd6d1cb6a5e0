"""What people do with the bot's buttons, forms, menus and commands, told to the bot the way Slack tells it."""

from bot.sandbox import elements
from bot.sandbox.forms import Forms
from bot.sandbox.model import Channel, Json, Message, User, View
from bot.sandbox.response_urls import ResponseUrl, ResponseUrls
from bot.sandbox.transport import Answer, Transport
from bot.sandbox.workspace import Unknown, Workspace


class NotPossible(Exception):
    """Slack would not let a person do this; the text says why."""


class Interactions:
    """Every gesture is sent at once and answered with how the bot acknowledged it."""

    def __init__(self, workspace: Workspace, transport: Transport, replies: ResponseUrls) -> None:
        self.forms = Forms(workspace, transport)
        self._workspace = workspace
        self._transport = transport
        self._replies = replies
        self._held: dict[tuple[str, str, str], dict[str, dict[str, Json]]] = {}  # inputs in messages, per person

    def message_seen_by(self, user: User, channel: Channel, ts: str) -> Message:
        """Find a message this person can see, also one only for them."""
        for whisper in self._workspace.ephemerals:
            if whisper.ts == ts and whisper.visible_to == user.id:
                return whisper
        return self._workspace.message(channel, ts)

    async def press_in_message(self, user: User, message: Message, wanted: Json) -> Answer:
        """Press a button, or choose in a menu, of a message."""
        element = elements.find(
            message.blocks, wanted["action"], block_id=wanted.get("block", ""), value=wanted.get("value", "")
        )
        key = (message.channel, message.ts, user.id)
        state = self._held.setdefault(key, elements.initial_values(message.blocks))
        action = self.forms.action(element, wanted, state)
        channel = self._workspace.channels[message.channel]
        whisper = message.visible_to is not None
        container = {"type": "message", "message_ts": message.ts, "channel_id": channel.id, "is_ephemeral": whisper}
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        payload = self.forms.payload("block_actions", user) | {
            "container": container, "channel": _named(channel), "state": {"values": state}, "actions": [action],
            "trigger_id": self._workspace.views.trigger(user.id),
            "response_url": self._replies.give(channel, user.id, message),
        }  # fmt: skip
        if not whisper:
            payload["message"] = message.as_slack(self._workspace.team.id)
        return await self._transport.interaction(payload)

    async def press_in_view(self, user: User, view: View, wanted: Json) -> Answer:
        """Press a button, or choose in a menu, of a form or of Home."""
        self.forms.fill(view, wanted.get("values") or {})
        element = elements.find(
            view.blocks, wanted["action"], block_id=wanted.get("block", ""), value=wanted.get("value", ""),
            where="Home" if view.body["type"] == "home" else "that form",
        )  # fmt: skip
        action = self.forms.action(element, wanted, view.values)
        payload = self.forms.payload("block_actions", user) | {
            "container": {"type": "view", "view_id": view.id}, "view": self.forms.shape(view), "actions": [action],
            "trigger_id": self._workspace.views.trigger(user.id, view.id),
        }  # fmt: skip
        return await self._transport.interaction(payload)

    async def options(self, user: User, blocks: list[Json], action: str, typed: str) -> list[Json]:
        """Ask the bot what an external select offers for the letters typed so far."""
        element = elements.find(blocks, action)
        payload = self.forms.payload("block_suggestion", user) | {
            "action_id": element["action_id"], "block_id": element["block_id"], "value": typed,
        }  # fmt: skip
        answer = await self._transport.interaction(payload)
        offered = answer.content().get("options", [])
        return offered if isinstance(offered, list) else []

    async def message_shortcut(self, user: User, message: Message, callback_id: str) -> Answer:
        """Choose one of the app's entries in a message's own menu."""
        self._must_offer(callback_id, "message")
        channel = self._workspace.channels[message.channel]
        payload = self.forms.payload("message_action", user) | {
            "callback_id": callback_id, "trigger_id": self._workspace.views.trigger(user.id),
            "channel": _named(channel), "message_ts": message.ts, "action_ts": self._workspace.next_ts(),
            "message": message.as_slack(self._workspace.team.id),
            "response_url": self._replies.give(channel, user.id, message),
        }  # fmt: skip
        return await self._transport.interaction(payload)

    async def global_shortcut(self, user: User, callback_id: str) -> Answer:
        """Choose one of the app's shortcuts that belong to no message."""
        self._must_offer(callback_id, "global")
        payload = self.forms.payload("shortcut", user) | {
            "callback_id": callback_id, "trigger_id": self._workspace.views.trigger(user.id),
            "action_ts": self._workspace.next_ts(),
        }  # fmt: skip
        return await self._transport.interaction(payload)

    async def command(self, user: User, channel: Channel, typed: str, *, in_thread: bool = False) -> Answer:
        """Run a slash command. Its acknowledgement is shown to this person; Slack knows no commands in threads."""
        command, _, text = typed.strip().partition(" ")
        offered = [entry["command"] for entry in self._workspace.app.commands]
        if offered and command not in offered:
            raise NotPossible(f"{command} is not a valid command; there are: {', '.join(offered)}.")
        if in_thread:
            raise NotPossible(f"{command} is not supported in threads. Sorry!")
        team = self._workspace.team
        place = {"im": "directmessage", "group": "privategroup"}.get(channel.kind, channel.name)
        answer = await self._transport.command({
            "token": "sandbox", "team_id": team.id, "team_domain": team.domain, "channel_id": channel.id,
            "channel_name": place, "user_id": user.id, "user_name": user.name, "command": command,
            "text": text.strip(), "api_app_id": self._workspace.app.id, "is_enterprise_install": "false",
            "response_url": self._replies.give(channel, user.id), "trigger_id": self._workspace.views.trigger(user.id),
        })  # fmt: skip
        self._show_acknowledgement(answer, ResponseUrl(channel, user.id, self._workspace.clock()), command)
        return answer

    def open_home(self, user: User) -> None:
        """Open the app's Home tab."""
        channel = self._workspace.direct_message(user)
        event = {"type": "app_home_opened", "user": user.id, "channel": channel.id, "tab": "home"}
        home = self._workspace.views.homes.get(user.id)
        if home is not None:
            event["view"] = self.forms.shape(home)  # type: ignore[assignment]
        self._workspace.announce(event | {"event_ts": self._workspace.next_ts()})

    def _show_acknowledgement(self, answer: Answer, offer: ResponseUrl, command: str) -> None:
        if not answer.acknowledged:
            reason = {"http_timeout": "operation_timeout", "connection_failed": "dispatch_failed"}
            error = reason.get(answer.problem or "", "dispatch_unknown_error")
            text = f'{command} failed with the error "{error}"'
            self._workspace.whisper(
                Message(offer.channel.id, user="USLACKBOT", username="Slackbot", text=text, visible_to=offer.user)
            )
        elif answer.content():
            self._replies.post(offer, answer.content())

    def _must_offer(self, callback_id: str, kind: str) -> None:
        offered = [entry["callback_id"] for entry in self._workspace.app.shortcuts if entry.get("type") == kind]
        if offered and callback_id not in offered:
            raise Unknown(f"There is no {kind} shortcut {callback_id!r}; there are: {', '.join(offered)}.")


def _named(channel: Channel) -> Json:
    return {"id": channel.id, "name": channel.name or "directmessage"}
