"""Who may deliver: real tokens signed by test keys, a local server that publishes them, and the door itself."""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.domain.chat import MessageRef, Person, Place, RoomMessage, Stimulus
from bot.domain.errors import Misconfigured
from bot.platforms.teams.activities import Own
from bot.platforms.teams.botbuilder import TeamsBot, check_local
from bot.platforms.teams.door import teams_handler
from bot.platforms.teams.keys import FRESH, LOOK_AGAIN, SigningKeys
from bot.ports import Answer
from bot.ports.reaching import OpenForm
from bot.settings.edges import Teams
from tests.local import free_port, serving
from tests.teams.tokens import APP_ID, ELSEWHERE, TENANT, Signer
from tests.unit.platforms.conftest import FakeClock
from tests.unit.platforms.test_teams_activities import delivery

SERVICE = "https://smba.trafficmanager.net/emea/"
SIGNER, NEWER, STRANGER = Signer("key-1"), Signer("key-2"), Signer("key-1")
UNENDORSED = Signer("key-3")


@dataclass
class KeyServer:
    """Publishes keys, counts who looks, and may be down."""

    base: str
    keys: list[dict[str, Any]] = field(default_factory=lambda: [SIGNER.published()])
    looks: int = 0
    down: bool = False
    second_look: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> web.Application:
        application = web.Application()
        application.router.add_get("/openid", self.document)
        application.router.add_get("/keys", self.published)
        return application

    async def document(self, _: web.Request) -> web.Response:
        self.looks += 1
        if self.looks == 2:
            self.second_look.set()
        if self.down:
            raise web.HTTPServiceUnavailable
        return web.json_response({"jwks_uri": f"{self.base}/keys"})

    async def published(self, _: web.Request) -> web.Response:
        await asyncio.sleep(0.02)
        return web.json_response({"keys": self.keys})


@dataclass
class Desk:
    """What stands behind the door: an intake, and an adapter of which only the notes matter here."""

    own: Own = field(default_factory=lambda: Own(APP_ID))
    accepted: list[Stimulus] = field(default_factory=list)
    noticed: list[dict[str, Any]] = field(default_factory=list)
    full: bool = False
    forgetful: bool = False

    def immediate(self, stimulus: Stimulus) -> bool:
        return False

    async def accept(self, stimulus: Stimulus) -> None:
        if self.full:
            raise OSError("the disk is full")
        self.accepted.append(stimulus)

    async def answer(self, stimulus: Stimulus) -> Answer:
        return None

    async def noted(self, activity: dict[str, Any]) -> None:
        if self.forgetful:
            raise OSError("the disk is full")
        self.noticed.append(activity)

    async def refreshed(self, message: MessageRef, person: Person) -> dict[str, Any] | None:
        return None

    async def tell(self, place: Place, person: Person, text: str) -> None: ...

    def later(self, work: Any) -> None:
        work.close()


class NoForms:
    async def keep(self, opened: OpenForm, now: Any) -> None: ...

    async def get(self, form_id: str, person: Person) -> OpenForm | None:
        return None


@dataclass
class Door:
    """The door of a running bot."""

    url: str
    desk: Desk
    session: aiohttp.ClientSession

    async def deliver(self, activity: Any, token: str | None = None, **headers: str) -> int:
        if token is None:
            token = f"Bearer {SIGNER.token(SERVICE)}"
        body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        sent = {"Content-Type": "application/json", "Authorization": token} | headers
        async with self.session.post(self.url, data=body, headers=sent) as answer:
            self.said = await answer.text()
            return answer.status


@pytest.fixture
async def key_server() -> AsyncIterator[KeyServer]:
    port = free_port()
    server = KeyServer(f"http://127.0.0.1:{port}")
    async with serving(server.app(), port):
        yield server


