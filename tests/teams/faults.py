"""What goes wrong on demand, and the rates that Teams allows."""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SENDING = ((1, 7), (2, 8), (30, 60), (3600, 1800))
"""Operations a bot may do in one conversation within so many seconds: sending, and creating conversations."""
READING = ((1, 14), (2, 16), (30, 120), (3600, 3600))
EVERYTHING = ((1, 50),)
"""Of one app in one tenant."""


def refused(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> web.Response:
    """An error as the Bot Connector words it."""
    return web.json_response({"error": {"code": code, "message": message}}, status=status, headers=headers)


@dataclass(slots=True)
class Fault:
    """One thing going wrong: what is asked for (`kind`), and how the answer looks.

    `after` lets the request take effect before the answer is spoiled; `reset` cuts the connection instead of
    answering, and `garbage` answers something that is no JSON.
    """

    kind: str
    status: int = 0
    retry_after: float | None = None
    reset: bool = False
    garbage: bool = False
    after: bool = False
    delay: float = 0.0
    times: int = 1
    code: str = "ServiceError"


class Faults:
    """The faults that are still to come, and how often each kind of request was made."""

    def __init__(self) -> None:
        self.planned: list[Fault] = []
        self.asked: dict[str, int] = defaultdict(int)
        self.rates = Rates()

    def plan(self, fault: Fault) -> None:
        self.planned.append(fault)

    async def around(self, kind: str, conversation: str, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let the request through, or spoil it as planned."""
        self.asked[kind] += 1
        wait = self.rates.exceeded(kind, conversation)
        if wait:
            return refused(429, "Throttled", "Too many requests.", {"Retry-After": f"{wait:.2f}"})
        fault = next((one for one in self.planned if one.kind == kind and one.times > 0), None)
        if fault is None:
            return await handler(request)
        fault.times -= 1
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.after:
            await handler(request)
        if fault.reset and request.transport is not None:
            request.transport.close()
            return web.Response(status=500)
        if fault.garbage:
            return web.Response(text="<html>Our services aren't available right now</html>", content_type="text/html")
        if not fault.status:
            return await handler(request)
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return refused(fault.status, fault.code, "As planned by the test.", headers)


class Rates:
    """Counts what a bot does in each conversation. Switched off until a test switches them on."""

    def __init__(self) -> None:
        self.on = False
        self._done: dict[tuple[str, str], deque[float]] = defaultdict(deque)

    def exceeded(self, kind: str, conversation: str) -> float:
        """Seconds until this may be done; 0 when it may be done now, which then counts."""
        if not self.on:
            return 0.0
        windows = SENDING if kind in ("send", "update", "delete", "create") else READING
        now = time.monotonic()
        group = "write" if windows is SENDING else kind
        counted = ((self._done[group, conversation], windows), (self._done["all", ""], EVERYTHING))
        waits = [_wait(done, window, most, now) for done, limits in counted for window, most in limits]
        if not any(waits):
            for done, _ in counted:
                done.append(now)
        return max(waits)


def _wait(done: deque[float], window: int, most: int, now: float) -> float:
    recent = [at for at in done if now - at < window]
    return max(0.01, recent[-most] + window - now) if len(recent) >= most else 0.0
