"""The commands, one file each: a module with the constant COMMAND. `make manifest` tells Slack about a new one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.domain.chat import Command
from bot.ports import Answer, Desk


@dataclass(frozen=True, slots=True)
class CommandPlugin:
    """A command that people can give. `usage` is the hint behind its name, `help` one line on what it does.

    `slash` gives it a slash command, `shortcut` (a title) an entry in the menu of every message. `begins_work` keeps it
    before it is acknowledged, so that no crash loses it; such a command cannot open a form.
    """

    name: str
    usage: str
    help: str
    run: Callable[[Desk, Command], Awaitable[Answer]]
    slash: bool = True
    shortcut: str = ""
    begins_work: bool = False
