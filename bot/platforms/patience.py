"""Calls to a chat platform that are made again while that can help, each refusal an error that says whether it can."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt, stop_before_delay
from tenacity.wait import wait_exponential_jitter

from bot.domain.errors import DeliveryFailed, Unavailable

T = TypeVar("T")


class Refused(DeliveryFailed):
    """The platform said no for good; `error` is its own word for why."""

    def __init__(self, sentence: str, *, error: str, details: str = "") -> None:
        super().__init__(sentence, permanent=True)
        self.error = error
        self.details = details


class NotYet(Unavailable):
    """The platform did nothing and may do it later."""


class Lost(Unavailable):
    """The answer was lost: the platform may have done it, or not."""


class Patience:
    """Repeats an attempt that raises NotYet or Lost, at most so often and for so many seconds."""

    def __init__(self, seconds: float = 30.0, attempts: int = 5, pause: float = 0.5) -> None:
        self.pause = pause
        self.seconds = seconds
        self._attempts = attempts
        self._backoff = wait_exponential_jitter(multiplier=pause, max=10 * pause, jitter=pause)

    async def __call__(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Give what the attempt gave. Raises what its last repetition raised."""
        retrying = AsyncRetrying(
            retry=retry_if_exception_type((NotYet, Lost)),
            wait=self._wait,
            stop=stop_after_attempt(self._attempts) | stop_before_delay(self.seconds),
            sleep=asyncio.sleep,
            reraise=True,
        )

        async def once() -> T:
            return await attempt()

        return await retrying(once)

    async def unless_done(
        self, attempt: Callable[[], Awaitable[T]], find: Callable[[], Awaitable[T | None]], *, look_first: bool
    ) -> T:
        """Repeat what must not be done twice: after a lost answer, and with `look_first` at once, what is found counts.

        Raises what the last repetition raised.
        """

        async def once() -> T:
            nonlocal look_first
            if look_first and (found := await find()) is not None:
                return found
            try:
                return await attempt()
            except Lost:
                look_first = True
                raise

        return await self(once)

    def _wait(self, state: RetryCallState) -> float:
        """As long as the platform asks for, and a little more: not everybody comes back at once."""
        problem = state.outcome.exception() if state.outcome else None
        asked = getattr(problem, "retry_after", None)
        return self._backoff(state) if asked is None else float(asked) + random.uniform(0, self.pause / 2)
