"""Slack takes about one message a second in a room; short bursts are fine."""

import asyncio
from collections import OrderedDict


class Pace:
    """Makes callers wait their turn, each room by itself. `per_second` 0 lets everything pass."""

    def __init__(self, per_second: float = 1.0, burst: int = 4, rooms: int = 10_000) -> None:
        self._interval = 1 / per_second if per_second > 0 else 0.0
        self._burst = burst
        self._rooms = rooms
        self._free: OrderedDict[str, float] = OrderedDict()  # room -> when its next unhurried message is due

    async def turn(self, room: str) -> None:
        """Return when a message may be sent to this room."""
        if not self._interval:
            return
        now = asyncio.get_running_loop().time()
        due = max(self._free.get(room, now), now)
        self._free[room] = due + self._interval
        self._free.move_to_end(room)
        if len(self._free) > self._rooms:
            self._free.popitem(last=False)
        wait = due - now - (self._burst - 1) * self._interval
        if wait > 0:
            await asyncio.sleep(wait)
