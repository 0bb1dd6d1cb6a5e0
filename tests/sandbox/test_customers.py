"""The customer's side of web chat: signed both ways, and told once."""

import json
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web
from standardwebhooks import Webhook

from bot.sandbox import Sandbox
from bot.surfaces.schema import ConversationEscalated
from tests.local import free_port, serving
from tests.sandbox.conftest import WEBHOOK_SECRET, Control


async def deliver(sandbox: Sandbox, webhook_id: str, body: dict[str, Any], secret: str = WEBHOOK_SECRET) -> int:
    raw, now = json.dumps(body), datetime.now(UTC)
    headers = {"webhook-id": webhook_id, "webhook-timestamp": str(int(now.timestamp()))}
    headers["webhook-signature"] = Webhook(secret).sign(webhook_id, now, raw)
    url = f"{sandbox.base_url}/customers/replies"
    async with aiohttp.ClientSession() as session, session.post(url, data=raw, headers=headers) as response:
        return response.status


async def test_a_repeated_delivery_shows_once_and_is_counted(sandbox: Sandbox, control: Control) -> None:
    body = {"conversation_id": "chat_1", "text": "Your refund is on its way."}
    for _ in range(3):
        assert await deliver(sandbox, "msg_1", body) == 200
    assert await deliver(sandbox, "msg_2", {"type": "reply", "data": {**body, "text": "Anything else?"}}) == 200
    conversation = (await control("customers", get=True))["conversations"][0]
    assert [(entry["text"], entry["repeats"]) for entry in conversation["entries"]] == [
        ("Your refund is on its way.", 2), ("Anything else?", 0),
    ]  # fmt: skip


async def test_a_reply_with_a_wrong_signature_reaches_nobody(sandbox: Sandbox, control: Control) -> None:
    assert await deliver(sandbox, "msg_1", {"conversation_id": "chat_1", "text": "x"}, "whsec_d3Jvbmc=") == 401
    assert (await control("customers", get=True))["conversations"] == []


async def test_a_lost_receipt_is_a_delivery_nonetheless(sandbox: Sandbox, control: Control) -> None:
    await control("faults", method="customers.replies", status=503, after_effect=True)
    body = {"conversation_id": "chat_1", "text": "Once"}
    assert [await deliver(sandbox, "msg_1", body) for _ in range(2)] == [503, 200]
    entries = (await control("customers", get=True))["conversations"][0]["entries"]
    assert [entry["repeats"] for entry in entries] == [1]


async def test_a_customer_writes_and_the_bot_can_verify_it(sandbox: Sandbox, control: Control) -> None:
    received: list[dict[str, Any]] = []

    async def surface(request: web.Request) -> web.Response:
        received.append(Webhook(WEBHOOK_SECRET).verify(await request.read(), dict(request.headers)))
        return web.json_response({"accepted": True}, status=202)

    application, port = web.Application(), free_port()
    application.router.add_post("/surfaces/webhook", surface)
    sandbox.customers._url = f"http://127.0.0.1:{port}/surfaces/webhook"
    question = "Where is my refund?"
    async with serving(application, port):
        told = await control("customers/write", conversation="chat_1", text=question, customer={"name": "Dana"})
        await control("customers/send", id="msg_raw", body={"anything": ["goes"]})
    assert (told["status"], told["body"]) == (202, {"accepted": True})
    assert received[0]["data"]["turns"][0]["text"] == question and received[1] == {"anything": ["goes"]}
    assert ConversationEscalated.model_validate(received[0]).data.customer.name == "Dana"
    entries = [one["entries"][0]["text"] for one in (await control("customers", get=True))["conversations"]]
    assert entries == [question, ""]
    assert received[0]["data"]["reply_url"] == f"{sandbox.base_url}/customers/replies"
