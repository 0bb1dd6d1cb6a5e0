"""Messages as Microsoft Graph tells them."""

import json
from datetime import UTC, datetime
from typing import Any

from bot.domain.chat import Origin, Person, Place, RoomMessage
from bot.platforms.teams.activities import ROOT, TEAMS, Own, forwarded_text, names_of, part, parts, word
from bot.platforms.teams.outgoing import key_of
from bot.platforms.teams.replies import CARD
from bot.platforms.teams.text import html_text, plain_text

Json = dict[str, Any]


def room_message(told: Json, place: Place) -> RoomMessage | None:
    """What somebody wrote in a thread; None for what was deleted, and for what Teams itself put there."""
    message, author = word(told.get("id")), _author(told)
    if not message or author is None or told.get("deletedDateTime") or told.get("messageType") != "message":
        return None
    attached = parts(told.get("attachments"))
    return RoomMessage(
        key=f"{TEAMS}:{place.room}{ROOT}{place.thread}:{message}",
        place=place,
        message=message,
        author=author,
        text="\n\n".join(filter(None, (_said(told), *map(forwarded_text, attached)))),
        at=_moment(told),
        origin=Origin.BOT if part(told, "from", "application") else Origin.PERSON,
        attachments=names_of(attached),
    )


def is_own(told: Json, own: Own) -> bool:
    """Tell whether we wrote it."""
    return bool(own.app_id) and part(told, "from", "application").get("id") == own.app_id


def is_same(told: Json, sent: Json) -> bool:
    """Tell whether this is the message that was sent: by the card's key, or a text by its words."""
    if told.get("deletedDateTime"):
        return False
    key = key_of(sent)
    if not key:
        return not told.get("attachments") and _words(_said(told)) == _words(word(sent.get("text")))
    return any(_key_in(one) == key for one in parts(told.get("attachments")) if one.get("contentType") == CARD)


def _key_in(attachment: Json) -> str:
    try:
        card = json.loads(word(attachment.get("content")))
        return key_of({"attachments": [{"content": card}]})
    except (ValueError, AttributeError, TypeError, RecursionError):
        return ""


def _words(text: str) -> str:
    """What counts of a text: Teams changes white space, and what the reader shows of links."""
    return "".join(text.split())


def _said(told: Json) -> str:
    body = part(told, "body")
    read = html_text if body.get("contentType") == "html" else plain_text
    return read(word(body.get("content")))


def _author(told: Json) -> Person | None:
    for kind in ("user", "application"):
        account = part(told, "from", kind)
        if word(account.get("id")):
            return Person(TEAMS, account["id"], word(account.get("displayName")))
    return None


def _moment(told: Json) -> datetime:
    try:
        at = datetime.fromisoformat(word(told.get("createdDateTime")))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.fromtimestamp(0, UTC)
