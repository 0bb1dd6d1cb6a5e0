"""Teams' addresses of messages, as "Copy link" gives them."""

import html
import re
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from bot.domain.chat import MessageRef, Place
from bot.platforms.teams.activities import TEAMS

HOSTS = ("teams.microsoft.com", "teams.cloud.microsoft", "gov.teams.microsoft.us", "dod.teams.microsoft.us")
LONGEST = 4000
_CHANNEL = re.compile(r"19:[\w.-]{1,200}@thread\.(?:tacv2|skype)")
_CHAT = re.compile(r"19:[\w.-]{1,200}@(?:thread\.v2|unq\.gbl\.spaces)")
_MESSAGE = re.compile(r"\d{1,20}")


def link_to(message: MessageRef, *, tenant: str = "", group: str = "") -> str:
    """The address of a message; an empty one for a message of a personal chat, which has none."""
    room = message.place.room
    if _CHANNEL.fullmatch(room):
        about = {"tenantId": tenant, "groupId": group, "parentMessageId": message.place.thread or message.message}
    elif _CHAT.fullmatch(room):
        about = {"tenantId": tenant, "context": '{"contextType":"chat"}'}
    else:
        return ""
    query = urlencode({name: value for name, value in about.items() if value})
    return f"https://{HOSTS[0]}/l/message/{quote(room, safe=':@')}/{message.message}?{query}"


def linked_message(link: str) -> MessageRef | None:
    """The message that a copied link leads to, in its thread; a channel's message that is in none begins one."""
    if len(link) > LONGEST:
        return None
    try:
        address = urlsplit(html.unescape(link.strip()))
        query = parse_qs(address.query)
    except ValueError:
        return None
    parts = [unquote(part) for part in address.path.split("/")]
    if address.scheme != "https" or address.netloc not in HOSTS or len(parts) != 5 or parts[:3] != ["", "l", "message"]:
        return None
    room, message = parts[3:]
    root = query.get("parentMessageId", [message])[0]
    if not _MESSAGE.fullmatch(message) or not _MESSAGE.fullmatch(root):
        return None
    if _CHANNEL.fullmatch(room):
        return MessageRef(Place(TEAMS, room, root), message)
    return MessageRef(Place(TEAMS, room), message) if _CHAT.fullmatch(room) else None
