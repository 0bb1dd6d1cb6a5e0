"""What exists in the workspace and what was said in it; every change is announced to whoever subscribed."""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta

from bot.sandbox.model import App, Channel, Clock, File, Json, Message, Team, User, UserGroup, derived_id
from bot.sandbox.views import Views

Listener = Callable[[Json], None]

ALL_SCOPES = (
    "app_mentions:read", "channels:history", "channels:join", "channels:read", "chat:write", "chat:write.customize",
    "chat:write.public", "commands", "files:read", "files:write", "groups:history", "groups:read", "im:history",
    "im:read", "im:write", "reactions:read", "reactions:write", "team:read", "usergroups:read", "users:read",
    "users:read.email",
)  # fmt: skip


class Unknown(LookupError):
    """There is no such person, room or message; the text says so in one sentence."""


class Workspace:
    """The whole state, in memory: people, rooms, messages, files and what the app may do.

    Announcements carry the Slack event that a change causes, or an empty event when only the picture changed.
    """

    def __init__(self, clock: Clock, *, team: str = "Sandbox", app: str = "Ratchet") -> None:
        self.clock = clock
        self.team = Team(derived_id("T", team), team, re.sub(r"[^a-z0-9]+", "-", team.lower()))
        bot_user = User(derived_id("U", app), app.lower(), app, is_bot=True, bot_id=derived_id("B", app))
        self.app = App(derived_id("A", app), bot_user.bot_id or "", bot_user.id, app, list(ALL_SCOPES))
        self.users: dict[str, User] = {}
        self.groups: dict[str, UserGroup] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, dict[str, Message]] = {}
        self.ephemerals: list[Message] = []
        self.files: dict[str, File] = {}
        self.processing = timedelta()  # how long an upload is looked through before blocks can show it
        self.views = Views(clock, self.app.id, lambda: self.announce({}))
        self.version = 0
        self._listeners: list[Listener] = []
        self._last_tick = 0
        self.add_user(bot_user)

    # -- announcements ------------------------------------------------------------------------------------------

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` after every change; the returned function ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def announce(self, event: Json) -> None:
        """Tell every subscriber that something changed."""
        self.version += 1
        for listener in tuple(self._listeners):
            listener(event)

    def next_ts(self) -> str:
        """Give a timestamp that names one message: the clock in microseconds, always later than the one before."""
        self._last_tick = max(self._last_tick + 1, int(self.clock().timestamp() * 1_000_000))
        return f"{self._last_tick // 1_000_000}.{self._last_tick % 1_000_000:06d}"

    # -- people and rooms -----------------------------------------------------------------------------------------

    def add_user(self, user: User) -> User:
        """Let this person exist."""
        user.team_id = user.team_id or self.team.id
        self.users[user.id] = user
        self.announce({})
        return user

    def add_group(self, group: UserGroup) -> UserGroup:
        """Let this user group exist."""
        self.groups[group.id] = group
        self.announce({})
        return group

    def add_channel(self, channel: Channel) -> Channel:
        """Open this room."""
        channel.created = channel.created or int(self.clock().timestamp())
        self.channels[channel.id] = channel
        self.messages.setdefault(channel.id, {})
        self.announce({})
        return channel

    def direct_message(self, user: User) -> Channel:
        """Give the direct message between this person and the bot, opened if need be."""
        channel = Channel(derived_id("D", user.id), "", "im", [user.id, self.app.user_id])
        return self.channels.get(channel.id) or self.add_channel(channel)

    def join(self, channel: Channel, user: User) -> None:
        """Make this person a member; the room hears of it once."""
        if user.id in channel.members:
            return
        channel.members.append(user.id)
        self.announce({
            "type": "member_joined_channel", "user": user.id, "channel": channel.id, "team": self.team.id,
            "channel_type": "C" if channel.kind == "channel" else "G", "event_ts": self.next_ts(),
        })  # fmt: skip

    def leave(self, channel: Channel, user: User) -> None:
        """End this person's membership."""
        if user.id in channel.members:
            channel.members.remove(user.id)
            self.announce({"type": "member_left_channel", "user": user.id, "channel": channel.id})

    def user(self, name: str) -> User:
        """Find a person by id, @name, e-mail address or full name."""
        wanted = name.removeprefix("@").lower()
        for user in self.users.values():
            if wanted in (user.id.lower(), user.name.lower(), (user.email or "").lower(), user.real_name.lower()):
                return user
        raise Unknown(f"There is no person {name!r}; there are: {_listed(u.name for u in self.users.values())}.")

    def channel(self, name: str) -> Channel:
        """Find a room by id, by #name, or as @person for the direct message between that person and the bot."""
        if name.startswith("@"):
            return self.direct_message(self.user(name))
        wanted = name.removeprefix("#").lower()
        for channel in self.channels.values():
            if wanted == channel.id.lower() or (channel.name and wanted == channel.name.lower()):
                return channel
        names = _listed(f"#{c.name}" for c in self.channels.values() if c.name)
        raise Unknown(f"There is no room {name!r}; there are: {names}.")

    def message(self, channel: Channel, ts: str) -> Message:
        """Find a message by its timestamp."""
        found = self.messages[channel.id].get(ts)
        if found is None:
            raise Unknown(f"There is no message {ts!r} in #{channel.name or channel.id}.")
        return found

    # -- messages -------------------------------------------------------------------------------------------------

    def post(self, message: Message) -> Message:
        """Add a message to its room or thread and announce it."""
        channel = self.channels[message.channel]
        message.ts = self.next_ts()
        root = self.messages[channel.id].get(message.thread_ts or "")
        if root is not None:
            root.thread_ts = root.ts
            root.replies.append(message)
            message.parent_user = root.user
        self.messages[channel.id][message.ts] = message
        self.announce(self.message_event(message))
        return message

    def whisper(self, message: Message) -> Message:
        """Show a message to one person only; it is in no history and causes no event."""
        message.ts = self.next_ts()
        self.ephemerals.append(message)
        self.announce({})
        return message

    def edit(self, message: Message, *, text: str, blocks: list[Json] | None = None, by: str = "") -> None:
        """Replace what a message says; `by` marks it as edited by that user."""
        before = message.as_slack(self.team.id)
        message.text = text
        message.blocks = message.blocks if blocks is None else blocks
        if by:
            message.edited = {"user": by, "ts": self.next_ts()}
        self._announce_change(message, before)

    def delete(self, message: Message) -> None:
        """Take a message away; one that has replies leaves a tombstone, as in Slack."""
        before = message.as_slack(self.team.id)
        if message.replies:
            message.subtype, message.user, message.bot_id = "tombstone", "USLACKBOT", None
            message.text, message.blocks, message.attachments, message.files = "This message was deleted.", [], [], []
            self._announce_change(message, before)
            return
        del self.messages[message.channel][message.ts]
        root = self.messages[message.channel].get(message.thread_ts or "")
        if root is not None:
            root.replies.remove(message)
        event = self._hidden("message_deleted", message) | {"deleted_ts": message.ts, "previous_message": before}
        self.announce(event)

    def react(self, message: Message, name: str, user: str, *, remove: bool = False) -> bool:
        """Put a reaction on a message or take it off; False when there was nothing to change."""
        users = message.reactions.setdefault(name, [])
        if (user in users) is not remove:
            if not users:
                del message.reactions[name]
            return False
        users.remove(user) if remove else users.append(user)
        if not users:
            del message.reactions[name]
        self.announce({
            "type": "reaction_removed" if remove else "reaction_added", "user": user, "reaction": name,
            "item_user": message.user, "event_ts": self.next_ts(),
            "item": {"type": "message", "channel": message.channel, "ts": message.ts},
        })  # fmt: skip
        return True

    def main_list(self, channel: Channel) -> list[Message]:
        """Give the messages the room itself shows, oldest first."""
        return [message for message in self.messages[channel.id].values() if message.in_main_list]

    def message_event(self, message: Message) -> Json:
        """Say a message the way the Events API does."""
        channel = self.channels[message.channel]
        shape = message.as_slack(self.team.id, with_metadata=True)
        if message.subtype == "thread_broadcast":
            root = self.messages[channel.id].get(message.thread_ts or "")
            shape["root"] = root.as_slack(self.team.id) if root else {}
        return shape | {"channel": channel.id, "channel_type": channel.kind, "event_ts": message.ts}

    def _announce_change(self, message: Message, before: Json) -> None:
        now = message.as_slack(self.team.id, with_metadata=True)
        self.announce(self._hidden("message_changed", message) | {"message": now, "previous_message": before})

    def _hidden(self, subtype: str, message: Message) -> Json:
        ts = self.next_ts()
        return {
            "type": "message", "subtype": subtype, "hidden": True, "channel": message.channel, "ts": ts, "event_ts": ts,
            "channel_type": self.channels[message.channel].kind,
        }  # fmt: skip


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none yet"
