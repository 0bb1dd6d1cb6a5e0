"""The Teams app, put together from the commands that the code handles."""

from importlib.metadata import version

from bot.discovery import find
from bot.platforms.teams.manifest import Developer, Offered, manifest, package
from handlers.commands import CommandPlugin

WORDS = {
    "help": "What Ratchet can do",
    "status": "How things stand: the queue, the fixes, the cases and the releases",
    "why": "What the draft in this thread rests on",
}
"""What is understood without the name of a command in front."""
PERSONAL = {"home": "What waits for you"}


def teams_package(app_id: str, *, url: str, by: Developer) -> bytes:
    """The package to upload to Teams, for a bot that is reached at the address. Raises Rejected."""
    plugins = find("handlers.commands", "COMMAND", CommandPlugin)
    commands = {plugin.name: _said(plugin) for plugin in plugins if plugin.slash}
    actions = {plugin.name: (plugin.shortcut, plugin.help) for plugin in plugins if plugin.shortcut}
    offered = Offered(commands | WORDS, PERSONAL, actions)
    return package(manifest(app_id, version("ratchet"), offered, url=url, by=by))


def _said(plugin: CommandPlugin) -> str:
    return f"{plugin.help}: {plugin.name} {plugin.usage}" if plugin.usage else plugin.help
