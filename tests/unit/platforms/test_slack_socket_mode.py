import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.chat import HomeOpened
from bot.platforms.slack import Own, SlackPlatform, build_bolt, start_socket_mode
from tests.local import free_port, serving
from tests.unit.platforms.conftest import SECRET, FakeClock, ListeningIntake, MemoryOutbox

EVENT = {"type": "app_home_opened", "tab": "home", "user": "U1"}
ENVELOPE = {
    "envelope_id": "env-1",
    "type": "events_api",
    "accepts_response_payload": False,
    "payload": {"type": "event_callback", "event_id": "Ev1", "event": EVENT},
}


class SocketPeer:
    """As much of Slack as Socket Mode needs: it hands out an address and delivers one event there."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.acknowledged: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def open(self, request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "url": f"ws://127.0.0.1:{self.port}/socket"})

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        await connection.send_json({"type": "hello", "num_connections": 1})
        await connection.send_json(ENVELOPE)
        async for message in connection:
            self.acknowledged.put_nowait(json.loads(message.data))
        return connection


@pytest.fixture
async def peer() -> AsyncIterator[SocketPeer]:
    made = SocketPeer(free_port())
    application = web.Application()
    application.router.add_post("/api/apps.connections.open", made.open)
    application.router.add_get("/socket", made.socket)
    async with serving(application, made.port):
        yield made


async def test_in_socket_mode_events_are_accepted_and_acknowledged(
    peer: SocketPeer, intake: ListeningIntake, clock: FakeClock, outbox: MemoryOutbox
) -> None:
    client = AsyncWebClient(token="xoxb-x", base_url=f"http://127.0.0.1:{peer.port}/api/")
    slack = SlackPlatform(client, outbox, clock, own=Own("UBOT"), per_second=0)
    connection = await start_socket_mode(build_bolt(client, SECRET, intake, slack), "xapp-x", client)
    acknowledged = await asyncio.wait_for(peer.acknowledged.get(), 5)
    await connection.close()
    assert acknowledged["envelope_id"] == "env-1"
    assert isinstance(intake.heard[0], HomeOpened)