async def opened(section: Teams, desk: Desk, keys: SigningKeys | None = None) -> AsyncIterator[Door]:
    port = free_port()
    bot = TeamsBot(section, keys)
    application = web.Application(client_max_size=4 * 1024 * 1024)
    application.router.add_post("/teams/messages", teams_handler(bot, desk, desk, NoForms(), FakeClock()))
    async with serving(application, port), aiohttp.ClientSession() as session:
        yield Door(f"http://127.0.0.1:{port}/teams/messages", desk, session)
    await bot.close()


def section(server: KeyServer | None = None, **more: Any) -> Teams:
    address = f"{server.base}/openid" if server else "http://127.0.0.1:9/openid"
    usual: dict[str, Any] = {"app_id": APP_ID, "app_password": "x", "tenants": (TENANT,), "openid_url": address}
    return Teams(**usual | more)


@pytest.fixture
async def door(key_server: KeyServer) -> AsyncIterator[Door]:
    async for one in opened(section(key_server), Desk()):
        yield one


async def test_a_signed_message_is_taken_in_once_it_is_noted(door: Door) -> None:
    assert await door.deliver(delivery("channel_message")) == 200
    assert [type(one) for one in door.desk.accepted] == [RoomMessage]
    assert door.desk.noticed[0]["id"] == "1795339807437"


async def test_the_keys_are_looked_up_once(door: Door, key_server: KeyServer) -> None:
    assert await asyncio.gather(*(door.deliver(delivery("channel_message")) for _ in range(20))) == [200] * 20
    assert key_server.looks == 1


