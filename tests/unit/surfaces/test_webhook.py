"""The webhook surface against a local receiver: what is sent, and what each answer means."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from standardwebhooks import Webhook

from bot.domain.errors import DeliveryFailed, Misconfigured
from bot.domain.escalation import Customer, Escalation
from bot.surfaces.webhook import WebhookSurface

SECRET = "whsec_bm90IGEgc2VjcmV0LCBub3QgYSBzZWNyZXQ="
REPLY_SECRET = "whsec_YW5vdGhlciBvbmUsIGZvciB0aGUgcmVwbGllcw=="


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class Receiver:
    """Answers as told and keeps what it got."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[str, dict[str, str], str]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((request.path, dict(request.headers), await request.text()))
        return web.Response(status=self.status if request.path == "/replies" else 200, headers=self.headers)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver, application = Receiver(), web.Application()
    application.router.add_post("/{path}", receiver.take)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield receiver
    await runner.cleanup()


@pytest.fixture
async def surface() -> AsyncIterator[WebhookSurface]:
    surface = WebhookSurface([SECRET], Clock(), reply_secret=REPLY_SECRET, reply_hosts=["127.0.0.1"], timeout_seconds=2)
    yield surface
    await surface.close()


def conversation(reply_url: str | None) -> Escalation:
    opened = datetime(2026, 3, 1, tzinfo=UTC)
    return Escalation("esc_1", "webhook", "chat-1", Customer("dana"), (), opened, reply_url=reply_url)


async def failure(surface: WebhookSurface, reply_url: str | None) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as caught:
        await surface.deliver(conversation(reply_url), "Hello", key="reply:1")
    return caught.value


async def test_a_reply_is_signed_with_its_own_secret_and_keyed(surface: WebhookSurface, receiver: Receiver) -> None:
    receipt = await surface.deliver(conversation(f"{receiver.url}/replies"), "Grüße!", key="reply:1")
    [(_, headers, body)] = receiver.got
    lowered = {name.lower(): value for name, value in headers.items()}
    said = Webhook(REPLY_SECRET).verify(body, lowered)
    assert said["data"] == {"conversation_id": "chat-1", "text": "Grüße!"}
    assert lowered["webhook-id"] == receipt.reference == "reply:1"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_a_refusal_and_is_not_followed(
    surface: WebhookSurface, receiver: Receiver, status: int
) -> None:
    receiver.status, receiver.headers = status, {"Location": f"{receiver.url}/elsewhere"}
    problem = await failure(surface, f"{receiver.url}/replies")
    assert problem.permanent
    assert [path for path, _, _ in receiver.got] == ["/replies"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
async def test_a_refusal_is_for_good(surface: WebhookSurface, receiver: Receiver, status: int) -> None:
    receiver.status = status
    problem = await failure(surface, f"{receiver.url}/replies")
    assert problem.permanent
    assert str(status) in str(problem)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 520])
async def test_a_passing_trouble_is_worth_another_try(surface: WebhookSurface, receiver: Receiver, status: int) -> None:
    receiver.status = status
    assert not (await failure(surface, f"{receiver.url}/replies")).permanent


async def test_the_receiver_may_say_how_long_to_wait_in_seconds_or_by_a_date(
    surface: WebhookSurface, receiver: Receiver
) -> None:
    receiver.status = 429
    in_a_minute = datetime.now(UTC) + timedelta(seconds=60)
    asked: dict[str, tuple[float, float] | None] = {
        "7": (7, 7),
        in_a_minute.strftime("%a, %d %b %Y %H:%M:%S GMT"): (55, 60),
        "Wed, 01 Jan 2020 00:00:00 GMT": (0, 0),
        "999999999": (3600, 3600),
        "soon": None,
        "": None,
    }
    for header, range_ in asked.items():
        receiver.headers = {"Retry-After": header}
        wait = (await failure(surface, f"{receiver.url}/replies")).retry_after
        assert (wait is None) if range_ is None else (wait is not None and range_[0] <= wait <= range_[1])


async def test_who_cannot_be_reached_now_is_worth_another_try(surface: WebhookSurface, receiver: Receiver) -> None:
    assert not (await failure(surface, "http://127.0.0.1:1/replies")).permanent


@pytest.mark.parametrize("url", ["http://evil.example/", "http://127.0.0.1.evil.example/", None])
async def test_a_reply_goes_only_to_hosts_that_are_allowed(surface: WebhookSurface, url: str | None) -> None:
    assert (await failure(surface, url)).permanent


def test_a_secret_that_is_no_secret_stops_start_up() -> None:
    with pytest.raises(Misconfigured):
        WebhookSurface(["whsec_not base64!"], Clock())
