"""The calls beneath the platform: tokens, pace, the connector and Graph."""

import asyncio
import contextlib
import re
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.domain.errors import DeliveryFailed, NotFound, Unavailable
from bot.platforms.patience import Lost, NotYet, Patience, Refused
from bot.platforms.teams.calls import Calls
from bot.platforms.teams.graph import Member
from bot.platforms.teams.pace import Pace
from bot.platforms.teams.services import Services, services
from bot.platforms.teams.tokens import CONNECTOR, GRAPH, Tokens
from bot.settings.edges import Teams
from tests.local import free_port, serving
from tests.teams.standin import StandIn
from tests.teams.tokens import TENANT
from tests.teams.world import Human

TEXT = {"type": "message", "text": "Hello"}


def channel(standin: StandIn) -> str:
    return standin.world.find("Escalations")[1].id


# -- tokens ----------------------------------------------------------------------------------------------------------


async def test_a_token_is_kept_until_shortly_before_its_end(
    session: aiohttp.ClientSession, settings: Teams, standin: StandIn
) -> None:
    now = [0.0]
    tokens = Tokens(session, settings, now=lambda: now[0])
    first = await tokens.token(CONNECTOR)
    now[0] = 3299
    assert await tokens.token(CONNECTOR) == first
    now[0] = 3301
    assert await tokens.token(CONNECTOR) != first
    assert await tokens.token(GRAPH) != await tokens.token(CONNECTOR)
    assert standin.faults.asked["token"] == 3


async def test_a_token_of_a_short_life_is_used_for_half_of_it(
    session: aiohttp.ClientSession, settings: Teams, standin: StandIn
) -> None:
    standin.login.lifetime = 10
    now = [0.0]
    tokens = Tokens(session, settings, now=lambda: now[0])
    first = await tokens.token(CONNECTOR)
    now[0] = 4.9
    assert await tokens.token(CONNECTOR) == first
    now[0] = 5.1
    assert await tokens.token(CONNECTOR) != first


@pytest.mark.parametrize(
    "fault",
    [{"status": 500}, {"status": 429}, {"garbage": True}, {"reset": True}],
    ids=["error", "rate", "garbage", "reset"],
)
async def test_a_login_server_in_trouble_is_asked_again(
    microsoft: Services, standin: StandIn, fault: dict[str, Any]
) -> None:
    standin.plan("token", times=2, **fault)
    assert await microsoft.connector.team(standin.service_url, standin.world.teams["Support"].id)


async def test_a_tenant_that_does_not_know_the_app_is_named_as_such(
    session: aiohttp.ClientSession, settings: Teams
) -> None:
    tokens = Tokens(session, settings)
    with pytest.raises(Refused, match="RATCHET_TEAMS_TENANTS"):
        await tokens.token(CONNECTOR, "another-tenant")
    with pytest.raises(Refused):
        await tokens.token("https://other.example/.default", TENANT)


async def test_in_local_mode_nothing_is_asked_and_nothing_shown(
    session: aiohttp.ClientSession, standin: StandIn
) -> None:
    assert await Tokens(session, Teams(local=True, login_url=standin.login_url)).token(CONNECTOR) == ""
    assert standin.faults.asked["token"] == 0


async def test_who_gives_up_waiting_for_a_token_does_not_spoil_it_for_others(
    session: aiohttp.ClientSession, settings: Teams, standin: StandIn
) -> None:
    standin.plan("token", delay=0.2)
    tokens = Tokens(session, settings)
    hasty, patient = asyncio.ensure_future(tokens.token(CONNECTOR)), asyncio.ensure_future(tokens.token(CONNECTOR))
    await asyncio.sleep(0.05)
    hasty.cancel()
    assert await patient
    assert standin.faults.asked["token"] == 1


# -- pace ------------------------------------------------------------------------------------------------------------


async def test_each_conversation_keeps_within_all_of_its_limits() -> None:
    pace, begun = Pace(((0.2, 3), (0.6, 5))), asyncio.get_running_loop().time()
    at: list[float] = []

    async def one(conversation: str) -> None:
        await pace.turn(conversation)
        if conversation == "a":
            at.append(asyncio.get_running_loop().time() - begun)

    await asyncio.gather(*(one("a") for _ in range(7)), one("b"), one("b"))
    for seconds, most in ((0.2, 3), (0.6, 5)):
        assert all(later - earlier >= seconds for earlier, later in zip(at, at[most:], strict=False))
    assert at[2] < 0.1
    assert at[4] < 0.5


