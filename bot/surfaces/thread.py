"""A room's thread as the customer's surface: for escalations that began as a message on a chat platform."""

from collections.abc import Mapping

from bot.domain.errors import Rejected
from bot.domain.escalation import Escalation, thread_of
from bot.domain.review import Receipt
from bot.ports import Clock, Inbound, Platform


class ThreadSurface:
    """Delivers into the thread that the escalation began with. Messages come in through the platform itself."""

    receives = False

    def __init__(self, platform: Platform, clock: Clock) -> None:
        self.name = platform.name
        self._platform = platform
        self._clock = clock

    def parse(self, headers: Mapping[str, str], body: bytes) -> Inbound:
        """Raises Rejected: nothing is posted to this surface over HTTP."""
        raise Rejected("Messages of this surface come in through its chat platform.")

    async def deliver(self, escalation: Escalation, text: str, *, key: str) -> Receipt:
        """Post the reply into the thread, once per key. Raises DeliveryFailed."""
        message = await self._platform.reply(thread_of(escalation), text, key=key)
        return Receipt(self.name, self._clock.now(), reference=message.message)
