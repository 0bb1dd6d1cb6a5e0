"""One Web API call: its arguments, read the forgiving way Slack reads them, and its refusals in Slack's words."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.sandbox.model import Channel, Json, Message, User
from bot.sandbox.workspace import Unknown, Workspace

Item = TypeVar("Item")


class Refused(Exception):
    """Slack says no: `error` is its own word, `more` what it adds to the body."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more = more


@dataclass(frozen=True)
class Call:
    """A method call by the bot."""

    args: Json
    workspace: Workspace
    base_url: str

    def text(self, name: str, default: str = "") -> str:
        """Give an argument as text, or the default."""
        value = self.args.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        """Give an argument that must be there."""
        value = self.text(name)
        if not value:
            raise bad_arguments(f"[ERROR] missing required field: {name}")
        return value

    def flag(self, name: str) -> bool:
        """Give a yes or no, in any of the ways the SDK writes it."""
        return self.text(name).lower() in ("1", "true")

    def number(self, name: str, default: int, most: int = 1000) -> int:
        """Give a whole number between 1 and `most`."""
        text = self.text(name) or str(default)
        if not text.isdigit() or not 1 <= int(text) <= most:
            raise Refused("invalid_limit" if name == "limit" else "invalid_arguments")
        return int(text)

    def structure(self, name: str) -> Any:
        """Give an argument that is JSON, sent as JSON or as a string of JSON; None when it was not sent."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise bad_arguments(f"[ERROR] {name} is not valid JSON") from None

    def needs(self, scope: str) -> None:
        """Refuse unless the app was granted this scope."""
        granted = self.workspace.app.scopes
        if scope not in granted:
            raise Refused("missing_scope", needed=scope, provided=",".join(granted))

    def channel(self, name: str = "channel", *, scope: str = "") -> Channel:
        """Find the room an argument names. A private room without the bot in it does not exist for the bot.

        `scope` is the verb of the scope it takes ("history" needs channels:history, groups:history or im:history).
        """
        wanted = self.required(name)
        try:
            channel = self.workspace.channel(wanted)
        except Unknown:
            raise Refused("channel_not_found") from None
        if channel.is_private and self.workspace.app.user_id not in channel.members:
            raise Refused("channel_not_found")
        if scope:
            self.needs({"channel": "channels", "group": "groups", "im": "im"}[channel.kind] + ":" + scope)
        return channel

    def joined(self, name: str = "channel", *, scope: str = "") -> Channel:
        """Find a room that the bot must be a member of."""
        channel = self.channel(name, scope=scope)
        if self.workspace.app.user_id not in channel.members:
            raise Refused("not_in_channel")
        return channel

    def user(self, name: str = "user") -> User:
        """Find the person an argument names by id."""
        user = self.workspace.users.get(self.required(name))
        if user is None:
            raise Refused("user_not_found")
        return user

    def message(self, channel: Channel, name: str = "ts", error: str = "message_not_found") -> Message:
        """Find the message an argument names by its timestamp."""
        found = self.workspace.messages[channel.id].get(self.required(name))
        if found is None:
            raise Refused(error)
        return found

    def page(self, items: Sequence[Item], default: int = 100, most: int = 1000) -> tuple[list[Item], str]:
        """Cut one page out of a list, and give the cursor of the next page or an empty string."""
        size = self.number("limit", default, most)
        start = _position(self.text("cursor"))
        following = start + size
        cursor = base64.b64encode(f"next:{following}".encode()).decode() if following < len(items) else ""
        return list(items[start:following]), cursor


Method = Callable[[Call], Json]


def bad_arguments(*messages: str) -> Refused:
    """Make the refusal for arguments Slack cannot use."""
    return Refused("invalid_arguments", response_metadata={"messages": list(messages)})


def _position(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("next:"))
    except (ValueError, binascii.Error):
        raise Refused("invalid_cursor") from None
