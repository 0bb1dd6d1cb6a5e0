"""The organisation that the stand-in for Teams knows: its people, teams, channels, chats and messages."""

import html
import itertools
import json
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.teams.tokens import APP_ID, TENANT

Json = dict[str, Any]

BOT = {"id": f"28:{APP_ID}", "name": "Ratchet"}
CARD = "application/vnd.microsoft.card.adaptive"
_SPACE = uuid.UUID("9a2f3f0e-6b7e-4d43-8d05-2a4c3f7d1b11")
_clock = itertools.count(int(time.time() * 1000))


@dataclass(frozen=True, slots=True)
class Human:
    """Somebody with an account. `handle` is what tests call them."""

    handle: str
    name: str
    tenant: str = TENANT
    guest: bool = False
    licensed: bool = True
    signs_in_as: str = ""
    """Where that is not the e-mail address."""

    @property
    def id(self) -> str:
        """The account's id in the directory."""
        return str(uuid.uuid5(_SPACE, f"{self.tenant}/{self.handle}"))

    @property
    def mri(self) -> str:
        """What the chat service calls the account."""
        return f"29:1{uuid.uuid5(_SPACE, self.id).hex}"

    @property
    def email(self) -> str:
        return f"{self.handle}@{'partner.example' if self.guest else 'fernhill.example'}"

    @property
    def principal(self) -> str:
        return self.signs_in_as or self.email

    def account(self) -> Json:
        """As deliveries name who acted."""
        return {"id": self.mri, "name": self.name, "aadObjectId": self.id}

    def member(self) -> Json:
        """As the roster of a conversation lists them."""
        given, _, surname = self.name.partition(" ")
        names = {"name": self.name, "givenName": given, "surname": surname, "email": self.email}
        where = {"userPrincipalName": self.principal, "tenantId": self.tenant}
        return {"id": self.mri, "objectId": self.id, "aadObjectId": self.id} | names | where | {
            "userRole": "guest" if self.guest else "user"
        }  # fmt: skip


@dataclass(slots=True)
class Message:
    """A message of a channel or chat. `author` is None for the bot's own; `card` is as the bot sent it."""

    id: str
    conversation: str
    root: str
    author: Human | None
    text: str = ""
    html: str = ""
    card: Json | None = None
    attachments: list[Json] = field(default_factory=list)
    only_for: Human | None = None
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    edited: datetime | None = None
    deleted: bool = False
    versions: int = 1


@dataclass(slots=True)
class Channel:
    id: str
    name: str
    kind: str = "standard"
    members: tuple[Human, ...] | None = None
    """Of a private channel; None for everybody of the team."""


@dataclass(slots=True)
class Team:
    name: str
    channels: dict[str, Channel]
    owners: list[Human]
    members: list[Human]
    installed: bool = True

    @property
    def group(self) -> str:
        """The team's id in the directory."""
        return str(uuid.uuid5(_SPACE, f"group/{self.name}"))

    @property
    def id(self) -> str:
        """The team's id in the chat service, which is its General channel's."""
        return self.channels["General"].id

    def everybody(self) -> list[Human]:
        return [*self.owners, *self.members]


