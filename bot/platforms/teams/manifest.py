"""The app as Teams has to know it: its manifest, why it asks for each permission, and the package that is uploaded."""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from bot.domain.errors import Rejected

Json = dict[str, Any]

SCHEMA = "1.29"
PERMISSIONS: Mapping[str, str] = {
    "ChannelMessage.Read.Group": "receive what is written in the team's channels without a mention, and read threads",
    "TeamMember.Read.Group": "know the reps, seniors and managers by their teams, and keep guests out",
}
"""What a team's owner agrees to when the app is added to the team; it holds for that team only."""
ICONS = ("color.png", "outline.png")
COLOUR = "#1d4ed8"
SHORT = "Drafts cited answers to customer escalations, for people to approve."
FULL = """Ratchet watches the channels that you name. To each escalation it drafts an answer from your own articles, \
names its sources and posts the draft as a card in the thread, for a person to approve, edit or reject.

What was approved, edited or rejected teaches it: threads become eval cases, gaps become proposed changes of articles, \
and no change goes live that would break an answer that was right.

Mention Ratchet in a thread, type a slash command, use the menu of a message, or write to it in its own chat, where it \
lists what waits for you. It reads only the teams that it was added to."""
COMMAND_SCOPES = ("team", "groupChat")
_ID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_DAY = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can name


@dataclass(frozen=True, slots=True)
class Developer:
    """Who answers for the app in the organisation, and the pages that say so."""

    name: str
    website: str
    privacy: str
    terms: str


@dataclass(frozen=True, slots=True)
class Offered:
    """What people can ask for: by typing, name -> description, and on a message, id -> (title, description)."""

    typed: Mapping[str, str]
    in_chat: Mapping[str, str]
    """Beside those, in the chat of one person with the bot."""
    on_messages: Mapping[str, tuple[str, str]]


def developer(url: str, *, name: str = "", website: str = "", privacy: str = "", terms: str = "") -> Developer:
    """Who runs the bot at this address; what is not told is the address itself. Raises Rejected."""
    pages = website or url, privacy or website or url, terms or website or url
    for page in pages:
        host_of(page)
    return Developer((name or host_of(url))[:32], *pages)


def manifest(app_id: str, version: str, offered: Offered, *, url: str, by: Developer) -> Json:
    """Give the whole app manifest, for a bot that is reached at the address.

    Raises Rejected for an app id or an address that Teams would not take.
    """
    if not _ID.fullmatch(app_id):
        raise Rejected(f"“{app_id}” is no application (client) id: it looks like 12345678-90ab-cdef-1234-567890abcdef.")
    host = host_of(url)
    return {
        "$schema": f"https://developer.microsoft.com/json-schemas/teams/v{SCHEMA}/MicrosoftTeams.schema.json",
        "manifestVersion": SCHEMA,
        "version": ".".join([*re.findall(r"\d+", version), "0", "0"][:3]),
        "id": app_id.lower(),
        "name": {"short": "Ratchet", "full": "Ratchet, cited drafts for support teams"},
        "description": {"short": SHORT, "full": FULL},
        "developer": {
            "name": by.name,
            "websiteUrl": by.website,
            "privacyUrl": by.privacy,
            "termsOfUseUrl": by.terms,
        },
        "icons": {"color": ICONS[0], "outline": ICONS[1]},
        "accentColor": COLOUR,
        "defaultInstallScope": "team",
        "defaultGroupCapability": {"team": "bot", "groupchat": "bot"},
        "supportsChannelFeatures": "tier1",
        "bots": [_bot(app_id.lower(), offered)],
        "composeExtensions": [_message_menu(app_id.lower(), offered)],
        "permissions": ["identity", "messageTeamMembers"],
        "authorization": {
            "permissions": {
                "resourceSpecific": [{"name": name, "type": "Application"} for name in sorted(PERMISSIONS)],
            }
        },
        # no one signs in to the app, but a resource must be named for the permissions above to be granted
        "webApplicationInfo": {"id": app_id.lower(), "resource": f"api://botid-{app_id.lower()}"},
        "validDomains": [host],
    }


def package(made: Json) -> bytes:
    """The zip file that is uploaded: the manifest and the icons. The same manifest gives the same bytes."""
    content = {"manifest.json": json.dumps(made, indent=2, ensure_ascii=False).encode() + b"\n"}
    content |= {name: icon(name) for name in ICONS}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as package:
        for name, data in content.items():
            entry = zipfile.ZipInfo(name, _DAY)
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # else it tells which system made it
            package.writestr(entry, data)
    return packed.getvalue()


def icon(name: str) -> bytes:
    """One of the icons, as PNG. They are drawn in the SVG files beside them."""
    return (files("bot.platforms.teams") / "icons" / name).read_bytes()


def host_of(url: str) -> str:
    """The host that an address names. Raises Rejected for what is no https:// address."""
    try:
        address = urlsplit(url)
        host = address.hostname or ""
    except ValueError:
        host = ""
    if not host or address.scheme != "https" or any(each.isspace() for each in url):
        raise Rejected(f"“{url}” is no address that Teams takes: it begins with https:// and names a host.")
    return host


def _bot(app_id: str, offered: Offered) -> Json:
    return {
        "botId": app_id,
        "scopes": ["personal", *COMMAND_SCOPES],
        "supportsTargetedMessages": True,
        "supportsFiles": False,
        "isNotificationOnly": False,
        "commandLists": [
            {"scopes": list(COMMAND_SCOPES), "triggers": ["mention", "slash"], "commands": _listed(offered.typed)},
            {
                "scopes": ["personal"],
                "triggers": ["mention"],
                "commands": _listed({**offered.typed, **offered.in_chat}),
            },
        ],
    }


def _listed(commands: Mapping[str, str]) -> list[Json]:
    return [{"title": name, "description": description} for name, description in sorted(commands.items())]


def _message_menu(app_id: str, offered: Offered) -> Json:
    """What the menu of every message offers; each is asked for with the message, and may open a dialog."""
    return {
        "botId": app_id,
        "commands": [
            {
                "id": name,
                "type": "action",
                "title": title,
                "description": description,
                "context": ["message"],
                "fetchTask": True,
            }
            for name, (title, description) in sorted(offered.on_messages.items())
        ],
    }
