"""What wakes people beside the chat, against local peers: what is sent, and what each answer means."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from bot.domain.alerting import acknowledged, called_false
from bot.domain.errors import DeliveryFailed, Misconfigured
from bot.domain.spike import Alert, Explained, Series, What, cause_of, resolved
from bot.paging.pagerduty import PagerDuty
from bot.paging.webhook import WebhookPager
from tests.contracts.store_samples import ANA

SECRET = "whsec_bm90IGEgc2VjcmV0LCBub3QgYSBzZWNyZXQ="
NOW = datetime.now(UTC)
ALERT = Alert(
    "intent:refund@then", (Series(What.INTENT, "refund"), Series(What.VOLUME)), NOW - timedelta(hours=1), NOW, NOW,
    60, 31, 4.2, 1 / 300, 29, about=Explained(words=("parcel",), suspect="Something may be wrong there."),
)  # fmt: skip
SUMMARY, LINK = "conversations about refund: 31 in an hour where 4 are usual", "https://chat.example.com/1"


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class Peer:
    url: str = ""
    status: int = 202
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[dict[str, str], str]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.text()))
        return web.Response(status=self.status, headers=self.headers)

    def events(self) -> list[dict[str, object]]:
        return [json.loads(body) for _, body in self.got]


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    peer, application = Peer(), web.Application()
    application.router.add_post("/v2/enqueue", peer.take)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    peer.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v2/enqueue"
    yield peer
    await runner.cleanup()


@pytest.fixture
async def pagerduty(peer: Peer) -> AsyncIterator[PagerDuty]:
    pager = PagerDuty("routing-key", url=peer.url, source="main", timeout_seconds=2)
    yield pager
    await pager.close()


@pytest.fixture
async def webhook(peer: Peer) -> AsyncIterator[WebhookPager]:
    pager = WebhookPager(peer.url, SECRET, Clock(), timeout_seconds=2)
    yield pager
    await pager.close()


async def test_pagerduty_has_one_incident_for_a_cause_from_its_trigger_to_its_end(
    pagerduty: PagerDuty, peer: Peer
) -> None:
    taken = acknowledged(ALERT, ANA, NOW)
    for stands in (ALERT, taken, resolved(taken, NOW)):
        await pagerduty.tell(stands, summary=SUMMARY, link=LINK)

    events = peer.events()
    assert [event["event_action"] for event in events] == ["trigger", "acknowledge", "resolve"]
    assert {event["dedup_key"] for event in events} == {"ratchet:main:intent:refund@then"}
    assert {event["routing_key"] for event in events} == {"routing-key"}
    payload = events[0]["payload"]
    assert isinstance(payload, dict)
    assert (payload["summary"], payload["source"], payload["severity"]) == (SUMMARY, "main", "error")
    assert payload["custom_details"]["seen"] == 31
    assert payload["custom_details"]["words_they_share"] == ["parcel"]
    assert events[0]["links"] == [{"href": LINK, "text": "The alert's card"}]
    assert "payload" not in events[1]


async def test_a_false_alarm_is_resolved_at_the_pager_and_an_incident_is_critical(
    pagerduty: PagerDuty, peer: Peer
) -> None:
    await pagerduty.tell(called_false(ALERT, ANA, NOW, before=1.0), summary=SUMMARY, link="")
    await pagerduty.tell(replace(ALERT, incident="INC-1"), summary="s" * 5000, link="")

    resolve, trigger = peer.events()
    assert resolve["event_action"] == "resolve"
    assert isinstance(trigger["payload"], dict)
    assert trigger["payload"]["severity"] == "critical"
    assert len(trigger["payload"]["summary"]) == 1024
    assert "links" not in trigger


@pytest.mark.parametrize(("status", "permanent"), [(400, True), (403, True), (429, False), (500, False), (503, False)])
async def test_what_is_refused_is_final_and_what_is_busy_is_worth_another_try(
    pagerduty: PagerDuty, peer: Peer, status: int, permanent: bool
) -> None:
    peer.status, peer.headers = status, {"Retry-After": "7"}
    with pytest.raises(DeliveryFailed) as caught:
        await pagerduty.tell(ALERT, summary=SUMMARY, link="")
    assert caught.value.permanent is permanent
    assert caught.value.retry_after == (None if permanent else 7.0)


async def test_nobody_there_is_worth_another_try() -> None:
    pager = PagerDuty("key", url="http://127.0.0.1:9/v2/enqueue", source="main", timeout_seconds=2)
    with pytest.raises(DeliveryFailed) as caught:
        await pager.tell(ALERT, summary=SUMMARY, link="")
    assert not caught.value.permanent
    await pager.close()


async def test_the_webhook_is_signed_and_tells_how_the_alert_stands(webhook: WebhookPager, peer: Peer) -> None:
    await webhook.tell(ALERT, summary=SUMMARY, link=LINK)
    await webhook.tell(replace(resolved(ALERT, NOW), version=2), summary=SUMMARY, link=LINK)

    for headers, body in peer.got:
        Webhook(SECRET).verify(body, {name.lower(): value for name, value in headers.items()})
    opened, over = peer.events()
    assert (opened["type"], over["type"]) == ("alert.open", "alert.over")
    assert isinstance(opened["data"], dict)
    told = opened["data"]
    assert (told["seen"], told["minutes"], told["expected"], told["once_in_days"]) == (31, 60, 4.2, 300)
    assert told["series"] == ["conversations about refund", "conversations in all"]
    assert [headers["webhook-id"] for headers, _ in peer.got] == ["intent:refund@then/1", "intent:refund@then/2"]


async def test_a_body_that_was_changed_on_the_way_does_not_verify(webhook: WebhookPager, peer: Peer) -> None:
    await webhook.tell(ALERT, summary=SUMMARY, link=LINK)
    headers, body = peer.got[0]
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.replace("31", "13"), {name.lower(): value for name, value in headers.items()})


@pytest.mark.parametrize("url", ["http://pages.example.com/in", "ftp://x", "nonsense", ""])
def test_an_address_that_others_can_read_on_the_way_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(Misconfigured, match="RATCHET_ALERTS_WEBHOOK_URL"):
        WebhookPager(url, SECRET, Clock())
    with pytest.raises(Misconfigured, match="RATCHET_ALERTS_PAGERDUTY_URL"):
        PagerDuty("key", url=url, source="main")


def test_a_secret_that_is_none_is_refused_at_the_start() -> None:
    with pytest.raises(Misconfigured, match="RATCHET_ALERTS_WEBHOOK_SECRET"):
        WebhookPager("https://pages.example.com/in", "whsec_a", Clock())


@pytest.mark.parametrize("name", ["größe, 配送, ✨", "x\r\nX-Evil: 1\r\n", "a\x00\ud800"], ids=ascii)
async def test_whatever_a_problem_is_called_its_signature_holds(webhook: WebhookPager, peer: Peer, name: str) -> None:
    series = (Series(What.CLUSTER, name),)
    for version in (1, 1, 2):
        alert = replace(ALERT, cause=cause_of(series[0], NOW), series=series, version=version)
        await webhook.tell(alert, summary=SUMMARY, link="")
    ids = []
    for headers, body in peer.got:
        Webhook(SECRET).verify(body, {name.lower(): value for name, value in headers.items()})
        assert "X-Evil" not in headers and headers["webhook-id"].isascii()
        ids.append(headers["webhook-id"])
    assert ids[0] == ids[1] != ids[2]


async def test_a_hostile_name_is_only_text(webhook: WebhookPager, pagerduty: PagerDuty, peer: Peer) -> None:
    name = "a\x00\ud800\u202e" + "<!channel>" * 10_000
    series = Series(What.INTENT, name)
    hostile = replace(ALERT, cause=cause_of(series, NOW), series=(series,))
    for pager in (webhook, pagerduty):
        await pager.tell(hostile, summary=hostile.title, link="")
    assert len(peer.events()) == 2
