"""One address of the control API, described and bound."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.sandbox.model import Json

Handler = Callable[[Json], Awaitable[Json]]


@dataclass(frozen=True)
class Endpoint:
    """A request under /sandbox/control; GET takes its keys from the query, POST from a JSON body."""

    verb: str
    path: str
    handler: Handler
    example: Json = field(default_factory=dict)

    @property
    def does(self) -> str:
        """What the handler's own docstring says, so that the two cannot differ."""
        return " ".join((inspect.getdoc(self.handler) or "").split())
