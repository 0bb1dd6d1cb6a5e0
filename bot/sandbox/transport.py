"""HTTP to the bot, signed the way Slack signs, with a log of every attempt and a count of what is under way."""

import asyncio
import hashlib
import hmac
import json
import time
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.model import Json


@dataclass(frozen=True)
class Answer:
    """What the bot said to one delivery, or why nothing came back."""

    status: int | None
    body: str = ""
    problem: str | None = None  # Slack's retry reason: http_timeout, connection_failed, http_error
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def acknowledged(self) -> bool:
        """Tell whether the bot took the delivery."""
        return self.problem is None

    def content(self) -> Json:
        """Give the acknowledgement's JSON; plain text becomes `{"text": ...}`."""
        try:
            parsed = json.loads(self.body) if self.body.strip() else {}
        except ValueError:
            return {"text": self.body}
        return parsed if isinstance(parsed, dict) else {}

    def told(self) -> Json:
        """Say the outcome to whoever acted."""
        return {"acknowledged": self.acknowledged, "status": self.status, "problem": self.problem}


class Transport:
    """One session for everything the sandbox sends. Start it inside the running loop."""

    def __init__(
        self, url: str, signing_secret: str, ack_seconds: float, wall: Callable[[], float] = time.time
    ) -> None:
        self.log: deque[Json] = deque(maxlen=500)
        self._url = url
        self._secret = signing_secret.encode()
        self._ack_seconds = ack_seconds
        self._wall = wall  # the receiver checks signatures against the real time, so the injected clock will not do
        self._session: aiohttp.ClientSession | None = None
        self._under_way: set[asyncio.Task[Any]] = set()
        self._count = 0

    @property
    def idle(self) -> bool:
        """Tell whether everything sent has been acknowledged or given up."""
        return self._count == 0 and not self._under_way

    async def start(self) -> None:
        """Make the session."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._ack_seconds))

    async def close(self) -> None:
        """Give up what is under way and close the session."""
        tasks = tuple(self._under_way)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def in_background(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do this while the caller goes on; `idle` is false until it is done."""
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def event(self, envelope: Json, retry_headers: Mapping[str, str]) -> Answer:
        """Send an Events API envelope."""
        described = f"event {envelope.get('event', {}).get('type', envelope['type'])}"
        headers = {"Content-Type": "application/json", **retry_headers}
        return await self._signed(described, json.dumps(envelope).encode(), headers)

    async def interaction(self, payload: Json) -> Answer:
        """Send an interaction payload; Slack does not retry these."""
        return await self._form(f"interaction {payload['type']}", {"payload": json.dumps(payload)})

    async def command(self, fields: Mapping[str, str]) -> Answer:
        """Send a slash command; Slack does not retry these either."""
        return await self._form(f"command {fields['command']}", fields)

    async def post(self, described: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a body that somebody else signed."""
        if self._session is None:
            return Answer(None, problem="connection_failed")
        self._count += 1
        try:
            answer = await self._attempt(self._session, url, body, headers)
        finally:
            self._count -= 1
        retry = headers.get("X-Slack-Retry-Num")
        self.log.append({"what": described, "retry": retry, **answer.told()})
        return answer

    async def _form(self, described: str, fields: Mapping[str, str]) -> Answer:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self._signed(described, urlencode(fields).encode(), headers)

    async def _signed(self, described: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        stamp = str(int(self._wall()))
        signature = hmac.new(self._secret, f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        signed = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signature}"}
        agent = {"User-Agent": "Slackbot 1.0 (Ratchet sandbox)"}
        return await self.post(described, self._url, body, {**headers, **signed, **agent})

    async def _attempt(
        self, session: aiohttp.ClientSession, url: str, body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        try:
            async with session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                text = await response.text()
        except TimeoutError:
            return Answer(None, problem="http_timeout")
        except aiohttp.ClientError:
            return Answer(None, problem="connection_failed")
        problem = None if 200 <= response.status < 300 else "http_error"
        return Answer(response.status, text, problem, response.headers)
