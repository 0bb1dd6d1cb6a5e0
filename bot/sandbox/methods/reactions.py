"""reactions.*: the emoji on a message."""

import re

from bot.sandbox.methods.call import Call, Method, Refused
from bot.sandbox.model import Json


def add(call: Call) -> Json:
    """Put the bot's reaction on a message."""
    name = _name(call)
    message = call.message(call.joined(), "timestamp")
    if not call.workspace.react(message, name, call.workspace.app.user_id):
        raise Refused("already_reacted")
    return {}


def remove(call: Call) -> Json:
    """Take the bot's reaction off a message."""
    name = _name(call)
    message = call.message(call.joined(), "timestamp")
    if not call.workspace.react(message, name, call.workspace.app.user_id, remove=True):
        raise Refused("no_reaction")
    return {}


def get(call: Call) -> Json:
    """Show a message with its reactions."""
    channel = call.channel()
    message = call.message(channel, "timestamp")
    return {"type": "message", "channel": channel.id, "message": message.as_slack(call.workspace.team.id)}


def _name(call: Call) -> str:
    name = call.required("name").strip(":")
    if not re.fullmatch(r"[a-z0-9_+'\-]+(::skin-tone-[2-6])?", name):
        raise Refused("invalid_name")
    return name


METHODS: dict[str, Method] = {"reactions.add": add, "reactions.remove": remove, "reactions.get": get}
