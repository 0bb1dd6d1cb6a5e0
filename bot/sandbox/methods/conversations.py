"""conversations.*: rooms, who is in them, and what was said."""

from bot.sandbox.methods.call import Call, Method, Refused
from bot.sandbox.model import Channel, Json, Message

KINDS = {"public_channel": "channel", "private_channel": "group", "im": "im"}


def list_all(call: Call) -> Json:
    """List the rooms the bot may know of, page by page."""
    wanted = {KINDS.get(kind.strip(), "") for kind in call.text("types", "public_channel").split(",")}
    bot = call.workspace.app.user_id
    rooms = [
        room
        for room in call.workspace.channels.values()
        if room.kind in wanted and (not room.is_private or bot in room.members)
        if not (room.archived and call.flag("exclude_archived"))
    ]
    page, cursor = call.page(rooms)
    return {"channels": [_shape(call, room) for room in page], "response_metadata": {"next_cursor": cursor}}


def info(call: Call) -> Json:
    """Describe one room."""
    channel = call.channel(scope="read")
    shape = _shape(call, channel)
    if not call.flag("include_num_members"):
        shape.pop("num_members", None)
    return {"channel": shape}


def members(call: Call) -> Json:
    """List who is in a room, page by page."""
    page, cursor = call.page(call.channel(scope="read").members)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def history(call: Call) -> Json:
    """Give what the room shows, newest first, page by page."""
    channel = call.joined(scope="history")
    spoken = [message for message in reversed(call.workspace.main_list(channel)) if _between(call, message)]
    page, cursor = call.page(spoken, most=999)
    return _spoken(call, page, cursor) | {"pin_count": 0}


def replies(call: Call) -> Json:
    """Give a thread: the message it hangs on, then its replies, oldest first, page by page."""
    channel = call.joined(scope="history")
    root = call.message(channel, "ts", "thread_not_found")
    thread = [root, *(reply for reply in root.replies if _between(call, reply))]
    page, cursor = call.page(thread, default=1000)
    return _spoken(call, page, cursor)


def open_direct(call: Call) -> Json:
    """Open the direct message with one person."""
    names = [name for name in call.text("users").split(",") if name]
    if call.text("channel"):
        return {"channel": _shape(call, call.channel()), "already_open": True, "no_op": True}
    if not names:
        raise Refused("users_list_not_supplied")
    if len(names) > 1:
        raise Refused("method_not_supported_for_channel_type")  # group messages are not part of the sandbox
    user = call.workspace.users.get(names[0])
    if user is None:
        raise Refused("user_not_found")
    if user.is_bot:
        raise Refused("cannot_dm_bot")
    channel = call.workspace.direct_message(user)
    return {"channel": _shape(call, channel) if call.flag("return_im") else {"id": channel.id}}


def join(call: Call) -> Json:
    """Make the bot a member of a public room."""
    channel = call.channel()
    if channel.kind != "channel":
        raise Refused("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refused("is_archived")
    already = call.workspace.app.user_id in channel.members
    call.workspace.join(channel, call.workspace.users[call.workspace.app.user_id])
    warned = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    return {"channel": _shape(call, channel)} | (warned if already else {})


def _shape(call: Call, channel: Channel) -> Json:
    return channel.as_slack(call.workspace.app.user_id, call.workspace.team.id)


def _between(call: Call, message: Message) -> bool:
    oldest, latest = call.text("oldest", "0"), call.text("latest")
    if call.flag("inclusive") and message.ts in (oldest, latest):
        return True
    return _tick(message.ts) > _tick(oldest) and (not latest or _tick(message.ts) < _tick(latest))


def _tick(ts: str) -> int:
    seconds, _, micro = ts.partition(".")
    if not seconds.isdigit():
        raise Refused("invalid_ts_oldest")
    return int(seconds) * 1_000_000 + int(micro.ljust(6, "0")[:6] or 0)


def _spoken(call: Call, page: list[Message], cursor: str) -> Json:
    with_metadata = call.flag("include_all_metadata")
    shown = [message.as_slack(call.workspace.team.id, with_metadata=with_metadata) for message in page]
    answer: Json = {"messages": shown, "has_more": bool(cursor)}
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


METHODS: dict[str, Method] = {
    "conversations.list": list_all,
    "conversations.info": info,
    "conversations.members": members,
    "conversations.history": history,
    "conversations.replies": replies,
    "conversations.open": open_direct,
    "conversations.join": join,
}
