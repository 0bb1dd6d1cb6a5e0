"""files.*: the three steps of an upload, and what is known of a file."""

import mimetypes

from bot.sandbox.methods.call import Call, Method, Refused, bad_arguments
from bot.sandbox.methods.chat import bot_message
from bot.sandbox.model import File, Json, derived_id

ALT_TEXT = 1000
UPLOAD_LIMIT = 20 * 1024 * 1024  # the sandbox's own: everything is kept in memory


def get_upload_url(call: Call) -> Json:
    """Begin an upload: give a file id and the address to send the bytes to."""
    if len(call.text("alt_txt")) > ALT_TEXT:
        raise Refused("alt_txt_too_large")
    name, length = call.required("filename"), call.number("length", 0, UPLOAD_LIMIT)
    made = call.workspace.views.number()
    file = File(
        derived_id("F", name, str(made)), name, name, mimetypes.guess_type(name)[0] or "text/plain",
        call.workspace.app.user_id, int(call.workspace.clock().timestamp()), alt_text=call.text("alt_txt") or None,
    )  # fmt: skip
    file.expected_length = length
    call.workspace.files[file.id] = file
    return {"file_id": file.id, "upload_url": f"{call.base_url}/upload/v1/{file.id}"}


def complete_upload(call: Call) -> Json:
    """End an upload: share the files to a room or thread, in one message with the comment."""
    wanted = call.structure("files")
    if not isinstance(wanted, list) or not wanted:
        raise bad_arguments("[ERROR] missing required field: files")
    files = [_uploaded(call, item) for item in wanted]
    for channel_name in [name for name in (call.text("channel_id") or call.text("channels")).split(",") if name]:
        _share(call, channel_name, files)
    return {"files": [_shape(call, file) for file in files]}


def info(call: Call) -> Json:
    """Describe one file."""
    file = call.workspace.files.get(call.required("file"))
    if file is None:
        raise Refused("file_not_found")
    return {"file": _shape(call, file), "comments": [], "response_metadata": {"next_cursor": ""}}


def _uploaded(call: Call, item: Json) -> File:
    file = call.workspace.files.get(str(item.get("id")))
    if file is None or len(file.content) != file.expected_length:
        raise Refused("file_not_found")
    file.title = item.get("title") or file.title
    file.ready = call.workspace.clock() + call.workspace.processing
    return file


def _share(call: Call, channel_name: str, files: list[File]) -> None:
    there = Call(call.args | {"channel": channel_name}, call.workspace, call.base_url)
    channel = there.joined()
    message = bot_message(call.workspace, channel)
    message.subtype, message.text = "file_share", call.text("initial_comment")
    thread = call.text("thread_ts")
    if thread:
        message.thread_ts = there.message(channel, "thread_ts", "thread_not_found").ts
    message.files = [_shape(call, file) for file in files]
    call.workspace.post(message)
    for file in files:
        file.shares.append((channel.id, message.ts))


def _shape(call: Call, file: File) -> Json:
    return file.as_slack(call.base_url, call.workspace.team.id)


METHODS: dict[str, Method] = {
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete_upload,
    "files.info": info,
}
