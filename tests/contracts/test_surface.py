"""What every surface promises, and the recorded request that the webhook surface turns into a conversation."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from bot.domain.errors import Rejected, Unauthenticated
from bot.domain.escalation import Author, Customer
from bot.ports import Inbound, Surface
from bot.surfaces.thread import ThreadSurface
from bot.surfaces.webhook import WebhookSurface
from tests.contracts.store_samples import NOON
from tests.unit.scripted import Clock, ScriptedPlatform

SECRET = "whsec_bm90IGEgc2VjcmV0LCBub3QgYSBzZWNyZXQ="
PAYLOAD = Path(__file__).parents[1] / "payloads" / "webhook" / "conversation.json"
Make = Callable[[], Surface]


def webhook() -> WebhookSurface:
    return WebhookSurface([SECRET], Clock(), reply_hosts=["shop.example.org"])


def thread() -> ThreadSurface:
    return ThreadSurface(ScriptedPlatform(), Clock())


def recorded(surface: WebhookSurface) -> Inbound:
    body, now = PAYLOAD.read_text(), datetime.now(UTC)
    stamp, signature = str(int(now.timestamp())), Webhook(SECRET).sign("msg_1", now, body)
    headers = {"Webhook-Id": "msg_1", "Webhook-Timestamp": stamp, "Webhook-Signature": signature}
    return surface.parse(headers, body.encode())


@pytest.mark.parametrize("make", [webhook, thread])
def test_nothing_comes_in_without_proof_of_who_sends_it(make: Make) -> None:
    surface = make()
    with pytest.raises(Unauthenticated if surface.receives else Rejected):
        surface.parse({}, PAYLOAD.read_bytes())


def test_the_same_request_twice_reads_the_same() -> None:
    assert recorded(webhook()) == recorded(webhook())


def test_a_recorded_request_becomes_this_conversation() -> None:
    inbound = recorded(webhook())
    assert inbound.external_id == "chat-4711"
    assert inbound.customer == Customer("c-81", "Dana Berg", "dana@example.org")
    assert (inbound.channel, inbound.language) == ("web chat", "en")
    assert inbound.reply_url == "https://shop.example.org/ratchet/replies"
    assert inbound.metadata == {"order": "FH-1042391"}
    first, second, third = inbound.turns
    assert (first.author, first.at) == (Author.CUSTOMER, datetime(2026, 3, 2, 11, 58, tzinfo=UTC))
    assert (second.author, second.text) == (Author.AGENT, "One moment, please.")
    assert (third.at, third.attachments) == (NOON, ("label.png",))
    assert len({turn.ref for turn in inbound.turns}) == 3
