"""What happens by the clock, and who is there when it does."""

from datetime import datetime
from typing import Protocol

from bot.domain.rota import Shift


class Slots(Protocol):
    """Up to when the slots of each schedule have been started, by its name."""

    async def reached(self, name: str, now: datetime) -> datetime:
        """That time; a schedule that is new has nothing to make up for and begins `now`."""
        ...

    async def reach(self, name: str, at: datetime) -> None:
        """Note that all slots up to then are started; an earlier time never replaces a later one."""
        ...


class OnCall(Protocol):
    """Knows who is on call."""

    async def now(self) -> Shift:
        """Who it is now, and next; nobody where that is so. Raises Unavailable or DeliveryFailed rather than guess."""
        ...

    async def gap(self, until: datetime) -> datetime | None:
        """The first moment from now until then at which nobody is on call, as far as is known; None: there is none."""
        ...
