"""What the control API works with: the parts of a sandbox, and what an address of it is."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.sandbox.customers import Customers
from bot.sandbox.deliveries import Deliveries
from bot.sandbox.faults import Faults
from bot.sandbox.interactions import Interactions
from bot.sandbox.model import Channel, Json, Message, User
from bot.sandbox.speech import Speech
from bot.sandbox.transport import Transport
from bot.sandbox.web_api import WebApi
from bot.sandbox.workspace import Unknown, Workspace


@dataclass(frozen=True)
class Bench:
    """The parts of a sandbox, and the few look-ups every gesture begins with."""

    workspace: Workspace
    speech: Speech
    interactions: Interactions
    deliveries: Deliveries
    transport: Transport
    customers: Customers
    faults: Faults
    web_api: WebApi

    def actor(self, asked: Json) -> User:
        """Give the person a request speaks for (`as`)."""
        return self.workspace.user(required(asked, "as"))

    def room(self, asked: Json) -> Channel:
        """Give the room a request is about (`room`)."""
        return self.workspace.channel(required(asked, "room"))

    def message(self, asked: Json) -> Message:
        """Give the message a request is about (`room` and `ts`), as this person (`as`) sees it."""
        return self.interactions.message_seen_by(self.actor(asked), self.room(asked), required(asked, "ts"))


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


def required(asked: Json, name: str) -> str:
    """Give a key of the request that must be there."""
    value = asked.get(name)
    if not value:
        raise Unknown(f"The request needs {name!r}.")
    return str(value)
