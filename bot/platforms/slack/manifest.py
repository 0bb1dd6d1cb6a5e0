"""The app as Slack has to know it: its manifest, and why it asks for each permission. Pure data."""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

SCOPES: Mapping[str, str] = {
    "app_mentions:read": "hear @ratchet in a room or thread",
    "channels:history": "read the watched public rooms, and a thread that becomes an eval case",
    "channels:read": "find a room by its name and see whether another organisation shares it",
    "chat:write": "post drafts, answers and alerts",
    "commands": "offer slash commands and shortcuts",
    "files:write": "show charts in the weekly digest and in alerts",
    "groups:history": "read the watched private rooms",
    "groups:read": "see who may read a private room, and whether another organisation does",
    "im:history": "read what people write to Ratchet directly",
    "im:write": "write to a person when they are in no common room",
    "usergroups:read": "know the reps, seniors and managers by their user groups",
    "users:read": "show names, and keep guests and other organisations' people out",
    "users:read.email": "know a person who works in Teams too as the same one",
}
EVENTS: Mapping[str, str] = {
    "app_home_opened": "refresh the Home tab",
    "app_mention": "hear @ratchet",
    "message.channels": "escalations in watched public rooms",
    "message.groups": "escalations in watched private rooms",
    "message.im": "what people write to Ratchet directly",
}
DESCRIPTION = "Drafts cited answers to customer escalations, for people to approve."
COLOUR = "#1d4ed8"


def manifest(
    commands: Mapping[str, tuple[str, str]],
    message_shortcuts: Mapping[str, tuple[str, str]],
    *,
    url: str = "https://ratchet.example.com",
    path: str = "/slack/events",
    socket_mode: bool = False,
) -> Json:
    """Give the whole app manifest.

    `commands` are name (without the slash) -> (description, usage hint); shortcuts are callback id -> (name,
    description). In Socket Mode the addresses are left out.
    """
    address = url.rstrip("/") + path
    here = {} if socket_mode else {"request_url": address}
    return {
        "display_information": {"name": "Ratchet", "description": DESCRIPTION, "background_color": COLOUR},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "ratchet", "always_online": True},
            "shortcuts": _shortcuts(message_shortcuts),
            "slash_commands": _commands(commands, {} if socket_mode else {"url": address}),
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": here | {"bot_events": sorted(EVENTS)},
            "interactivity": {"is_enabled": True} | here,
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": False,
        },
    }


def _commands(offered: Mapping[str, tuple[str, str]], reached: Json) -> list[Json]:
    return [
        {"command": f"/{name}", "description": description, "should_escape": True}
        | ({"usage_hint": hint} if hint else {})
        | reached
        for name, (description, hint) in sorted(offered.items())
    ]


def _shortcuts(offered: Mapping[str, tuple[str, str]]) -> list[Json]:
    return [
        {"type": "message", "callback_id": callback, "name": name, "description": description}
        for callback, (name, description) in sorted(offered.items())
    ]
