"""What Teams delivers (messages, edits, presses, message actions) as our stimuli: pure functions of its JSON.

Nothing is taken on trust but that it is JSON: a part of another shape than expected counts as not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.domain.chat import (
    Click,
    Command,
    HomeOpened,
    MessageDeleted,
    MessageEdited,
    MessageRef,
    Origin,
    Person,
    Place,
    RoomMessage,
    Stimulus,
)
from bot.platforms.teams.text import html_text, plain_text

Json = dict[str, Any]

TEAMS = "teams"
HOME = "ratchet.home"
"""The action of the button that shows a person's queue again."""
HOME_WORDS = ("home", "queue")
ROOT = ";messageid="
HTML = "text/html"
FORWARDED = "forwardedMessageReference"
LATEST = 32_503_680_000_000  # milliseconds: the year 3000


@dataclass(frozen=True, slots=True)
class Own:
    """Who we are: the app's id, which is empty in local mode."""

    app_id: str = ""

    def is_us(self, account: Any, activity: Json) -> bool:
        """Tell whether an account is ours: by the app's id, or as the one that was written to."""
        identity = word(part(account).get("id"))
        known = {f"28:{self.app_id}"} if self.app_id else {word(part(activity, "recipient").get("id"))}
        return bool(identity) and identity in known


def part(value: Any, *path: str) -> Json:
    """The object at the path; an empty one where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def parts(value: Any) -> list[Json]:
    """The objects of a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def word(value: Any) -> str:
    """The text, or an empty one where it is no text."""
    return value if isinstance(value, str) else ""


def parse(activity: Json, own: Own) -> Stimulus | None:
    """Read an ordinary delivery; None for our own messages and for all that we do not handle."""
    event = word(part(activity, "channelData").get("eventType"))
    if own.is_us(activity.get("from"), activity) or not word(part(activity, "conversation").get("id")):
        return None
    match activity.get("type"), event:
        case "message", _:
            return _message(activity, own)
        case "messageUpdate", "editMessage" if word(activity.get("id")):
            at, text = moment(activity), text_of(activity, own)
            return MessageEdited(_key(activity, "edited"), place_of(activity), activity["id"], text, at)
        case "messageUpdate", "undeleteMessage":
            return _message(activity, own, "restored")
        case "messageDelete", _ if word(activity.get("id")):
            return MessageDeleted(_key(activity, "deleted"), place_of(activity), activity["id"])
        case "installationUpdate", _ if activity.get("action") == "add" and is_personal(activity):
            return HomeOpened(_key(activity, "installed"), actor_of(activity))
        case _:
            return None


def pressed(activity: Json, data: Json, kind: str) -> Click | HomeOpened | None:
    """Read the press of a button by the data that our cards give it."""
    action, subject = word(data.get("action")), word(data.get("subject"))
    if not action:
        return None
    key, actor = _key(activity, kind), actor_of(activity)
    if action == HOME:
        return HomeOpened(key, actor)
    return Click(key, action, subject, actor, place_of(activity, word(activity.get("replyToId"))))


def asked_of_message(activity: Json) -> Command | None:
    """Read a message action (one of the menu that every message has); without a message it is asked of the place."""
    value = part(activity, "value")
    name, payload = word(value.get("commandId")), part(value, "messagePayload")
    if not name:
        return None
    room, root = _room_and_root(activity)
    message = word(payload.get("id"))
    place = Place(TEAMS, room, root or word(payload.get("replyToId")) or message or None)
    about = MessageRef(place, message) if message else None
    key, actor = _key(activity, "asked"), actor_of(activity)
    return Command(key, name, "", actor, place, about, acknowledged=True)  # each is answered by a dialog


def place_of(activity: Json, message: str = "") -> Place:
    """Where it happened: the room, and the thread unless the message (by default the activity) begins it."""
    room, root = _room_and_root(activity)
    return Place(TEAMS, room, root if root != (message or word(activity.get("id"))) else None)


def actor_of(activity: Json) -> Person:
    """Who did it: by the directory's id, which is the same in all conversations, where there is one."""
    account = part(activity, "from")
    return Person(TEAMS, word(account.get("aadObjectId")) or word(account.get("id")), word(account.get("name")))


def tenants_of(activity: Json) -> set[str]:
    """The organisations that a delivery names."""
    named = (part(activity, "conversation").get("tenantId"), part(activity, "channelData", "tenant").get("id"))
    return {word(one) for one in named} - {""}


def is_personal(activity: Json) -> bool:
    """Tell whether it is in the chat of one person with us."""
    return part(activity, "conversation").get("conversationType") == "personal"


