"""What a model replied, for when the identical request is made again: by a redraft, a replay or an eval."""

import logging
from datetime import timedelta

from bot.domain.errors import RatchetError
from bot.ports import Clock, Replies

log = logging.getLogger(__name__)


class Memory:
    """Remembers replies for some days. Without them a draft is dearer and no worse: its faults stop no draft."""

    def __init__(self, replies: Replies, clock: Clock, *, days: float) -> None:
        self._replies = replies
        self._clock = clock
        self._kept = timedelta(days=days)

    async def recall(self, key: str) -> str | None:
        """The reply to the identical request, if there was one lately."""
        if not self._kept:
            return None
        try:
            return await self._replies.recall(key, since=self._clock.now() - self._kept)
        except RatchetError as problem:
            log.warning("The model is asked again, because its replies cannot be read: %s", problem)
            return None

    async def keep(self, key: str, reply: str) -> None:
        """Remember the reply to this request."""
        now = self._clock.now()
        try:
            if self._kept:
                await self._replies.keep(key, reply, at=now, since=now - self._kept)
        except RatchetError as problem:
            log.warning("A model's reply could not be kept: %s", problem)
