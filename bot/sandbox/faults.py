"""Planned failures: how does the bot behave when Slack or a customer's system misbehaves?"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from aiohttp import web

from bot.sandbox.model import Json


@dataclass
class Fault:
    """One planned failure of a Web API method, of `response_url`, of `upload` or of `customers.replies`.

    With `after_effect` the call does its work first and only the answer is lost: the case that tells an
    exactly-once bot from one that repeats itself.
    """

    method: str
    status: int | None = None  # HTTP status: 429, 500, 503 ...
    error: str | None = None  # Slack's error word in a body with "ok": false
    retry_after: int | None = None  # seconds
    disconnect: bool = False
    delay: float = 0.0  # seconds before anything else
    after_effect: bool = False
    times: int = 1


class Faults:
    """The plan. Each fault happens as many times as it says, in the order planned."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []

    def plan(self, wanted: Json) -> Fault:
        """Add a fault described in JSON; an unknown key raises TypeError."""
        known = {key: value for key, value in wanted.items() if key != "after"}
        fault = Fault(**known)
        fault.after_effect = fault.after_effect or bool(wanted.get("after"))
        self._planned.append(fault)
        return fault

    def clear(self) -> None:
        """Forget the plan."""
        self._planned.clear()

    def listed(self) -> list[Json]:
        """Give what is still to happen."""
        return [asdict(fault) for fault in self._planned]

    async def around(
        self, method: str, request: web.Request, effect: Callable[[], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Answer with `effect`, unless a fault for this method is due."""
        fault = self._take(method)
        if fault is None:
            return await effect()
        await asyncio.sleep(fault.delay)
        if fault.after_effect:
            await effect()
        elif not (fault.disconnect or fault.status or fault.error):
            return await effect()  # only late
        return _broken(fault, request)

    def _take(self, method: str) -> Fault | None:
        for fault in self._planned:
            if fault.method in (method, "*"):
                fault.times -= 1
                if fault.times <= 0:
                    self._planned.remove(fault)
                return fault
        return None


def _broken(fault: Fault, request: web.Request) -> web.StreamResponse:
    if fault.disconnect or not (fault.status or fault.error):
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)  # never arrives
    headers = {}
    if fault.status == 429:
        headers["Retry-After"] = str(fault.retry_after or 1)
    error = fault.error or ("ratelimited" if fault.status == 429 else "internal_error")
    return web.json_response({"ok": False, "error": error}, status=fault.status or 200, headers=headers)
