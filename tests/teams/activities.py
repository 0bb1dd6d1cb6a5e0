"""The activities that Teams sends for what people do, as the Bot Framework describes them."""

import html
import uuid
from datetime import UTC, datetime
from typing import Any

from tests.teams.tokens import TENANT
from tests.teams.world import BOT, Channel, Human, Message, Team, World, graph_message

Json = dict[str, Any]


class Activities:
    """Describes what somebody did, where it was done."""

    def __init__(self, world: World, service_url: str) -> None:
        self._world = world
        self._service_url = service_url

    def _activity(self, kind: str, human: Human, conversation: str, root: str, **more: Any) -> Json:
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        client = {"type": "clientInfo", "locale": "en-GB", "country": "GB", "platform": "Windows"}
        usual: Json = {
            "type": kind,
            "id": f"f:{uuid.uuid4()}",
            "timestamp": now,
            "localTimestamp": now,
            "serviceUrl": self._service_url,
            "channelId": "msteams",
            "from": human.account(),
            "recipient": dict(BOT),
            "conversation": self._conversation(human, conversation, root),
            "entities": [client | {"timezone": "Europe/London"}],
            "channelData": self._channel_data(human, conversation),
            "locale": "en-GB",
        }
        return usual | more

    def _conversation(self, human: Human, conversation: str, root: str) -> Json:
        if conversation in self._world.chats:
            return {"conversationType": "personal", "id": conversation, "tenantId": human.tenant}
        about = {"isGroup": True, "conversationType": "channel", "tenantId": TENANT}
        return about | {"id": f"{conversation};messageid={root}" if root else conversation}

    def _channel_data(self, human: Human, conversation: str) -> Json:
        found = self._world.channel(conversation)
        if found is None:
            return {"tenant": {"id": human.tenant}}
        team, channel = found
        ids: Json = {"teamsChannelId": channel.id, "teamsTeamId": team.id}
        return ids | {"channel": {"id": channel.id}, "team": {"id": team.id}, "tenant": {"id": human.tenant}}

    # -- messages -------------------------------------------------------------------------------------------------

    def message(self, message: Message, *, mention: bool = False, targeted: bool = False) -> Json:
        """A message as it is delivered; `mention` puts the bot's name in front."""
        human = _author(message)
        named = f"<at>{BOT['name']}</at>"
        text = f"{named} {message.text}" if mention else message.text
        body = message.html or f"<p>{html.escape(message.text)}</p>"
        if mention:
            body = (
                f'<p><span itemscope="" itemtype="http://schema.skype.com/Mention" itemid="0">Ratchet</span>{body}</p>'
            )
        attachments = [{"contentType": "text/html", "content": body}, *message.attachments]
        made = self._activity("message", human, message.conversation, message.root, id=message.id, text=text)
        made |= {"textFormat": "plain", "attachments": attachments}
        if mention:
            made["entities"] = [*made["entities"], {"type": "mention", "mentioned": dict(BOT), "text": named}]
        if targeted:
            made["recipient"] = BOT | {"isTargeted": True}
        return made

    def edited(self, message: Message, *, mention: bool = False) -> Json:
        made = self.message(message, mention=mention) | {"type": "messageUpdate"}
        made["channelData"] = made["channelData"] | {"eventType": "editMessage"}
        return made

    def deleted(self, message: Message) -> Json:
        made = self._activity("messageDelete", _author(message), message.conversation, message.root, id=message.id)
        made["channelData"] = made["channelData"] | {"eventType": "softDeleteMessage"}
        return made

    def pressed_in_old_client(self, human: Human, message: Message, data: Json) -> Json:
        """An Action.Submit that no dialog belongs to comes as a message without text."""
        made = self._activity("message", human, message.conversation, message.root, value=data, replyToId=message.id)
        made["channelData"] = made["channelData"] | {"source": {"name": "message"}}
        return made

    # -- invokes --------------------------------------------------------------------------------------------------

    def invoke(self, human: Human, message: Message, name: str, value: Json) -> Json:
        """Something asked for from a message, which is answered at once."""
        where = {"name": name, "value": value, "replyToId": message.id}
        made = self._activity("invoke", human, message.conversation, message.root, **where)
        made["channelData"] = made["channelData"] | {"source": {"name": "message"}}
        return made

    def execute(self, human: Human, message: Message, action: Json, data: Json, trigger: str = "manual") -> Json:
        """An Action.Execute, pressed by the person ("manual") or by the client to refresh ("automatic")."""
        told = {"type": "Action.Execute", "id": action.get("id"), "verb": action.get("verb"), "data": data}
        value = {"action": {name: held for name, held in told.items() if held is not None}, "trigger": trigger}
        return self.invoke(human, message, "adaptiveCard/action", value)

    def message_action(self, human: Human, message: Message, command: str) -> Json:
        """A command from the menu of a message."""
        return self.invoke(human, message, "composeExtension/fetchTask", self.action_value(message, command))

    def action_value(self, message: Message, command: str) -> Json:
        payload = graph_message(self._world, message)
        payload |= {"linkToMessage": payload.pop("webUrl"), "deleted": message.deleted, "locale": "en-gb"}
        value: Json = {"commandId": command, "commandContext": "message", "requestId": uuid.uuid4().hex}
        return value | {"messagePayload": payload, "context": {"theme": "default"}}

    # -- the bot comes and goes -----------------------------------------------------------------------------------

    def team_changed(self, human: Human, team: Team, *, added: bool) -> list[Json]:
        """What is told when the bot is added to a team, or removed."""
        account = [dict(BOT)]
        more: Json = {"membersAdded": account} if added else {"membersRemoved": account}
        update = self._activity("conversationUpdate", human, team.id, "", **more)
        event = "teamMemberAdded" if added else "teamMemberRemoved"
        about = {"id": team.id, "aadGroupId": team.group, "name": team.name}
        update["channelData"] = {"eventType": event, "team": about, "tenant": {"id": TENANT}}
        installed = self._activity("installationUpdate", human, team.id, "", action="add" if added else "remove")
        installed["channelData"] = {"team": about, "tenant": {"id": TENANT}}
        return [update, installed]

    def channel_changed(self, human: Human, team: Team, channel: Channel, event: str) -> Json:
        """A channel was made, renamed or deleted: "channelCreated", "channelRenamed", "channelDeleted"."""
        made = self._activity("conversationUpdate", human, team.id, "")
        about = {"channel": {"id": channel.id, "name": channel.name}, "team": {"id": team.id, "name": team.name}}
        made["channelData"] = {"eventType": event, "tenant": {"id": TENANT}} | about
        return made

    def installed(self, human: Human, *, added: bool) -> list[Json]:
        """What is told when somebody adds the bot for themselves, or removes it."""
        chat = self._world.chat(human)
        action = self._activity("installationUpdate", human, chat, "", action="add" if added else "remove")
        if not added:
            return [action]
        members = [dict(BOT), human.account()]
        return [self._activity("conversationUpdate", human, chat, "", membersAdded=members), action]


def _author(message: Message) -> Human:
    if message.author is None:
        raise ValueError("the bot is not told of its own messages")
    return message.author
