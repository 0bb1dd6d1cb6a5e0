"""What people, integrations and workflows say in rooms: typed, uploaded, forwarded or filled into a form."""

import base64
import hashlib
import html
import mimetypes
import re

from bot.sandbox.elements import with_block_ids
from bot.sandbox.methods.chat import permalink
from bot.sandbox.model import Channel, File, Json, Message, User, derived_id
from bot.sandbox.workspace import Unknown, Workspace

BROADCASTS = {"here": "<!here>", "channel": "<!channel>", "everyone": "<!everyone>"}
LINK = re.compile(r"https?://[^\s<>|]*[^\s<>|.,;:!?)\]'\"]")


class Speech:
    """Posts on behalf of everybody who is not the bot."""

    def __init__(self, workspace: Workspace, base_url: str) -> None:
        self._workspace = workspace
        self._base_url = base_url

    def typed(self, text: str) -> str:
        """Turn what a person types into what Slack stores: escaped, with mentions and links marked up."""
        escaped = html.escape(text, quote=False)
        linked = LINK.sub(lambda found: f"<{found[0]}>", escaped)
        mentioned = re.sub(r"(?<![\w<@])@([\w.\-]*\w)", self._mention, linked)
        return re.sub(r"(?<![\w<#&])#([\w\-]+)", self._room, mentioned)

    def say(self, user: User, channel: Channel, content: Json) -> Message:
        """Post as this person. `content` has text, and if wished thread, broadcast, files, blocks, forward, raw."""
        self._must_be_in(user, channel)
        text = str(content.get("text", ""))
        message = Message(channel.id, user=user.id, text=text if content.get("raw") else self.typed(text))
        message.client_msg_id = hashlib.sha256(f"{self._workspace.version}/{text}".encode()).hexdigest()[:32]
        message.blocks = with_block_ids(content.get("blocks") or [], self._workspace.views.number)
        message.thread_ts = self._thread(channel, content.get("thread"))
        if content.get("forward"):
            message.attachments = [self._forwarded(content["forward"])]
        if content.get("files"):
            message.subtype = "file_share"
            message.files = [self._file(user.id, file) for file in content["files"]]
        if content.get("broadcast") and message.thread_ts:
            message.subtype = "thread_broadcast"
        if user.is_bot:
            message.bot_id = user.bot_id
        return self._post(message)

    def integration(self, channel: Channel, name: str, content: Json, *, workflow: bool = False) -> Message:
        """Post as another app: an old-style `bot_message`, or the message a workflow form leaves.

        `content` has text, and if wished thread, blocks, files, and the app's own bot_id (else one made of its name).
        """
        message = Message(channel.id, text=str(content.get("text", "")), subtype="bot_message", username=name)
        message.bot_id = str(content.get("bot_id") or derived_id("B", name))
        message.files = [self._file(message.bot_id, file) for file in content.get("files") or ()]
        message.thread_ts = self._thread(channel, content.get("thread"))
        message.blocks = with_block_ids(content.get("blocks") or [], self._workspace.views.number)
        if workflow:
            message.app_id = derived_id("A", name)
            profile = {"id": message.bot_id, "app_id": message.app_id, "name": name, "is_workflow_bot": True}
            message.bot_profile = profile
        return self._post(message)

    def edit(self, user: User, message: Message, text: str) -> None:
        """Change what this person said earlier."""
        self._must_be_own(user, message, "edit")
        self._workspace.edit(message, text=self.typed(text), by=user.id)

    def delete(self, user: User, message: Message) -> None:
        """Take back what this person said."""
        self._must_be_own(user, message, "delete")
        self._workspace.delete(message)

    def _post(self, message: Message) -> Message:
        self._workspace.post(message)
        for file in message.files:
            self._workspace.files[file["id"]].shares.append((message.channel, message.ts))
        return message

    def _mention(self, found: re.Match[str]) -> str:
        name = found[1].lower()
        for group in self._workspace.groups.values():
            if group.handle.lower() == name:
                return f"<!subteam^{group.id}>"
        user = next((user for user in self._workspace.users.values() if user.name.lower() == name), None)
        return f"<@{user.id}>" if user else BROADCASTS.get(name, found[0])

    def _room(self, found: re.Match[str]) -> str:
        for channel in self._workspace.channels.values():
            if channel.name == found[1]:
                return f"<#{channel.id}|{channel.name}>"
        return found[0]

    def _thread(self, channel: Channel, ts: str | None) -> str | None:
        if not ts:
            return None
        root = self._workspace.message(channel, ts)
        return root.thread_ts or root.ts

    def _forwarded(self, link: str) -> Json:
        original = self._by_link(link)
        author = self._workspace.users.get(original.user or "")
        inner = {"team": self._workspace.team.id, "channel": original.channel, "ts": original.ts}
        return {
            "is_share": True, "is_msg_unfurl": True, "ts": original.ts, "channel_id": original.channel,
            "channel_team": self._workspace.team.id, "author_id": original.user, "text": original.text,
            "author_name": author.real_name if author else original.username or "", "fallback": original.text,
            "author_subname": author.real_name if author else "", "from_url": permalink(self._base_url, original),
            "mrkdwn_in": ["text"], "footer": "Slack Conversation", "files": original.files,
            "message_blocks": [inner | {"message": {"blocks": original.blocks or _rich_text(original.text)}}],
        }  # fmt: skip

    def _by_link(self, link: str) -> Message:
        found = re.search(r"/archives/(\w+)/p(\d+)(\d{6})", link)
        if found is None:
            raise Unknown(f"{link!r} is not a link to a message (…/archives/<room>/p<number>).")
        return self._workspace.message(self._workspace.channel(found[1]), f"{found[2]}.{found[3]}")

    def _file(self, owner: str, wanted: Json) -> Json:
        name = str(wanted.get("name", "picture.png"))
        kind = wanted.get("mimetype") or mimetypes.guess_type(name)[0] or "text/plain"
        made = str(self._workspace.views.number())
        file = File(derived_id("F", name, made), name, wanted.get("title", name), kind, owner, 0)
        file.created = int(self._workspace.clock().timestamp())
        file.content = base64.b64decode(wanted.get("base64", "")) or str(wanted.get("text", "")).encode() or PIXEL
        self._workspace.files[file.id] = file
        return file.as_slack(self._base_url, self._workspace.team.id)

    def _must_be_in(self, user: User, channel: Channel) -> None:
        if user.id not in channel.members:
            raise Unknown(f"@{user.name} is not in #{channel.name or channel.id}; add them to the room first.")

    def _must_be_own(self, user: User, message: Message, verb: str) -> None:
        if message.user != user.id:
            raise Unknown(f"@{user.name} did not write that message, so they cannot {verb} it.")


# What a picture holds when nobody says otherwise: one grey pixel.
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGM4AAAAwgDBUl5XUQAAAABJRU5ErkJggg==")


def _rich_text(text: str) -> list[Json]:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text or " "}]}
    return [{"type": "rich_text", "block_id": "forwarded", "elements": [section]}]
