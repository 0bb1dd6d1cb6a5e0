"""The commands, one file each: a module with the constant COMMAND. `make manifest` tells Slack about a new one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.domain.chat import Command
from bot.ports import Answer, Desk


@dataclass(frozen=True, slots=True)
class CommandPlugin:
    """A command that people can give. `usage` is the hint behind its name, `help` one line on what it does."""

    name: str
    usage: str
    help: str
    run: Callable[[Desk, Command], Awaitable[Answer]]