async def test_a_turn_that_is_too_far_away_is_not_taken() -> None:
    pace = Pace(((60, 1),), longest=5)
    await pace.turn("a")
    for _ in range(2):
        with pytest.raises(NotYet) as raised:
            await pace.turn("a")
        assert 60 <= (raised.value.retry_after or 0) <= 64  # nobody else's turn is moved by asking
    await pace.turn("b")


async def test_who_gives_way_goes_after_all_who_come_before_there_is_room() -> None:
    pace, went = Pace(((0.05, 1),)), list[str]()

    async def one(who: str, *, gives_way: bool) -> None:
        await pace.turn("a", gives_way=gives_way)
        went.append(who)

    await pace.turn("a")
    asking = [*[("repaint", True)] * 3, ("1", False), ("2", False)]
    await asyncio.gather(*(one(who, gives_way=gives_way) for who, gives_way in asking))
    assert went == ["1", "2", "repaint", "repaint", "repaint"]
    crowded = Pace(((60, 1),), longest=5)
    await crowded.turn("a")
    with pytest.raises(NotYet):
        await crowded.turn("a", gives_way=True)


async def test_without_limits_everything_passes_and_many_conversations_are_no_burden() -> None:
    unhurried, few = Pace(((0, 1),)), Pace(((60, 1),), conversations=10)
    for number in range(100):
        await unhurried.turn("a")
        await few.turn(str(number))
    assert len(few._turns) == 10


# -- the connector -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "kind"),
    [({"status": 429}, NotYet), ({"status": 412}, NotYet), ({"status": 502}, Lost), ({"status": 500}, Lost),
     ({"reset": True}, Lost), ({"garbage": True}, Lost), ({"delay": 3.0}, Lost), ({"status": 404}, Refused)],
)  # fmt: skip
async def test_it_is_known_whether_a_message_may_have_been_sent(
    microsoft: Services, standin: StandIn, fault: dict[str, Any], kind: type[Exception]
) -> None:
    standin.plan("send", **fault)
    with pytest.raises(kind):
        await microsoft.connector.send(standin.service_url, channel(standin), TEXT)


async def test_a_server_that_is_not_there_did_nothing(microsoft: Services) -> None:
    with pytest.raises(NotYet):
        await microsoft.connector.send(f"http://127.0.0.1:{free_port()}/teams/", "19:x@thread.tacv2", TEXT)


async def test_a_redirect_gets_no_token(session: aiohttp.ClientSession, settings: Teams, standin: StandIn) -> None:
    heard: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        heard.append(request.headers.get("Authorization", ""))
        return web.json_response({"id": "1"})

    async def redirect(_: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect(f"http://127.0.0.1:{port}/elsewhere")

    application, port = web.Application(), free_port()
    application.router.add_post("/elsewhere", elsewhere)
    application.router.add_post("/teams/{rest:.*}", redirect)
    async with serving(application, port):
        connector = services(session, settings, Patience(1.0, 2, 0.001)).connector
        with pytest.raises(Refused, match="sent us elsewhere"):
            await connector.send(f"http://127.0.0.1:{port}/teams/", "19:x@thread.tacv2", TEXT)
    assert heard == []


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"7", b'{"id": 5}', b"\xff\xfe", b"[" * 100_000, b'{"error": "no"}']
)
async def test_whatever_a_service_answers_is_an_error_that_can_be_read(
    session: aiohttp.ClientSession, settings: Teams, standin: StandIn, body: bytes
) -> None:
    status = [200]

    async def odd(_: web.Request) -> web.Response:
        return web.Response(status=status[0], body=body, content_type="application/json")

    application, port = web.Application(), free_port()
    application.router.add_post("/teams/{rest:.*}", odd)
    async with serving(application, port):
        connector = services(session, settings, Patience(1.0, 2, 0.001)).connector
        for status[0], kind in ((200, Unavailable), (403, DeliveryFailed), (503, Unavailable)):
            with pytest.raises(kind):
                await connector.send(f"http://127.0.0.1:{port}/teams/", "19:x@thread.tacv2", TEXT)


