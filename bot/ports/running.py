"""Executing workflows: time, one run, and what starts runs."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Protocol, TypeVar

from bot.domain.trace import Span

T = TypeVar("T")


class Clock(Protocol):
    """Tells the time; tests bring their own."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class Run(Protocol):
    """One execution of a workflow. Steps run in order, are timed and recorded, and are not repeated once done."""

    id: str

    async def step(self, name: str, function: Callable[..., Awaitable[T]], *args: Any, **kwargs: Any) -> T:
        """Execute the function as a recorded step and return its result.

        The function's return annotation tells how its result is kept, so it must be a plain value or a frozen dataclass
        of them. After a crash, finished steps give their recorded result and the one in flight is executed again.
        """
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait, durably where the run is durable."""
        ...

    async def start(self, workflow: str, key: str, **arguments: str | int) -> None:
        """Start another workflow, as `Runtime.start` does; called between steps, never inside one."""
        ...

    @property
    def spans(self) -> tuple[Span, ...]:
        """What was executed so far."""
        ...


class Runtime(Protocol):
    """Starts workflows that survive a crash."""

    async def start(self, workflow: str, key: str, **arguments: str | int) -> None:
        """Start the workflow, once per key; durable when this returns."""
        ...
