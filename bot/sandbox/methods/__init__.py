"""The Slack Web API's methods, one module per noun; each module offers one constant, `METHODS`."""

from collections.abc import Mapping

from bot.sandbox.methods import chat, conversations, files, people, reactions, views
from bot.sandbox.methods.call import Method


def all_methods() -> Mapping[str, Method]:
    """Give every method this stand-in answers, by Slack's name for it."""
    modules = (chat, conversations, files, people, reactions, views)
    return {name: method for module in modules for name, method in module.METHODS.items()}