async def test_an_answer_without_end_is_not_read_to_its_end(session: aiohttp.ClientSession) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        try:
            while True:
                await answer.write(b'{"a": 1' + b" " * 1_000_000)
        except ConnectionError:
            return answer

    application, port = web.Application(), free_port()
    application.router.add_get("/endless", endless)
    async with serving(application, port):
        calls = Calls(session, Tokens(session, Teams(local=True)), CONNECTOR, service="It", sentence=lambda *_: "no")
        with pytest.raises(Lost):
            await asyncio.wait_for(calls.once("GET", f"http://127.0.0.1:{port}/endless"), 1.5)


async def test_everybody_in_a_conversation_is_listed_page_by_page(microsoft: Services, standin: StandIn) -> None:
    team, ana = standin.world.teams["Support"], standin.world.people["ana"]
    team.members += [standin.world.person(Human(f"rep{number}", f"Rep {number}")) for number in range(600)]
    names = [one["name"] async for one in microsoft.connector.members(standin.service_url, channel(standin))]
    assert names == [human.name for human in team.everybody()]
    member = await microsoft.connector.member(standin.service_url, channel(standin), ana.id)
    assert member
    assert member["email"] == ana.email
    assert await microsoft.connector.member(standin.service_url, channel(standin), "nobody") is None


# -- graph -------------------------------------------------------------------------------------------------------------


async def test_who_is_in_a_team_is_told_with_who_owns_it(microsoft: Services, standin: StandIn) -> None:
    team = standin.world.teams["Support"]
    listed = {one.name: one for one in await microsoft.graph.members(team.group, tenant=TENANT)}
    mae, pia = standin.world.people["mae"], standin.world.people["pia"]
    assert listed["Mae Lind"] == Member(mae.id, "Mae Lind", mae.email, TENANT, owner=True)
    assert listed["Pia Partner"] == Member(pia.id, "Pia Partner", pia.email, TENANT, guest=True)
    assert len(listed) == len(team.everybody())


async def test_a_team_without_consent_says_which_permission_is_missing(microsoft: Services, standin: StandIn) -> None:
    team = standin.world.teams["Support"]
    team.installed = False
    with pytest.raises(Refused, match=r"TeamMember\.Read\.Group"):
        await microsoft.graph.members(team.group)
    with pytest.raises(Refused, match=r"ChannelMessage\.Read\.Group"):
        await microsoft.graph.thread(team.group, channel(standin), "1")
    with pytest.raises(NotFound):
        await microsoft.graph.thread("nowhere", channel(standin), "1")


async def test_pages_elsewhere_are_not_followed(
    session: aiohttp.ClientSession, settings: Teams, standin: StandIn
) -> None:
    asked: list[str] = []

    async def page(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({"value": [{"userId": "1"}], "@odata.nextLink": f"{standin.base}/stolen"})

    application, port = web.Application(), free_port()
    application.router.add_get("/v1.0/teams/{group}/members", page)
    async with serving(application, port):
        elsewhere = settings.model_copy(update={"graph_url": f"http://127.0.0.1:{port}/v1.0"})
        assert len(await services(session, elsewhere, Patience(1.0, 2, 0.001)).graph.members("g")) == 1
    assert asked == ["/v1.0/teams/g/members"]


@pytest.mark.parametrize("forged", ["../../channels/19:secret@thread.tacv2/messages/1", "1?$expand=replies", "..", ""])
async def test_no_id_that_a_person_makes_up_leads_to_another_address(
    session: aiohttp.ClientSession, settings: Teams, forged: str
) -> None:
    asked: list[str] = []

    async def told(request: web.Request) -> web.Response:
        asked.append(request.raw_path)
        return web.json_response({"id": "1"})

    application, port = web.Application(), free_port()
    application.router.add_get("/{anything:.*}", told)
    async with serving(application, port):
        base = f"http://127.0.0.1:{port}"
        made = services(session, settings.model_copy(update={"graph_url": base}), Patience(1.0, 2, 0.001))
        for asking in (made.graph.thread("g", "c", forged), made.connector.member(base, "c", forged)):
            with contextlib.suppress(Refused, NotFound):
                await asking
    there = r"(/teams/g/channels/c/messages/[^/?]+(/replies\?[^/]*)?|/v3/conversations/c/members/[^/?]+)"
    assert all(re.fullmatch(there, path) for path in asked), asked