def moment(activity: Json) -> datetime:
    """When it happened: as the activity says, or its id, which counts milliseconds."""
    try:
        at = datetime.fromisoformat(word(activity.get("timestamp")))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        counted = word(activity.get("id"))
        ticks = int(counted) if counted.isascii() and counted.isdigit() and len(counted) < 15 else 0
        return datetime.fromtimestamp(min(ticks, LATEST) / 1000, UTC)


def text_of(activity: Json, own: Own) -> str:
    """What a message says, quoted and forwarded words included, without the mentions of ourselves."""
    ours = {_mention(entity) for entity in parts(activity.get("entities")) if _mentions(entity, activity, own)}
    attached = parts(activity.get("attachments"))
    formatted = [word(one.get("content")) for one in attached if one.get("contentType") == HTML]
    said = "\n".join(filter(None, (html_text(content, ours) for content in formatted)))
    if not said:
        read = html_text if activity.get("textFormat") == "xml" else plain_text
        said = read(word(activity.get("text")), ours)
    return "\n\n".join(filter(None, (said, *map(forwarded_text, attached))))


def forwarded_text(attachment: Json) -> str:
    """The words of a message that was forwarded, whichever way its content is wrapped; none of other attachments."""
    if attachment.get("contentType") != FORWARDED:
        return ""
    content = part(attachment, "content")
    return html_text(word(content.get("originalMessageContent")) or word(attachment.get("content")))


def names_of(attachments: list[Json]) -> tuple[str, ...]:
    """What came along without text, by name."""
    said = (HTML, FORWARDED, "messageReference")
    others = (one for one in attachments if word(one.get("contentType")) not in said)
    return tuple(word(one.get("name")) or _unnamed(word(one.get("contentType"))) for one in others)


def _message(activity: Json, own: Own, kind: str = "") -> Stimulus | None:
    message = word(activity.get("id"))
    if not message:
        return None
    text = text_of(activity, own)
    if is_personal(activity) and text.lower() in HOME_WORDS:
        return HomeOpened(_key(activity, kind), actor_of(activity))
    by_value = pressed(activity, part(activity, "value"), kind)
    if by_value is not None:  # a client too old for Action.Execute sends what its fallback holds
        return by_value
    author, attachments = actor_of(activity), names_of(parts(activity.get("attachments")))
    asked = _asks_us(activity, own)
    if not text and not attachments and not asked:
        return None
    return RoomMessage(
        key=_key(activity, kind),
        place=place_of(activity),
        message=message,
        author=author,
        text=text.removeprefix("/") if asked else text,
        at=moment(activity),
        origin=_origin(activity),
        attachments=attachments,
        asked=asked,
        asked_by=author if asked else None,
        whispered=_is_whispered(activity),
    )


def _asks_us(activity: Json, own: Own) -> bool:
    """A mention, the personal chat, and a slash command are meant for us."""
    if is_personal(activity) or _is_whispered(activity):
        return True
    return any(_mentions(entity, activity, own) for entity in parts(activity.get("entities")))


def _is_whispered(activity: Json) -> bool:
    """Tell whether only we and its author see it, as a slash command."""
    return part(activity, "recipient").get("isTargeted") is True


def _mentions(entity: Json, activity: Json, own: Own) -> bool:
    return entity.get("type") == "mention" and own.is_us(entity.get("mentioned"), activity)


def _mention(entity: Mapping[str, Any]) -> str:
    """The name that a mention shows, which need not be the account's."""
    return html_text(word(entity.get("text"))).removeprefix("@") or word(part(entity.get("mentioned")).get("name"))


def _origin(activity: Json) -> Origin:
    if any(one.get("contentType") == FORWARDED for one in parts(activity.get("attachments"))):
        return Origin.FORWARDED
    author = part(activity, "from")
    return Origin.BOT if author.get("role") == "bot" or word(author.get("id")).startswith("28:") else Origin.PERSON


def _room_and_root(activity: Json) -> tuple[str, str | None]:
    room, _, root = word(part(activity, "conversation").get("id")).partition(ROOT)
    return room, root or None


def _unnamed(content_type: str) -> str:
    return {"image": "image", "video": "video", "audio": "audio"}.get(content_type.partition("/")[0], "file")


def _key(activity: Json, kind: str) -> str:
    """Equal for the same activity delivered twice; a message may be edited, deleted and restored more than once.

    Where Teams gives no id, which it need not do for a press, the moment tells one from the next.
    """
    time = word(activity.get("timestamp")) if kind in ("edited", "deleted", "restored") else ""
    identity = word(activity.get("id")) or word(activity.get("timestamp"))
    where = (word(part(activity, "conversation").get("id")), identity, kind, time)
    return ":".join((TEAMS, *filter(None, where)))
