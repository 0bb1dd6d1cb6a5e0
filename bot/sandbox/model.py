"""The nouns of a workspace, each able to say itself in the JSON shape Slack uses."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]
Clock = Callable[[], datetime]

AVATAR_COLOURS = ("#2b6cb0", "#b7472a", "#2f855a", "#6b46c1", "#97266d", "#0f766e", "#8a6d1b", "#475569", "#a0522d")


def derived_id(prefix: str, *parts: str) -> str:
    """Give the same Slack-looking id for the same words, so a seeded company has the same ids on every run."""
    digest = hashlib.sha256("/".join(parts).encode()).digest()
    return prefix + base64.b32encode(digest).decode()[:10]


def without_nones(shape: Json) -> Json:
    """Drop what is unset: Slack leaves such keys out instead of sending null."""
    return {key: value for key, value in shape.items() if value is not None}


@dataclass
class Team:
    """The workspace's own name and address."""

    id: str
    name: str
    domain: str


@dataclass
class App:
    """The bot as Slack knows it: its user, what it was granted, and what its manifest offers to people."""

    id: str
    bot_id: str
    user_id: str
    name: str
    scopes: list[str]
    bot_events: list[str] | None = None  # None: every event, as if the manifest subscribed to all of them
    commands: list[Json] = field(default_factory=list)
    shortcuts: list[Json] = field(default_factory=list)


@dataclass
class User:
    """A person or a bot user."""

    id: str
    name: str
    real_name: str
    email: str | None = None
    title: str = ""
    is_bot: bool = False
    bot_id: str | None = None
    timezone: str = "UTC"
    team_id: str = ""
    deleted: bool = False
    guest: bool = False
    email_confirmed: bool = True

    @property
    def initials(self) -> str:
        """One or two letters for the avatar."""
        words = [word for word in self.real_name.split() if word[:1].isalnum()] or ["?"]
        return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()

    @property
    def colour(self) -> str:
        """A colour that stays the same for this person."""
        return AVATAR_COLOURS[sum(self.id.encode()) % len(AVATAR_COLOURS)]

    def as_slack(self, *, with_email: bool = True) -> Json:
        """Say this user as `users.info` does; the e-mail address needs its own scope."""
        profile = {"real_name": self.real_name, "display_name": self.name, "title": self.title}
        profile |= {"real_name_normalized": self.real_name, "display_name_normalized": self.name}
        if with_email and self.email:
            profile["email"] = self.email
        if self.bot_id:
            profile["bot_id"] = self.bot_id
        return {
            "id": self.id, "team_id": self.team_id, "name": self.name, "real_name": self.real_name,
            "deleted": self.deleted, "color": self.colour.lstrip("#"), "tz": self.timezone, "tz_label": self.timezone,
            "tz_offset": 0, "profile": profile, "is_bot": self.is_bot, "is_app_user": False, "is_admin": False,
            "is_owner": False, "is_restricted": self.guest, "is_ultra_restricted": False, "updated": 0,
            "is_email_confirmed": self.email_confirmed,
        }  # fmt: skip


@dataclass
class UserGroup:
    """A named set of people that can be mentioned together."""

    id: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)

    def as_slack(self, team_id: str) -> Json:
        """Say this group as `usergroups.list` does."""
        return {
            "id": self.id, "team_id": team_id, "is_usergroup": True, "is_subteam": True, "name": self.name,
            "handle": self.handle, "description": "", "is_external": False, "date_delete": 0,
            "user_count": len(self.users), "users": list(self.users),
        }  # fmt: skip


@dataclass
class Channel:
    """A room: public, private, shared with another organisation, or a direct message with the bot."""

    id: str
    name: str
    kind: str = "channel"  # channel | group (private) | im
    members: list[str] = field(default_factory=list)
    shared: bool = False
    archived: bool = False
    topic: str = ""
    created: int = 0

    @property
    def is_private(self) -> bool:
        """Tell whether only members can know of it."""
        return self.kind != "channel"

    def as_slack(self, bot_user: str, team_id: str) -> Json:
        """Say this room as `conversations.info` does to the bot."""
        shape: Json = {"id": self.id, "created": self.created, "is_archived": self.archived, "is_im": self.kind == "im"}
        if self.kind == "im":
            other = next((member for member in self.members if member != bot_user), bot_user)
            return shape | {"user": other, "is_org_shared": False, "is_user_deleted": False, "priority": 0}
        return shape | {
            "name": self.name, "name_normalized": self.name, "is_channel": self.kind == "channel",
            "is_group": self.kind == "group", "is_mpim": False, "is_private": self.is_private, "is_general": False,
            "is_shared": self.shared, "is_ext_shared": self.shared, "is_org_shared": False,
            "is_pending_ext_shared": False,
            "is_member": bot_user in self.members, "num_members": len(self.members), "context_team_id": team_id,
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": self.topic, "creator": "", "last_set": 0},
        }  # fmt: skip


