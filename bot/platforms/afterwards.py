"""What is done after an acknowledgement, and finished before the process ends."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Afterwards:
    """Work that nobody waits for."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do this after the acknowledgement."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Finish what was begun after acknowledgements."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
