"""A command group that imports a command's module when the command is used, so that `--help` answers at once."""

from importlib import import_module
from typing import Any

import click

HELP = {
    "serve": "Run the bot.",
    "demo": "Run the bot with a sandbox workspace and a sample company.",
    "doctor": "Check the installation and say what to do about each problem.",
    "ask": "Answer one question, with sources and timing.",
    "trace": "Look into recorded runs.",
    "replay": "Run a recorded escalation again on today's knowledge.",
    "kb": "Import, search and check the knowledge.",
    "db": "Bring the database up to date.",
    "manifest": "Write the Slack app manifest.",
}


class LazyGroup(click.Group):
    """Knows its commands by name and module; the function in the module has the command's name."""

    def __init__(self, *args: Any, commands_in: dict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._modules = commands_in or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._modules:
            return None
        command: click.Command = getattr(import_module(self._modules[cmd_name]), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, HELP[name]) for name in self._modules])
