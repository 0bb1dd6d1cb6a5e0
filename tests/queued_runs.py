"""A runtime for a simulated history: each run once per key, one after the other, so that a seed gives one history."""

from collections import deque
from dataclasses import dataclass, field

from bot.app.running import WORKFLOWS
from bot.ports import Clock, Desk
from bot.workflows.run import RecordedRun


@dataclass
class QueuedRuns:
    """Keeps what is started until `work` executes it, in the order in which it was started. No run waits."""

    clock: Clock
    _started: set[str] = field(default_factory=set)
    _waiting: deque[tuple[str, str, dict[str, str | int]]] = field(default_factory=deque)

    async def start(self, workflow: str, key: str, **arguments: str | int) -> None:
        if key not in self._started:
            self._started.add(key)
            self._waiting.append((workflow, key, arguments))

    async def work(self, desk: Desk) -> None:
        """Execute what was started, and what that starts."""
        while self._waiting:
            workflow, key, arguments = self._waiting.popleft()
            await WORKFLOWS[workflow](_QueuedRun(key, self.clock, self), desk, **arguments)


class _QueuedRun(RecordedRun):
    def __init__(self, key: str, clock: Clock, runs: QueuedRuns) -> None:
        super().__init__(key, clock)
        self._runs = runs

    async def start(self, workflow: str, key: str, **arguments: str | int) -> None:
        await self._runs.start(workflow, key, **arguments)
