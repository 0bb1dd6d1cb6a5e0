"""What is remembered of language models: what they cost, and what they replied."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Usage:
    """What calls of a model took. `cost` is in millionths of the currency that the prices are in."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost: int = 0
    calls: int = 1


@dataclass(frozen=True, slots=True)
class Account:
    """Whose day is charged: the workspace's always, and within it a room's."""

    day: date
    room: str = ""


@dataclass(frozen=True, slots=True)
class Balance:
    """How an account stands: what its day has spent or set aside, in the whole workspace and in the room.

    `granted` tells whether what was asked for is now among what is set aside.
    """

    granted: bool
    workspace: int
    room: int


class Ledger(Protocol):
    """What language models cost, by day and room, in millionths of the currency."""

    async def set_aside(
        self, account: Account, amount: int, *, limit: int | None = None, room_limit: int | None = None
    ) -> Balance:
        """Set the amount aside if, with all that is spent and set aside, it stays within both limits; atomic.

        What is never settled stays set aside: a call whose end nobody saw counts for all that it may have cost.
        """
        ...

    async def settle(self, account: Account, amount: int, used: Usage) -> None:
        """Replace what was set aside by what was used."""
        ...

    async def spent(self, day: date) -> Mapping[str, Usage]:
        """What each room used on that day; what is only set aside is not among it."""
        ...


class Replies(Protocol):
    """What a model replied to a request, for when the identical request is made again."""

    async def recall(self, key: str, *, since: datetime) -> str | None:
        """The reply to the request with this key, if it was kept at that time or later."""
        ...

    async def keep(self, key: str, reply: str, *, at: datetime, since: datetime) -> None:
        """Keep the reply; those from before `since`, and the oldest of too many, are forgotten."""
        ...
