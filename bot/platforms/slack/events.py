"""Slack's events as our stimuli: pure, and silent about what is not for us."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.domain.chat import HomeOpened, MessageDeleted, MessageEdited, Origin, Person, Place, RoomMessage, Stimulus
from bot.platforms.slack.text import mentions, plain_text, text_of_blocks, without_mention

Json = dict[str, Any]

SLACK = "slack"
WRITTEN = (None, "bot_message", "file_share", "thread_broadcast", "me_message")


@dataclass(frozen=True, slots=True)
class Own:
    """Who we are in this workspace."""

    user: str
    bot: str = ""
    team: str = ""

    def wrote(self, message: Json) -> bool:
        """Tell whether a message is ours."""
        return (bool(self.bot) and message.get("bot_id") == self.bot) or message.get("user") == self.user


def parse_event(body: Json, own: Own) -> Stimulus | None:
    """Read an Events API delivery; None for our own messages and for all that we do not handle."""
    event, key = body.get("event") or {}, str(body.get("event_id") or "")
    match event.get("type"):
        case "app_home_opened" if event.get("tab") == "home":
            return HomeOpened(key, Person(SLACK, event["user"]))
        case "app_mention":
            return None if own.wrote(event) or event.get("edited") else room_message(event, own, key=key, asked=True)
        case "message":
            return _message(event, own, key)
        case _:
            return None


def moment(ts: Any) -> datetime:
    """Give the moment that a Slack timestamp names."""
    seconds, _, fraction = str(ts or "0").partition(".")
    return datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=int(fraction[:6].ljust(6, "0") or 0))


def room_message(event: Json, own: Own, *, key: str, asked: bool = False) -> RoomMessage:
    """Read a message, as events and histories carry it."""
    thread = event.get("thread_ts")
    author = author_of(event)
    return RoomMessage(
        key=key,
        place=Place(SLACK, str(event.get("channel") or ""), None if thread == event["ts"] else thread),
        message=event["ts"],
        author=author,
        text=text_of(event, own),
        at=moment(event["ts"]),
        origin=_origin(event),
        attachments=tuple(str(file.get("title") or file.get("name") or "file") for file in event.get("files") or ()),
        asked=asked,
        asked_by=author if asked else None,
    )


def author_of(event: Json) -> Person:
    """Give who wrote a message: a person, or a bot under the name that it went by."""
    profile = event.get("bot_profile") or {}
    name = event.get("username") or profile.get("name") or (event.get("user_profile") or {}).get("real_name") or ""
    return Person(SLACK, str(event.get("user") or event.get("bot_id") or ""), str(name))


def text_of(event: Json, own: Own) -> str:
    """Give what a message says, forwarded words included, without the mentions of ourselves."""
    said = plain_text(without_mention(str(event.get("text") or ""), own.user))
    shown = text_of_blocks(event.get("blocks") or [])
    if not said or (_is_bot(event) and len(shown) > len(said)):  # a bot's `text` may be no more than a title
        said = shown or said
    added = [_attached(attachment) for attachment in event.get("attachments") or () if _speaks(attachment, said)]
    return "\n\n".join(part for part in (said, *added) if part)


def _message(event: Json, own: Own, key: str) -> Stimulus | None:
    subtype = event.get("subtype")
    if subtype == "message_changed":
        return _changed(event, own, key)
    if subtype == "message_deleted":
        return _deleted(event, event.get("previous_message") or {}, own, key)
    if subtype not in WRITTEN or own.wrote(event) or not event.get("ts"):
        return None
    direct = event.get("channel_type") == "im"
    if not direct and not _is_bot(event) and mentions(str(event.get("text") or ""), own.user):
        return None  # Slack delivers it as app_mention too
    message = room_message(event, own, key=key, asked=direct)
    return message if message.text or message.attachments else None


def _changed(event: Json, own: Own, key: str) -> Stimulus | None:
    now, before = event.get("message") or {}, event.get("previous_message") or {}
    if now.get("subtype") == "tombstone":
        return _deleted(event | {"deleted_ts": now.get("ts")}, before, own, key)
    if own.wrote(now) or not now.get("ts"):
        return None
    text = text_of(now, own)
    if text == text_of(before, own) or now.get("subtype") not in WRITTEN:
        return None  # only an unfurl, a reaction or the like
    at = moment((now.get("edited") or {}).get("ts") or event.get("ts"))
    return MessageEdited(key, _place_of(event, now), now["ts"], text, at)


def _deleted(event: Json, before: Json, own: Own, key: str) -> Stimulus | None:
    message = event.get("deleted_ts") or before.get("ts")
    if not message or own.wrote(before):
        return None
    return MessageDeleted(key, _place_of(event, before), message)


def _place_of(event: Json, message: Json) -> Place:
    thread = message.get("thread_ts")
    return Place(SLACK, str(event.get("channel") or ""), None if thread == message.get("ts") else thread)


def _is_bot(event: Json) -> bool:
    return event.get("subtype") == "bot_message" or bool(event.get("bot_id"))


def _origin(event: Json) -> Origin:
    if any(_is_share(attachment) for attachment in event.get("attachments") or ()):
        return Origin.FORWARDED
    if not _is_bot(event):
        return Origin.PERSON
    profile = event.get("bot_profile") or {}
    is_workflow = profile.get("is_workflow_bot") or event.get("workflow_id") or profile.get("workflow_id")
    return Origin.WORKFLOW if is_workflow else Origin.BOT


def _is_share(attachment: Json) -> bool:
    return bool(attachment.get("is_share") or attachment.get("message_blocks"))


def _speaks(attachment: Json, said: str) -> bool:
    """A forwarded message always speaks, a bot's classic attachment when nothing else does, an unfurl never."""
    if _is_share(attachment):
        return True
    return not said and not (attachment.get("from_url") or attachment.get("original_url"))


def _attached(attachment: Json) -> str:
    text = plain_text(str(attachment.get("text") or ""))
    if text:
        return text
    inner = [block for part in attachment.get("message_blocks") or () for block in _inner(part)]
    return text_of_blocks(inner or attachment.get("blocks") or []) or plain_text(str(attachment.get("fallback") or ""))


def _inner(part: Json) -> list[Json]:
    message = part.get("message") or {}
    return list(message.get("blocks") or ())
