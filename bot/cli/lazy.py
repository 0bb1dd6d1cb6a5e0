"""A command group that imports a command's module when the command is used, so that `--help` answers at once."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """Knows each command by its name, its module and a line of help; the function in the module has the name."""

    def __init__(self, *args: Any, offers: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offers = offers

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._offers)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._offers:
            return None
        module, _ = self._offers[cmd_name]
        command: click.Command = getattr(import_module(module), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self._offers.items()])
