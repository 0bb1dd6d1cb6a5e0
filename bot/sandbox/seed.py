"""Furnish a workspace from a plain description: a company's people, groups, rooms, history and customers.

    {"team": "Acme", "users": [{"name": "ana", "real_name": "Ana Ruiz", "title": "Support lead", "email": "..."}],
     "groups": [{"handle": "support-leads", "name": "Support leads", "users": ["ana"]}],
     "channels": [{"name": "support", "members": ["ana"], "private": false, "shared": false, "topic": "...",
                   "bot": true, "archived": false, "messages": [{"as": "ana", "text": "Hello"}]}],
     "commands": [{"command": "/eval-case", "description": "...", "usage_hint": "<link>"}],
     "shortcuts": [{"callback_id": "eval_case", "name": "Make an eval case", "type": "message"}],
     "scopes": ["chat:write"], "bot_events": ["app_mention"],
     "customers": [{"id": "cust_1", "name": "Dana Smith", "email": "dana@example.com"}]}

Everything is optional. `bot` defaults to true; without `members` everybody is in the room.
`commands`, `shortcuts`, `scopes` and `bot_events` are what the app's manifest says.
"""

from bot.sandbox.model import Channel, Json, User, UserGroup, derived_id
from bot.sandbox.speech import Speech
from bot.sandbox.workspace import Workspace


def furnish(workspace: Workspace, speech: Speech, company: Json) -> None:
    """Add everything the description names; what exists already under the same name stays."""
    workspace.team.name = company.get("team", workspace.team.name)
    for person in company.get("users", ()):
        add_user(workspace, person)
    for group in company.get("groups", ()):
        add_group(workspace, group)
    rooms = [(add_channel(workspace, room), room.get("messages", ())) for room in company.get("channels", ())]
    for channel, messages in rooms:  # after every room exists, so that messages can mention them
        for said in messages:
            _say(workspace, speech, channel, said)
    app = workspace.app
    app.commands = company.get("commands", app.commands)
    app.shortcuts = company.get("shortcuts", app.shortcuts)
    app.scopes = list(company.get("scopes", app.scopes))
    app.bot_events = company.get("bot_events", app.bot_events)
    workspace.announce({})


def _say(workspace: Workspace, speech: Speech, channel: Channel, said: Json) -> None:
    if said.get("integration"):
        speech.integration(channel, said["integration"], said, workflow=bool(said.get("workflow")))
    else:
        speech.say(workspace.user(said["as"]), channel, said)


def add_user(workspace: Workspace, person: Json) -> User:
    """Add one person, or a bot user."""
    name = person["name"]
    user = User(
        person.get("id", derived_id("U", name)), name, person.get("real_name", name.capitalize()), person.get("email"),
        person.get("title", ""), is_bot=bool(person.get("is_bot")), timezone=person.get("timezone", "UTC"),
    )  # fmt: skip
    user.bot_id = derived_id("B", name) if user.is_bot else None
    return workspace.users.get(user.id) or workspace.add_user(user)


def add_group(workspace: Workspace, group: Json) -> UserGroup:
    """Add one user group."""
    handle = group["handle"]
    users = [workspace.user(name).id for name in group.get("users", ())]
    made = UserGroup(group.get("id", derived_id("S", handle)), handle, str(group.get("name", handle)), users)
    return workspace.groups.get(made.id) or workspace.add_group(made)


def add_channel(workspace: Workspace, room: Json) -> Channel:
    """Add one room."""
    name = room["name"].removeprefix("#")
    people = [workspace.user(member).id for member in room.get("members", ())]
    members = people or [user.id for user in workspace.users.values() if not user.is_bot]
    if room.get("bot", True):
        members = [*members, workspace.app.user_id]
    made = Channel(
        room.get("id", derived_id("C", name)), name, "group" if room.get("private") else "channel",
        list(dict.fromkeys(members)), bool(room.get("shared")), bool(room.get("archived")), room.get("topic", ""),
    )  # fmt: skip
    return workspace.channels.get(made.id) or workspace.add_channel(made)