class World:
    """Everything that is there. Channels are named "Team/Channel"."""

    def __init__(self) -> None:
        self.people: dict[str, Human] = {}
        self.teams: dict[str, Team] = {}
        self.messages: dict[str, Message] = {}
        self.chats: dict[str, Human] = {}
        """Personal chats with the bot, by conversation."""
        self.installed: set[str] = set()
        """Handles of those who have the bot in their personal scope."""
        self.gone: set[str] = set()
        """Conversations that the chat service has forgotten."""

    def person(self, human: Human) -> Human:
        self.people[human.handle] = human
        return human

    def team(self, name: str, channels: tuple[str, ...], owners: tuple[str, ...], members: tuple[str, ...]) -> Team:
        made = {one: Channel(self.channel_id(f"{name}/{one}"), one) for one in ("General", *channels)}
        team = Team(name, made, [self.people[one] for one in owners], [self.people[one] for one in members])
        self.teams[name] = team
        return team

    @staticmethod
    def channel_id(name: str) -> str:
        return f"19:{uuid.uuid5(_SPACE, name).hex}@thread.tacv2"

    def find(self, name: str) -> tuple[Team, Channel]:
        """A channel by "Team/Channel", or by its name alone, a leading # or not."""
        team, _, channel = name.removeprefix("#").rpartition("/")
        found = [
            (one, one.channels[channel])
            for one in self.teams.values()
            if channel in one.channels and team in ("", one.name)
        ]
        if len(found) != 1:
            raise LookupError(f"{len(found)} channels are called {name}")
        return found[0]

    def channel(self, conversation: str) -> tuple[Team, Channel] | None:
        """The channel of this id, and its team."""
        for team in self.teams.values():
            for channel in team.channels.values():
                if channel.id == conversation:
                    return team, channel
        return None

    def chat(self, human: Human) -> str:
        """The personal chat with this person."""
        conversation = f"a:1{uuid.uuid5(_SPACE, f'chat/{human.id}').hex}"
        self.chats[conversation] = human
        return conversation

    def human(self, identity: str) -> Human | None:
        """Whoever has this id, in the chat service or in the directory, or this name to sign in with."""
        for human in self.people.values():
            if identity in (human.mri, human.id, human.principal):
                return human
        return None

    def members(self, conversation: str) -> list[Human] | None:
        """Who is in the conversation; None where there is none such."""
        if conversation in self.gone:
            return None
        if conversation in self.chats:
            return [self.chats[conversation]]
        found = self.channel(conversation)
        if found is None:
            return None
        team, channel = found
        return list(channel.members) if channel.members is not None else team.everybody()

    def has_bot(self, conversation: str) -> bool:
        if conversation in self.chats:
            return self.chats[conversation].handle in self.installed
        found = self.channel(conversation)
        return found is not None and found[0].installed

    def write(self, conversation: str, author: Human | None, root: str = "", **content: Any) -> Message:
        """Add a message; without a root it begins a thread."""
        identity = str(next(_clock))
        message = Message(identity, conversation, root or identity, author, **content)
        self.messages[identity] = message
        return message

    def thread(self, root: str) -> list[Message]:
        """The messages of a thread that are still there, its root first."""
        return [one for one in self.messages.values() if one.root == root and not one.deleted]

    def link(self, message: Message) -> str:
        """The address that "Copy link" gives."""
        found = self.channel(message.conversation)
        if found is None:
            return ""
        team, channel = found
        about = f"tenantId={TENANT}&groupId={team.group}&parentMessageId={message.root}&channelName={channel.name}"
        return f"https://teams.microsoft.com/l/message/{channel.id}/{message.id}?{about}"


def graph_message(world: World, message: Message) -> Json:
    """The message as Microsoft Graph describes it."""
    stamp = message.created.isoformat().replace("+00:00", "Z")
    body = message.html or html.escape(message.text).replace("\n", "<br>")
    attachments: list[Json] = []
    if message.card is not None:
        identity = uuid.uuid5(_SPACE, message.id).hex
        body = f'<attachment id="{identity}"></attachment>'
        content = json.dumps(message.card)
        attachments.append({"id": identity, "contentType": CARD, "contentUrl": None, "content": content, "name": None})
    unnamed = {"content": None, "contentUrl": None, "name": None}
    attachments += [{"id": uuid.uuid4().hex} | unnamed | one for one in message.attachments]
    return {
        "id": message.id,
        "replyToId": None if message.root == message.id else message.root,
        "etag": message.id,
        "messageType": "message",
        "createdDateTime": stamp,
        "lastModifiedDateTime": (message.edited or message.created).isoformat().replace("+00:00", "Z"),
        "lastEditedDateTime": message.edited.isoformat().replace("+00:00", "Z") if message.edited else None,
        "deletedDateTime": stamp if message.deleted else None,
        "subject": None,
        "importance": "normal",
        "webUrl": world.link(message),
        "from": _author(message.author),
        "body": {"contentType": "html", "content": "" if message.deleted else body},
        "attachments": [] if message.deleted else attachments,
        "mentions": [],
        "reactions": [],
    }


def _author(author: Human | None) -> Json:
    if author is None:
        bot = {"id": APP_ID, "displayName": BOT["name"], "applicationIdentityType": "bot"}
        return {"application": bot, "device": None, "user": None}
    user = {"id": author.id, "displayName": author.name, "userIdentityType": "aadUser", "tenantId": author.tenant}
    return {"application": None, "device": None, "user": user}