@dataclass
class File:
    """An uploaded file and the rooms it was shared to."""

    id: str
    name: str
    title: str
    mimetype: str
    user: str
    created: int
    content: bytes = b""
    alt_text: str | None = None
    expected_length: int = 0
    ready: datetime | None = None  # from when a block of the bot's can show it; None until the bot has uploaded it
    shares: list[tuple[str, str]] = field(default_factory=list)  # (channel id, message ts)

    def as_slack(self, base_url: str, team_id: str) -> Json:
        """Say this file as a message's `files` list does."""
        extension = self.name.rsplit(".", 1)[-1].lower() if "." in self.name else "text"
        link = f"{base_url}/files-pri/{team_id}-{self.id}/{self.name}"
        return without_nones({
            "id": self.id, "created": self.created, "timestamp": self.created, "name": self.name, "title": self.title,
            "mimetype": self.mimetype, "filetype": extension, "pretty_type": extension.upper(), "user": self.user,
            "size": len(self.content), "mode": "hosted", "is_external": False, "is_public": True,
            "alt_txt": self.alt_text,
            "url_private": link, "url_private_download": link, "permalink": f"{base_url}/files/{self.user}/{self.id}",
            "channels": [channel for channel, _ in self.shares],
        })  # fmt: skip


@dataclass
class Message:
    """What was said in a room, in a thread, or to one person only (`visible_to`)."""

    channel: str
    ts: str = ""
    user: str | None = None
    text: str = ""
    thread_ts: str | None = None
    subtype: str | None = None
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    bot_id: str | None = None
    app_id: str | None = None
    bot_profile: Json | None = None
    username: str | None = None
    icons: Json | None = None
    edited: Json | None = None
    client_msg_id: str | None = None
    visible_to: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    replies: list["Message"] = field(default_factory=list)
    parent_user: str | None = None

    @property
    def in_main_list(self) -> bool:
        """Tell whether the room shows it, and not only the thread."""
        return self.thread_ts in (None, self.ts) or self.subtype == "thread_broadcast"

    def as_slack(self, team_id: str, *, with_metadata: bool = False) -> Json:
        """Say this message as `conversations.history` does."""
        shape = without_nones({
            "type": "message", "subtype": self.subtype, "ts": self.ts, "user": self.user, "text": self.text,
            "team": team_id if self.user else None, "client_msg_id": self.client_msg_id, "bot_id": self.bot_id,
            "app_id": self.app_id, "bot_profile": self.bot_profile, "username": self.username, "icons": self.icons,
            "edited": self.edited, "thread_ts": self.thread_ts, "parent_user_id": self.parent_user,
            "blocks": self.blocks or None, "attachments": self.attachments or None, "files": self.files or None,
            "metadata": self.metadata if with_metadata else None,
        })  # fmt: skip
        if self.reactions:
            shape["reactions"] = [
                {"name": name, "users": list(users), "count": len(users)} for name, users in self.reactions.items()
            ]
        return shape | self._thread_summary()

    def _thread_summary(self) -> Json:
        if not self.replies:
            return {}
        people = list(dict.fromkeys(reply.user or reply.bot_id or "" for reply in self.replies))
        return {
            "thread_ts": self.ts, "reply_count": len(self.replies), "reply_users": people[:5],
            "reply_users_count": len(people), "latest_reply": self.replies[-1].ts, "is_locked": False,
            "subscribed": False,
        }  # fmt: skip


@dataclass
class View:
    """A form or a Home tab, with what the person has filled in so far."""

    id: str
    user: str
    body: Json  # what the bot sent: type, title, blocks, submit, close, callback_id, private_metadata ...
    hash: str
    root_view_id: str
    previous_view_id: str | None = None
    values: dict[str, dict[str, Json]] = field(default_factory=dict)  # block id -> action id -> Slack's value shape
    errors: dict[str, str] = field(default_factory=dict)  # block id -> sentence
    trouble: str | None = None  # what Slack says over the form when the bot did not answer

    @property
    def blocks(self) -> list[Json]:
        """The form's blocks, every one with a block id."""
        blocks: list[Json] = self.body["blocks"]
        return blocks

    def as_slack(self, app: App, team_id: str) -> Json:
        """Say this view as `views.open` answers and as interaction payloads carry it."""
        body = {
            "callback_id": "", "private_metadata": "", "external_id": "", "clear_on_close": False,
            "notify_on_close": False, "submit": None, "close": None, "title": None,
        } | self.body  # fmt: skip
        return body | {
            "id": self.id, "team_id": team_id, "app_id": app.id, "app_installed_team_id": team_id, "bot_id": app.bot_id,
            "hash": self.hash, "root_view_id": self.root_view_id, "previous_view_id": self.previous_view_id,
            "state": {"values": self.values},
        }  # fmt: skip
