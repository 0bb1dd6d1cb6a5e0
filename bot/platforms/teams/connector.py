"""The Bot Connector: how messages reach Teams, and who is where.

Tokens go to whatever address a delivery named, so only hosts that are known to be Microsoft's are called.
"""

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.platforms.patience import Lost, Patience, Refused
from bot.platforms.teams.activities import parts, word
from bot.platforms.teams.calls import Calls, path_of
from bot.platforms.teams.pace import EVERYTHING, SENDING, Pace
from bot.platforms.teams.tokens import CONNECTOR, Tokens
from bot.settings.edges import Teams

Json = dict[str, Any]

LOOPBACK = ("127.0.0.1", "::1", "localhost")
TOO_BIG = ("MessageSizeTooBig", "413")
UNKNOWN_THERE = ("ConversationNotFound", "BotNotInConversationRoster")
NO_MESSAGE = ("ActivityNotFoundInConversation",)
NO_MEMBER = ("MemberNotFoundInConversation", "UserNotInConversation", "404")
WRONG_APP = (
    "Teams refused the bot's token ({code}): check RATCHET_TEAMS_APP_ID and RATCHET_TEAMS_APP_PASSWORD, and that the "
    "Azure bot belongs to this application."
)
SENTENCES = {
    "BotNotInConversationRoster": "Ratchet is not in that channel or chat any more: add the app to its team again.",
    "ConversationNotFound": "Teams does not know that channel, thread or chat any more.",
    "ActivityNotFoundInConversation": "The message is not there any more, or it is not Ratchet's own.",
    "MessageSizeTooBig": "The message is longer than Teams takes.",
    "BotDisabledByAdmin": "The administrators of Teams have switched Ratchet off: ask them to allow the app.",
    "BotNotRegistered": WRONG_APP,
    "ConversationBlockedByUser": "This person has blocked Ratchet, or muted it in that channel.",
    "BotNotInstalledForUser": "This person has not added Ratchet as a personal app, so there is no chat with them.",
    "NotEnoughPermissions": "Teams lets Ratchet not write to this person: they may have no licence for Teams.",
    "MemberNotFoundInConversation": "This person is not in that channel or chat.",
}