def encoded(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def forged(header: dict[str, Any], secret: bytes = b"") -> str:
    now = int(time.time())
    claims = {"iss": "https://api.botframework.com", "aud": APP_ID, "serviceurl": SERVICE, "exp": now + 600}
    signed = f"{encoded(header)}.{encoded(claims)}"
    mac = hmac.new(secret, signed.encode(), hashlib.sha256).digest() if secret else b""
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def public_key() -> bytes:
    key = jwt.PyJWK.from_dict(SIGNER.published(), algorithm="RS256").key
    return bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


NOW = int(time.time())
EMULATOR = "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"
REFUSED = {
    "no token": "",
    "another scheme": "Basic YWxhZGRpbjpvcGVuc2VzYW1l",
    "no token after the scheme": "Bearer",
    "a token without a scheme": SIGNER.token(SERVICE),
    "garbage": "Bearer garbage",
    "three empty parts": "Bearer ..",
    "a very long one": "Bearer " + "a" * 8_000,
    "too many parts": f"Bearer {SIGNER.token(SERVICE)} more",
    "not ASCII": "Bearer \xe9\xe9.\xe9.\xe9",
    "a list as header": f"Bearer {encoded([1])}.{encoded([2])}.x",
    "expired": f"Bearer {SIGNER.token(SERVICE, exp=NOW - 3600)}",
    "expired, beyond the leeway": f"Bearer {SIGNER.token(SERVICE, exp=NOW - 301)}",
    "not yet valid": f"Bearer {SIGNER.token(SERVICE, nbf=NOW + 3600)}",
    "wrong audience": f"Bearer {SIGNER.token(SERVICE, aud='another-app')}",
    "several audiences": f"Bearer {SIGNER.token(SERVICE, aud=[APP_ID, 'another-app'])}",
    "wrong issuer": f"Bearer {SIGNER.token(SERVICE, iss='https://evil.example')}",
    "an emulator's issuer": f"Bearer {SIGNER.token(SERVICE, iss=EMULATOR, ver='1.0', appid=APP_ID)}",
    "wrong key": f"Bearer {STRANGER.token(SERVICE)}",
    "unknown key": f"Bearer {NEWER.token(SERVICE)}",
    "algorithm none": f"Bearer {forged({'alg': 'none', 'kid': 'key-1', 'typ': 'JWT'})}",
    "the public key as a secret": f"Bearer {forged({'alg': 'HS256', 'kid': 'key-1', 'typ': 'JWT'}, public_key())}",
    "no key named": f"Bearer {forged({'alg': 'RS256', 'typ': 'JWT'}, b'x')}",
    "a key named by a list": f"Bearer {forged({'alg': 'RS256', 'kid': [], 'typ': 'JWT'}, b'x')}",
    "another service URL": f"Bearer {SIGNER.token('https://smba.trafficmanager.net/amer/')}",
    "no service URL": f"Bearer {SIGNER.token('')}",
}


@pytest.mark.parametrize("token", REFUSED.values(), ids=REFUSED.keys())
async def test_a_delivery_with_a_bad_token_is_refused(door: Door, token: str) -> None:
    assert await door.deliver(delivery("channel_message"), token) == 401
    assert "error" in json.loads(door.said)
    assert not door.desk.noticed
    assert not door.desk.accepted


async def test_a_token_just_expired_is_good_as_clocks_differ(door: Door) -> None:
    token = SIGNER.token(SERVICE, exp=int(time.time()) - 60)
    assert await door.deliver(delivery("channel_message"), f"Bearer {token}") == 200


async def test_a_token_that_is_good_for_ever_is_refused(door: Door) -> None:
    claims = {"iss": "https://api.botframework.com", "aud": APP_ID, "serviceurl": SERVICE}
    token = jwt.encode(claims, SIGNER._key, algorithm="RS256", headers={"kid": "key-1"})
    assert await door.deliver(delivery("channel_message"), f"Bearer {token}") == 401


async def test_a_key_that_is_not_endorsed_for_teams_signs_nothing(door: Door, key_server: KeyServer) -> None:
    key_server.keys = [UNENDORSED.published() | {"endorsements": endorsed} for endorsed in ([], ["webchat"])]
    key_server.keys[1]["kid"] = "key-4"
    bare = UNENDORSED.published()
    del bare["endorsements"]
    key_server.keys.append(bare | {"kid": "key-5"})
    for kid in ("key-3", "key-4", "key-5"):
        UNENDORSED.kid = kid
        assert await door.deliver(delivery("channel_message"), f"Bearer {UNENDORSED.token(SERVICE)}") == 401


async def test_a_signed_body_that_is_no_activity_is_bad(door: Door) -> None:
    for body in (b"", b"{", b"[]", b'"x"', b"\xff\xfe", b"[" * 100_000):
        assert await door.deliver(body) in (400, 401)
        assert await door.deliver(body, "") == 401
    assert await door.deliver(b"{}") == 401  # it does not name the service URL that its token is for


async def test_what_is_not_sent_as_json_is_not_read(door: Door) -> None:
    assert await door.deliver(delivery("channel_message"), **{"Content-Type": "text/plain"}) == 415


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/teams/",
        "http://smba.trafficmanager.net/emea/",
        "https://smba.trafficmanager.net@evil.example/",
        "https://smba.trafficmanager.net.evil.example/",
        "https://[::1",
        "smba.trafficmanager.net",
        "",
    ],
)
async def test_answers_go_to_microsoft_only(door: Door, url: str, caplog: pytest.LogCaptureFixture) -> None:
    token = f"Bearer {SIGNER.token(url)}"
    assert await door.deliver(delivery("channel_message") | {"serviceUrl": url}, token) == (403 if url else 401)
    assert not door.desk.noticed
    assert not url or "service URL" in caplog.text


