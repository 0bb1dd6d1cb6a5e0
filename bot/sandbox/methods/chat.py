"""chat.*: what the bot says, changes and takes back."""

import json
from typing import Any

from bot.sandbox.blocks import Unusable, check_message_blocks
from bot.sandbox.elements import with_block_ids
from bot.sandbox.methods.call import Call, Method, Refused, bad_arguments
from bot.sandbox.model import Channel, Json, Message
from bot.sandbox.workspace import Workspace

TEXT_LIMIT = 40_000
METADATA_BYTES = 16_000  # Slack names the refusal but documents no figure


def post_message(call: Call) -> Json:
    """Post as the bot, in a room, a thread, or a person's direct messages."""
    channel = _destination(call)
    message = bot_message(call.workspace, channel)
    _compose(call, message)
    message.thread_ts = _thread(call, channel)
    if call.flag("reply_broadcast") and message.thread_ts:
        message.subtype = "thread_broadcast"
    _disguise(call, message)
    call.workspace.post(message)
    shown = message.as_slack(call.workspace.team.id, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def update(call: Call) -> Json:
    """Change one of the bot's own messages. Text without blocks takes the blocks away, as in Slack."""
    channel = call.channel()
    message = call.message(channel)
    if message.bot_id != call.workspace.app.bot_id:
        raise Refused("cant_update_message")
    draft = Message(channel.id, text=message.text, blocks=message.blocks, attachments=message.attachments)
    if call.args.get("text") is not None and call.args.get("blocks") is None:
        draft.blocks = []
    _compose(call, draft)
    message.attachments = draft.attachments
    message.metadata = draft.metadata or message.metadata
    plain = not draft.blocks
    by = call.workspace.app.user_id if plain else ""
    call.workspace.edit(message, text=draft.text, blocks=draft.blocks, by=by)
    shown = message.as_slack(call.workspace.team.id)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


def delete(call: Call) -> Json:
    """Take back one of the bot's own messages."""
    channel = call.channel()
    message = call.message(channel)
    if message.bot_id != call.workspace.app.bot_id:
        raise Refused("cant_delete_message")
    call.workspace.delete(message)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(call: Call) -> Json:
    """Say something that one member of the room sees."""
    channel = call.joined()
    user = call.user()
    if user.id not in channel.members:
        raise Refused("user_not_in_channel")
    message = bot_message(call.workspace, channel)
    _compose(call, message)
    message.thread_ts = _thread(call, channel)
    message.visible_to = user.id
    call.workspace.whisper(message)
    return {"message_ts": message.ts}


def get_permalink(call: Call) -> Json:
    """Give the address of a message."""
    channel = call.channel()
    message = call.message(channel, "message_ts")
    return {"channel": channel.id, "permalink": permalink(call.base_url, message)}


def permalink(base_url: str, message: Message) -> str:
    """Give a message's address in Slack's form: /archives/<room>/p<ts without the dot>."""
    link = f"{base_url}/archives/{message.channel}/p{message.ts.replace('.', '')}"
    if message.thread_ts and message.thread_ts != message.ts:
        link += f"?thread_ts={message.thread_ts}&cid={message.channel}"
    return link


def bot_message(workspace: Workspace, channel: Channel) -> Message:
    """Start a message by the bot itself."""
    app = workspace.app
    profile = {"id": app.bot_id, "app_id": app.id, "name": app.name, "deleted": False, "team_id": workspace.team.id}
    return Message(channel.id, user=app.user_id, bot_id=app.bot_id, app_id=app.id, bot_profile=profile)


def say(message: Message, content: Json, workspace: Workspace) -> None:
    """Fill a message from JSON with `text`, `blocks` and `attachments`, refusing what Slack refuses."""
    text = content.get("text")
    message.text = message.text if text is None else str(text)
    if len(message.text) > TEXT_LIMIT:
        raise Refused("msg_too_long")
    if content.get("blocks") is not None:
        message.blocks = _accepted(content["blocks"], workspace)
    if content.get("attachments") is not None:
        message.attachments = content["attachments"]
    if not (message.text.strip() or message.blocks or message.attachments):
        raise Refused("no_text")


def _compose(call: Call, message: Message) -> None:
    content = {"text": call.args.get("text"), "blocks": call.structure("blocks")}
    content["attachments"] = call.structure("attachments")
    say(message, content, call.workspace)
    message.metadata = _metadata(call.structure("metadata"))


def _accepted(blocks: Any, workspace: Workspace) -> list[Json]:
    try:
        check_message_blocks(blocks)
        _check_files(blocks, workspace)
    except Unusable as problem:
        more = {"errors": problem.messages, "response_metadata": {"messages": problem.messages}}
        raise Refused(problem.error, **more) from problem
    return with_block_ids(blocks, workspace.views.number)


def _check_files(blocks: list[Json], workspace: Workspace) -> None:
    """Refuse a picture that the bot did not upload, or that Slack has not looked through yet."""
    shown = {file.id for file in workspace.files.values() if file.ready and file.ready <= workspace.clock()}
    wanted = [(at, (block.get("slack_file") or {}).get("id")) for at, block in enumerate(blocks)]
    wrong = [at for at, file in wanted if file and file not in shown]
    problems = [f"[ERROR] invalid slack file [json-pointer:/blocks/{at}/slack_file]" for at in wrong]
    if problems:
        raise Unusable("invalid_blocks", problems)


def _metadata(given: Any) -> Json | None:
    if given is None:
        return None
    if not isinstance(given, dict) or not given.get("event_type") or not isinstance(given.get("event_payload"), dict):
        raise Refused("invalid_metadata_format")
    if len(json.dumps(given).encode()) > METADATA_BYTES:
        raise Refused("metadata_too_large")
    return given


def _destination(call: Call) -> Channel:
    wanted = call.required("channel")
    user = call.workspace.users.get(wanted)
    if user is not None:
        return call.workspace.direct_message(user)
    channel = call.channel()
    if channel.archived:
        raise Refused("is_archived")
    if call.workspace.app.user_id not in channel.members and "chat:write.public" not in call.workspace.app.scopes:
        raise Refused("not_in_channel")
    return channel


def _thread(call: Call, channel: Channel) -> str | None:
    wanted = call.text("thread_ts")
    if not wanted:
        return None
    root = call.workspace.messages[channel.id].get(wanted)
    if root is None:
        raise Refused("thread_not_found")
    return root.thread_ts or root.ts


def _disguise(call: Call, message: Message) -> None:
    username, icon = call.text("username"), call.text("icon_emoji") or call.text("icon_url")
    if not (username or icon):
        return
    call.needs("chat:write.customize")
    message.username, message.user = username or message.username, None
    message.subtype = message.subtype or "bot_message"
    if icon:
        message.icons = {"emoji": icon} if icon.startswith(":") else {"image_48": icon}


def _schedule(call: Call) -> Json:
    raise bad_arguments("[ERROR] scheduled messages are not part of the sandbox")


METHODS: dict[str, Method] = {
    "chat.postMessage": post_message,
    "chat.update": update,
    "chat.delete": delete,
    "chat.postEphemeral": post_ephemeral,
    "chat.getPermalink": get_permalink,
    "chat.scheduleMessage": _schedule,
}