class Connector:
    """Calls the Bot Connector, at the pace that Teams takes in each conversation."""

    def __init__(
        self, session: aiohttp.ClientSession, tokens: Tokens, settings: Teams, *, patiently: Patience | None = None
    ) -> None:
        self._calls = Calls(session, tokens, CONNECTOR, service="Teams", sentence=_sentence, patiently=patiently)
        self.patiently = self._calls.patiently
        self._settings = settings
        self._bot = {"id": f"28:{settings.app_id}", "name": "Ratchet"}
        least, longest = settings.pace_seconds, self.patiently.seconds
        self._pace = Pace(((least, 1), *SENDING) if least else (), longest=longest)
        self._all = Pace(EVERYTHING if least else (), longest=longest)

    # -- messages -------------------------------------------------------------------------------------------------

    async def send(self, service_url: str, conversation: str, activity: Json, *, targeted: bool = False) -> str:
        """Send a message once, into a thread where the conversation names one; give its id.

        Raises Refused, NotYet (nothing was sent) or Lost (it may have been sent).
        """
        query = {"isTargetedActivity": "true"} if targeted else None
        url = self._url(service_url, "conversations", conversation, "activities")
        sent = activity | {"from": self._bot, "conversation": {"id": conversation}}
        answer = await self._calls.once("POST", url, sent, query=query, turn=lambda: self._turn(conversation))
        return _id_of(answer.get("id"))

    async def begin_thread(self, service_url: str, channel: str, tenant: str, activity: Json) -> str:
        """Send the first message of a new thread once; give its id. Raises as `send`."""
        about = {"channel": {"id": channel}, "tenant": {"id": tenant}}
        asked = {"isGroup": True, "bot": self._bot, "channelData": about, "activity": activity | {"from": self._bot}}
        url = self._url(service_url, "conversations")
        answer = await self._calls.once("POST", url, asked, turn=lambda: self._turn(channel))
        begun = word(answer.get("activityId")) or word(answer.get("id")).partition(";messageid=")[2]
        return _id_of(begun)

    async def update(self, service_url: str, conversation: str, message: str, activity: Json) -> None:
        """Replace a message. Raises Refused, or Unavailable when patience ends."""
        url = self._url(service_url, "conversations", conversation, "activities", message)
        sent = activity | {"id": message, "from": self._bot, "conversation": {"id": conversation}}
        turn = partial(self._turn, conversation, gives_way=True)  # nobody waits for it as for what is new
        await self.patiently(lambda: self._calls.once("PUT", url, sent, turn=turn))

    async def delete(self, service_url: str, conversation: str, message: str) -> None:
        """Take a message back. Raises Refused, or Unavailable when patience ends."""
        url = self._url(service_url, "conversations", conversation, "activities", message)
        turn = partial(self._turn, conversation, gives_way=True)
        await self.patiently(lambda: self._calls.once("DELETE", url, turn=turn))

    async def personal_chat(self, service_url: str, person: str, tenant: str) -> str:
        """Give the id of the chat with this person alone, which is made where there is none yet."""
        asked = {"isGroup": False, "bot": self._bot, "members": [{"id": person}], "tenantId": tenant}
        url = self._url(service_url, "conversations")
        answer = await self._calls.call("POST", url, asked | {"channelData": {"tenant": {"id": tenant}}})
        return _id_of(answer.get("id"))

    # -- people and channels --------------------------------------------------------------------------------------

    async def member(self, service_url: str, conversation: str, person: str) -> Json | None:
        """Describe somebody in a conversation, by any of their ids; None for one who is not in it."""
        url = self._url(service_url, "conversations", conversation, "members", person)
        try:
            return await self._calls.call("GET", url)
        except Refused as problem:
            if problem.error in NO_MEMBER:
                return None
            raise

    async def members(self, service_url: str, conversation: str, most: int = 40) -> AsyncIterator[Json]:
        """Give who is in a conversation, page by page, at most so many pages."""
        url = self._url(service_url, "conversations", conversation, "pagedmembers")
        query = {"pageSize": "500"}
        for _ in range(most):
            page = await self._calls.call("GET", url, query=query)
            for one in parts(page.get("members")):
                yield one
            following = word(page.get("continuationToken"))
            if not following:
                return
            query["continuationToken"] = following

    async def team(self, service_url: str, team: str) -> Json:
        """Describe a team: its `name` and `aadGroupId`."""
        return await self._calls.call("GET", self._url(service_url, "teams", team))

    async def channels(self, service_url: str, team: str) -> Sequence[Json]:
        """List a team's channels: `id`, `name` (none for General) and `type`."""
        answer = await self._calls.call("GET", self._url(service_url, "teams", team, "conversations"))
        return parts(answer.get("conversations"))

    # -- within -----------------------------------------------------------------------------------------------------

    async def _turn(self, conversation: str, *, gives_way: bool = False) -> None:
        await self._pace.turn(conversation.partition(";")[0], gives_way=gives_way)
        await self._all.turn(gives_way=gives_way)

    def _url(self, service_url: str, *path: str) -> str:
        """Raises Refused for a service that is not known to be Microsoft's."""
        if not is_served(service_url, self._settings):
            sentence = f"Nothing is sent to {service_url:.200}: its host is not one of RATCHET_TEAMS_SERVICE_HOSTS."
            raise Refused(sentence, error="UnknownHost")
        return f"{service_url.rstrip('/')}/v3/{path_of(*path)}"


def is_served(service_url: str, settings: Teams) -> bool:
    """Tell whether answers and tokens may go there: to a host of the settings, by HTTPS unless it is this machine."""
    try:
        address = urlsplit(service_url)
        host = address.hostname or ""
    except ValueError:
        return False
    safe = address.scheme == "https" or (address.scheme == "http" and host in LOOPBACK)
    return safe and host in settings.service_hosts


def _id_of(answered: Any) -> str:
    identity = word(answered)
    if not identity:
        raise Lost("Teams took the message, but did not say which one it is.")
    return identity


def _sentence(status: int, code: str) -> str:
    known = SENTENCES.get(code) or (
        WRONG_APP if status == 401 else SENTENCES["MessageSizeTooBig"] if status == 413 else ""
    )
    return known.format(code=code) if known else f"Teams refused the request ({code or status})."
