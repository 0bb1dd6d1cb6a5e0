"""What is remembered of holding replies, and of who got one."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from bot.domain.chat import MessageRef
from bot.domain.holding import Holding, Tally


class Holdings(Protocol):
    """The holding replies of one workspace, and the conversations that got one: never a second."""

    async def open(self, holding: Holding) -> Holding:
        """Keep a new one, once per id; returns what is kept."""
        ...

    async def get(self, holding_id: str) -> Holding:
        """Raises NotFound."""
        ...

    async def change(self, holding: Holding) -> Holding:
        """Keep the change and raise the version. Raises Conflict when somebody else changed it since."""
        ...

    async def set_card(self, holding_id: str, card: MessageRef) -> None:
        """Remember the card's message; does not raise the version."""
        ...

    async def going(self) -> tuple[Holding, ...]:
        """Those that are proposed or being sent, oldest first."""
        ...

    async def begin(self, escalation_id: str, holding_id: str, run: str) -> bool:
        """Let this run hold the conversation; False when another run does, or it is done. True again for the same run.

        A conversation is held once, whatever the holding reply.
        """
        ...

    async def done(self, escalation_id: str, at: datetime, problem: str = "") -> None:
        """Note that it was delivered, or with a problem that it could not be; either way it is not tried again."""
        ...

    async def release(self, run: str) -> None:
        """Let other runs hold what this one began and did not end."""
        ...

    async def held(self, escalations: Collection[str]) -> frozenset[str]:
        """Which of these are held, or being held."""
        ...

    async def tally(self, holding_id: str) -> Tally: ...
