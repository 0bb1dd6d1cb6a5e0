"""`response_url`: how the bot answers an interaction later, at most 5 times within 30 minutes."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.methods.call import Refused
from bot.sandbox.methods.chat import bot_message, say
from bot.sandbox.model import Channel, Json, Message
from bot.sandbox.workspace import Workspace

USES = 5
LIFETIME = timedelta(minutes=30)


@dataclass
class ResponseUrl:
    """A standing offer to answer one interaction."""

    channel: Channel
    user: str
    given: datetime
    message: Message | None = None  # the message the interaction came from
    thread_ts: str | None = None
    used: int = 0


class ResponseUrls:
    """Gives out reply addresses and carries out what is sent to them."""

    def __init__(self, workspace: Workspace, base_url: str) -> None:
        self._workspace = workspace
        self._base_url = base_url
        self._given: dict[str, ResponseUrl] = {}

    def give(self, channel: Channel, user: str, message: Message | None = None) -> str:
        """Give a fresh reply address for one interaction."""
        secret = secrets.token_hex(12)
        thread = message.thread_ts if message else None
        self._given[secret] = ResponseUrl(channel, user, self._workspace.clock(), message, thread)
        return f"{self._base_url}/respond/{secret}"

    def use(self, secret: str, content: Json) -> None:
        """Post, replace or delete as the bot asks, or refuse in Slack's words."""
        offer = self._given.get(secret)
        if offer is None:
            raise Refused("invalid_url")
        if self._workspace.clock() - offer.given > LIFETIME:
            raise Refused("expired_url")
        if offer.used >= USES:
            raise Refused("used_url")
        offer.used += 1
        if content.get("delete_original") in (True, "true"):
            self._delete(offer)
        elif content.get("replace_original") in (True, "true"):
            self._replace(offer, content)
        else:
            self.post(offer, content)

    def post(self, offer: ResponseUrl, content: Json) -> Message:
        """Post a new message: to everybody with `response_type: in_channel`, else to the one person."""
        message = bot_message(self._workspace, offer.channel)
        say(message, content, self._workspace)
        message.thread_ts = content.get("thread_ts") or (offer.thread_ts if offer.message else None)
        if content.get("response_type") == "in_channel":
            return self._workspace.post(message)
        message.visible_to = offer.user
        return self._workspace.whisper(message)

    def _replace(self, offer: ResponseUrl, content: Json) -> None:
        if offer.message is None:
            self.post(offer, content)
            return
        draft = Message(offer.channel.id)
        say(draft, content, self._workspace)
        if offer.message.visible_to:
            offer.message.text, offer.message.blocks = draft.text, draft.blocks
            self._workspace.announce({})
        else:
            self._workspace.edit(offer.message, text=draft.text, blocks=draft.blocks)

    def _delete(self, offer: ResponseUrl) -> None:
        if offer.message is None:
            raise Refused("no_original")
        if offer.message.visible_to:
            self._workspace.ephemerals.remove(offer.message)
            self._workspace.announce({})
        else:
            self._workspace.delete(offer.message)