async def test_another_tenant_is_not_served(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    foreign = delivery("channel_message")
    foreign["conversation"]["tenantId"] = foreign["channelData"]["tenant"]["id"] = ELSEWHERE
    assert await door.deliver(foreign) == 403
    assert ELSEWHERE in caplog.text
    mixed = delivery("channel_message")
    mixed["channelData"]["tenant"]["id"] = ELSEWHERE
    nameless = delivery("channel_message")
    del nameless["conversation"]["tenantId"], nameless["channelData"]["tenant"]
    assert [await door.deliver(mixed), await door.deliver(nameless)] == [403, 403]
    assert not door.desk.noticed


async def test_another_channel_of_the_bot_service_is_not_served(door: Door) -> None:
    assert await door.deliver(delivery("channel_message") | {"channelId": "directline"}) == 403


async def test_what_could_not_be_kept_is_delivered_again(door: Door) -> None:
    door.desk.full = True
    assert await door.deliver(delivery("channel_message")) == 503
    assert await door.deliver(delivery("reaction")) == 200
    door.desk.full, door.desk.forgetful = False, True
    assert await door.deliver(delivery("channel_message")) == 503


@pytest.mark.parametrize("name", ["unknown", "reaction", "typing", "read_receipt", "from_us", "members_added"])
async def test_what_is_not_for_us_is_acknowledged_and_noted(door: Door, name: str) -> None:
    activity = delivery(name)
    activity["conversation"]["tenantId"] = TENANT
    assert await door.deliver(activity) == 200
    assert len(door.desk.noticed) == 1
    assert not door.desk.accepted


async def test_while_the_keys_cannot_be_read_teams_shall_try_again(key_server: KeyServer) -> None:
    key_server.down = True
    async for door in opened(section(key_server), Desk()):
        assert await door.deliver(delivery("channel_message")) == 503
        key_server.down = False
        assert await door.deliver(delivery("channel_message")) == 200


async def test_a_new_key_is_looked_for_once_in_a_while(key_server: KeyServer) -> None:
    clock = FakeClock()
    keys = SigningKeys(f"{key_server.base}/openid", now=lambda: clock.at.timestamp())
    token = f"Bearer {NEWER.token(SERVICE)}"
    async for door in opened(section(key_server), Desk(), keys):
        assert await door.deliver(delivery("channel_message"), token) == 401
        key_server.keys.append(NEWER.published())
        assert await door.deliver(delivery("channel_message"), token) == 401
        assert key_server.looks == 1
        clock.pass_by(LOOK_AGAIN + 1)
        assert await door.deliver(delivery("channel_message"), token) == 200
        assert key_server.looks == 2


async def test_old_keys_are_renewed_beside_the_work_and_stay_good_where_that_fails(key_server: KeyServer) -> None:
    clock = FakeClock()
    keys = SigningKeys(f"{key_server.base}/openid", now=lambda: clock.at.timestamp())
    async for door in opened(section(key_server), Desk(), keys):
        assert await door.deliver(delivery("channel_message")) == 200
        clock.pass_by(FRESH + 1)
        key_server.down = True
        assert await door.deliver(delivery("channel_message")) == 200
        assert await door.deliver(delivery("channel_message")) == 200
        await asyncio.wait_for(key_server.second_look.wait(), 5)


async def test_a_key_that_makes_no_sense_spoils_nothing(key_server: KeyServer) -> None:
    key_server.keys = [{"kty": "EC", "kid": "other"}, SIGNER.published()]
    async for door in opened(section(key_server), Desk()):
        assert await door.deliver(delivery("channel_message")) == 200


async def test_without_an_app_id_it_runs_in_local_mode_only_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Misconfigured, match="RATCHET_TEAMS_APP_ID"):
        TeamsBot(Teams(app_id=""))
    local = Teams(local=True, service_hosts=("127.0.0.1",))
    with caplog.at_level(logging.WARNING):
        desk = Desk(own=Own(""))
        async for door in opened(local, desk):
            here = delivery("channel_message") | {"serviceUrl": "http://127.0.0.1:3978/"}
            assert await door.deliver(here, "") == 200
            assert await door.deliver(delivery("channel_message"), "") == 403
    assert "nobody who delivers is authenticated" in caplog.text
    assert len(desk.accepted) == 1


def test_in_local_mode_only_this_machine_is_listened_to() -> None:
    check_local(Teams(local=True), "127.0.0.1")
    check_local(section(local=True), "0.0.0.0")
    with pytest.raises(Misconfigured, match="RATCHET_HOST"):
        check_local(Teams(local=True), "0.0.0.0")
