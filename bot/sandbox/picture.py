"""What the page and the control API show: Slack's own shapes, with the few extra words a reader needs."""

from bot.sandbox.elements import interactive, label_of
from bot.sandbox.model import Channel, Json, Message, User, View
from bot.sandbox.workspace import Workspace

SHOWN_MESSAGES = 200  # per room


def message_shown(workspace: Workspace, message: Message) -> Json:
    """Say a message as Slack does, with its metadata and what can be pressed in it."""
    shape = message.as_slack(workspace.team.id, with_metadata=True)
    shape["actions"] = [
        {"action": element["action_id"], "label": label_of(block, element), "type": element["type"]}
        | ({"value": element["value"]} if element.get("value") else {})
        for block, element in interactive(message.blocks)
    ]
    return shape | {"channel": message.channel, "visible_to": message.visible_to}


def room_shown(workspace: Workspace, channel: Channel) -> Json:
    """Say a room as Slack does, with its members."""
    return channel.as_slack(workspace.app.user_id, workspace.team.id) | {"members": channel.members}


def view_shown(workspace: Workspace, view: View) -> Json:
    """Say a form or Home as Slack does, with the errors it shows."""
    shape = view.as_slack(workspace.app, workspace.team.id)
    return shape | {"errors": view.errors, "trouble": view.trouble}


def person_shown(user: User) -> Json:
    """Say a person in the few words the page needs."""
    return {
        "id": user.id, "name": user.name, "real_name": user.real_name, "title": user.title, "is_bot": user.is_bot,
        "initials": user.initials, "colour": user.colour, "bot_id": user.bot_id,
    }  # fmt: skip


def whole_picture(workspace: Workspace, viewer: User) -> Json:
    """Say everything one person sees, for the page to draw."""
    rooms = [room for room in workspace.channels.values() if viewer.id in room.members or room.kind == "channel"]
    home = workspace.views.homes.get(viewer.id)
    return {
        "version": workspace.version, "team": workspace.team.name, "viewer": viewer.id,
        "app": {
            "id": workspace.app.id, "name": workspace.app.name, "user_id": workspace.app.user_id,
            "bot_id": workspace.app.bot_id, "commands": workspace.app.commands, "shortcuts": workspace.app.shortcuts,
        },
        "people": [person_shown(user) for user in workspace.users.values()],
        "groups": [{"id": group.id, "handle": group.handle} for group in workspace.groups.values()],
        "rooms": [room_shown(workspace, room) | {"messages": _messages(workspace, room, viewer)} for room in rooms],
        "forms": [view_shown(workspace, view) for view in workspace.views.stacks.get(viewer.id, ())],
        "home": view_shown(workspace, home) if home else None,
    }  # fmt: skip


def _messages(workspace: Workspace, room: Channel, viewer: User) -> list[Json]:
    whispers = [one for one in workspace.ephemerals if one.channel == room.id and one.visible_to == viewer.id]
    spoken = [*workspace.messages[room.id].values()][-SHOWN_MESSAGES:]
    return [message_shown(workspace, message) for message in sorted([*spoken, *whispers], key=lambda one: one.ts)]
