"""How fast Teams takes messages: so many within a second, two, half a minute and an hour, each conversation by itself.

The limits are those of Microsoft's "Optimize your bot with rate limiting in Teams". Whoever keeps within them is not
refused by 429 as a rule, and nobody else's messages there are held up.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Sequence

from bot.platforms.patience import NotYet

Limits = Sequence[tuple[float, int]]

SENDING: Limits = ((1, 7), (2, 8), (30, 60), (3600, 1800))
"""Messages of one bot in one conversation: at most so many within so many seconds."""
EVERYTHING: Limits = ((1, 30),)
"""All that one app does in a tenant."""
MARGIN = 1.05  # two requests may come closer together on their way


class Pace:
    """Makes callers wait their turn, each conversation by itself."""

    def __init__(self, limits: Limits = SENDING, *, longest: float = 30.0, conversations: int = 10_000) -> None:
        self._limits = tuple((seconds * MARGIN, most) for seconds, most in limits if seconds > 0)
        self._remembered = max((most for _, most in self._limits), default=0)
        self._longest = longest
        self._conversations = conversations
        self._turns: OrderedDict[str, deque[float]] = OrderedDict()

    async def turn(self, conversation: str = "", *, gives_way: bool = False) -> None:
        """Return when a request may be made. Raises NotYet, for which no turn is taken, when that is too far away.

        Who gives way lets everybody pass who comes before there is room.
        """
        clock = asyncio.get_running_loop().time
        begun = now = clock()
        turns, due = self._turns_of(conversation, now)
        while gives_way and now < due <= begun + self._longest:
            await asyncio.sleep(due - now)
            now = clock()
            turns, due = self._turns_of(conversation, now)
        if due - begun > self._longest:
            raise NotYet("Teams takes no more messages there for now.", retry_after=due - now)
        turns.append(due)
        if due > now:
            await asyncio.sleep(due - now)

    def _turns_of(self, conversation: str, now: float) -> tuple[deque[float], float]:
        """The turns that were taken there, and when the next one is due."""
        turns = self._turns.setdefault(conversation, deque(maxlen=self._remembered))
        self._turns.move_to_end(conversation)
        if len(self._turns) > self._conversations:
            self._turns.popitem(last=False)
        return turns, max((now, *(turns[-most] + seconds for seconds, most in self._limits if len(turns) >= most)))
