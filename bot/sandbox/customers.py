"""The customer's side: signed webhooks to the bot, and the address that receives what the bot delivers back.

Both directions are Standard Webhooks (headers webhook-id, webhook-timestamp, webhook-signature). A delivery that
arrives again under the same webhook-id is stored once and counted, so a repeated send shows.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from bot.sandbox.faults import Faults
from bot.sandbox.model import Clock, Json, derived_id
from bot.sandbox.transport import Answer, Transport
from bot.sandbox.workspace import Workspace

CONVERSATION_KEYS = ("conversation_id", "conversation", "external_id", "thread_id", "ticket_id")
TEXT_KEYS = ("text", "body", "message", "reply")
BODY_LIMIT = 1024 * 1024
TOLERANCE = timedelta(minutes=5)


@dataclass
class Conversation:
    """One customer's exchange with the company, as the customer sees it."""

    id: str
    customer: Json
    entries: list[Json] = field(default_factory=list)

    def shown(self) -> Json:
        """Say the conversation as JSON."""
        return {"id": self.id, "customer": self.customer, "entries": self.entries}


class Customers:
    """Sends what customers write, and keeps what they receive."""

    def __init__(self, workspace: Workspace, transport: Transport, url: str, secret: str, faults: Faults) -> None:
        self.people: list[Json] = []
        self.conversations: dict[str, Conversation] = {}
        self.reply_url = ""
        self._received: dict[str, Json] = {}
        self._sent: dict[str, Json] = {}
        self._workspace = workspace
        self._transport = transport
        self._url = url
        self._webhook = Webhook(secret)
        self._faults = faults
        self._clock: Clock = workspace.clock

    def routes(self) -> list[web.RouteDef]:
        """Give the address the bot delivers replies to."""
        return [web.post("/customers/replies", self._receive)]

    async def write(self, conversation_id: str, text: str, customer: Json, message_id: str = "") -> Answer:
        """Let a customer write a message in the web chat; with the id of an earlier one, that is delivered again."""
        count = len(self._of(conversation_id, customer).entries)
        message_id = derived_id("msg_", conversation_id, message_id or f"{count}/{text}")
        fresh = self.chat_message(conversation_id, message_id, text, customer)
        return await self.send(self._sent.setdefault(message_id, fresh), message_id)

    def chat_message(self, conversation_id: str, message_id: str, text: str, customer: Json) -> Json:
        """Give the body a web chat sends: the conversation with its new message, as the webhook surface reads it."""
        at = self._clock().isoformat()
        known = {key: str(customer[key]) for key in ("id", "name", "email") if customer.get(key)}
        turn = {"id": message_id, "author": "customer", "text": text, "at": at}
        inner: Json = {"conversation_id": conversation_id, "surface": "web chat", "reply_url": self.reply_url}
        inner |= {"customer": {"id": conversation_id} | known, "turns": [turn]}
        return {"type": "conversation.escalated", "timestamp": at, "data": inner}

    async def send(self, body: Json, webhook_id: str) -> Answer:
        """Send any JSON under this webhook id; the same id again is a redelivery."""
        conversation = self._of(_first(body, CONVERSATION_KEYS) or webhook_id, _part(body, "customer") or {})
        if webhook_id not in [entry["id"] for entry in conversation.entries]:
            self._note(conversation, "customer", webhook_id, _written(body))
        raw = json.dumps(body)
        now = datetime.now(UTC)  # the receiver checks signatures against the real time
        headers = {
            "webhook-id": webhook_id, "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._webhook.sign(webhook_id, now, raw), "Content-Type": "application/json",
        }  # fmt: skip
        return await self._transport.post("customer webhook", self._url, raw.encode(), headers)

    def listed(self) -> list[Json]:
        """Give every conversation, oldest first."""
        return [conversation.shown() for conversation in self.conversations.values()]

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        raw = await request.content.read(BODY_LIMIT)

        async def effect() -> web.StreamResponse:
            try:
                body = self._verified(raw, request.headers)
            except (WebhookVerificationError, ValueError):
                return web.json_response({"ok": False, "error": "the signature does not fit"}, status=401)
            return web.json_response(self._accept(request.headers["webhook-id"], body))

        return await self._faults.around("customers.replies", request, effect)

    def _verified(self, raw: bytes, headers: Mapping[str, str]) -> Json:
        """Check the signature, and its age by the sandbox's own clock, which need not be the machine's."""
        signed_at = datetime.fromtimestamp(int(headers.get("webhook-timestamp", "")), UTC)
        right = self._webhook.sign(headers.get("webhook-id", ""), signed_at, raw.decode())
        given = headers.get("webhook-signature", "").split()
        if abs(self._clock() - signed_at) > TOLERANCE or not any(hmac.compare_digest(right, one) for one in given):
            raise WebhookVerificationError("the signature does not fit")
        body: Json = json.loads(raw)
        return body

    def _accept(self, webhook_id: str, body: Json) -> Json:
        entry = self._received.get(webhook_id)
        if entry is None:
            conversation = self._of(_first(body, CONVERSATION_KEYS) or "unknown", _part(body, "customer") or {})
            entry = self._note(conversation, "company", webhook_id, _first(body, TEXT_KEYS))
            entry["body"] = body
            self._received[webhook_id] = entry
        else:
            entry["repeats"] += 1
            self._workspace.announce({})
        return {"ok": True, "receipt": derived_id("rcpt_", webhook_id), "repeats": entry["repeats"]}

    def _note(self, conversation: Conversation, side: str, webhook_id: str, text: str) -> Json:
        entry: Json = {"from": side, "id": webhook_id, "text": text, "at": self._clock().isoformat(), "repeats": 0}
        conversation.entries.append(entry)
        self._workspace.announce({})
        return entry

    def _of(self, conversation_id: str, customer: Json) -> Conversation:
        conversation = self.conversations.setdefault(conversation_id, Conversation(conversation_id, customer))
        conversation.customer = conversation.customer or customer
        return conversation


def _part(body: Json, key: str) -> Any:
    """Give a value of the body itself or of the `data` or `message` in it: whoever defines the schema, it is found."""
    for part in (body.get("data"), body, body.get("message")):
        if isinstance(part, dict) and part.get(key):
            return part[key]
    return None


def _written(body: Json) -> str:
    turns = _part(body, "turns")
    return _first(turns[-1], TEXT_KEYS) if isinstance(turns, list) and turns else _first(body, TEXT_KEYS)


def _first(body: Json, keys: tuple[str, ...]) -> str:
    for key in keys:
        value = _part(body, key)
        if isinstance(value, str):
            return value
        if isinstance(value, dict) and isinstance(value.get("id"), str) and keys is CONVERSATION_KEYS:
            return str(value["id"])
    return ""
