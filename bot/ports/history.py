"""What is remembered of conversations for counting: fast to read, and without a word of them."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.history import Conversation, Tried


class History(Protocol):
    """The conversations of one workspace as they are counted."""

    def between(self, since: datetime, until: datetime) -> AsyncIterator[Sequence[Conversation]]:
        """Every conversation that something happened in from `since` to before `until`, each once, some at a time.

        Each comes with all that is on record of it, also from before and after. Others may be among them.
        """
        ...

    async def tried(self, since: datetime, until: datetime) -> tuple[Tried, ...]:
        """How each eval case stood when it was run for the last time in the period, on releases that were live."""
        ...
