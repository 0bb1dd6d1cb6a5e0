"""The stand-in itself: it speaks, signs, limits and refuses as the real services do."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import aiohttp
import jwt
import pytest

from tests.teams import tokens
from tests.teams.company import standin_serving
from tests.teams.standin import StandIn
from tests.teams.world import CARD

Json = dict[str, Any]


@pytest.fixture
async def standin() -> AsyncIterator[StandIn]:
    async with standin_serving() as serving:
        yield serving


@pytest.fixture
async def session(standin: StandIn) -> AsyncIterator[aiohttp.ClientSession]:
    """What a bot calls with, its token in hand."""
    async with aiohttp.ClientSession() as calls:
        token = await _token(calls, standin, tokens.CONNECTOR_SCOPE)
        calls.headers["Authorization"] = f"Bearer {token}"
        yield calls


async def _token(calls: aiohttp.ClientSession, standin: StandIn, scope: str) -> str:
    asked = {"grant_type": "client_credentials", "client_id": tokens.APP_ID, "scope": scope}
    asked["client_secret"] = tokens.APP_PASSWORD
    async with calls.post(f"{standin.login_url}/{tokens.TENANT}/oauth2/v2.0/token", data=asked) as answer:
        return str((await answer.json())["access_token"])


def _room(standin: StandIn, name: str = "Escalations", root: str = "") -> str:
    conversation = standin.world.find(name)[1].id + (f";messageid={root}" if root else "")
    return f"{standin.service_url}v3/conversations/{quote(conversation, safe='')}"


async def test_a_message_is_posted_answered_in_its_thread_changed_and_deleted(
    standin: StandIn, session: aiohttp.ClientSession
) -> None:
    async with session.post(f"{_room(standin)}/activities", json={"type": "message", "text": "one"}) as answer:
        root = (await answer.json())["id"]
    under = _room(standin, root=root)
    async with session.post(f"{under}/activities", json={"type": "message", "text": "two"}) as answer:
        reply = (await answer.json())["id"]
    assert [one.text for one in standin.world.thread(root)] == ["one", "two"]
    async with session.put(f"{under}/activities/{reply}", json={"type": "message", "text": "three"}) as answer:
        assert answer.status == 200
    async with session.delete(f"{under}/activities/{root}") as answer:
        assert answer.status == 200
    assert [one.text for one in standin.world.thread(root)] == ["three"]
    async with session.put(f"{under}/activities/{root}", json={"type": "message", "text": "four"}) as answer:
        assert (answer.status, (await answer.json())["error"]["code"]) == (404, "ActivityNotFoundInConversation")


async def test_without_a_good_token_nothing_is_done(standin: StandIn, session: aiohttp.ClientSession) -> None:
    graph = await _token(session, standin, tokens.GRAPH_SCOPE)
    for header in ("", "Bearer made-up", f"Bearer {graph}"):
        call = session.post(f"{_room(standin)}/activities", json={}, headers={"Authorization": header})
        async with call as answer:
            assert answer.status == 401
    assert standin.world.messages == {}


async def test_graph_gives_threads_in_pages_and_roles_of_a_team(
    standin: StandIn, session: aiohttp.ClientSession
) -> None:
    headers = {"Authorization": f"Bearer {await _token(session, standin, tokens.GRAPH_SCOPE)}"}
    team, channel = standin.world.find("Escalations")
    root = standin.world.write(channel.id, standin.world.people["gus"], text="Where is <it>?")
    for number in range(5):
        standin.world.write(channel.id, None, root.id, text=f"answer {number}")
    address = f"{standin.graph_url}/teams/{team.group}/channels/{quote(channel.id, safe='')}/messages/{root.id}"
    async with session.get(address, headers=headers) as answer:
        assert (await answer.json())["body"] == {"contentType": "html", "content": "Where is &lt;it&gt;?"}
    told: list[str] = []
    following = f"{address}/replies?$top=2"
    while following:
        async with session.get(following, headers=headers) as answer:
            page = await answer.json()
        told += [one["body"]["content"] for one in page["value"]]
        following = page.get("@odata.nextLink", "")
    assert told == [f"answer {number}" for number in (4, 3, 2, 1, 0)]
    async with session.get(f"{standin.graph_url}/teams/{team.group}/members", headers=headers) as answer:
        roles = {one["displayName"]: one["roles"] for one in (await answer.json())["value"]}
    assert (roles["Mae Lind"], roles["Ana Ruiz"], roles["Pia Partner"]) == (["owner"], [], ["guest"])


async def test_what_teams_would_not_take_is_refused(session: aiohttp.ClientSession, standin: StandIn) -> None:
    async with session.post(f"{_room(standin)}/activities", json={"type": "message", "text": "x" * 60_000}) as answer:
        assert (answer.status, (await answer.json())["error"]["code"]) == (413, "MessageSizeTooBig")
    card = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlok", "text": "x"}]}
    sent = {"type": "message", "attachments": [{"contentType": CARD, "content": card}]}
    async with session.post(f"{_room(standin)}/activities", json=sent) as answer:
        assert answer.status == 400
    assert standin.problems
    standin.problems.clear()


async def test_pictures_do_not_count_towards_a_messages_size(session: aiohttp.ClientSession, standin: StandIn) -> None:
    picture = {"type": "Image", "url": "data:image/png;base64," + "A" * 200_000, "altText": "a chart"}
    card = {"type": "AdaptiveCard", "version": "1.5", "body": [picture]}
    sent = {"type": "message", "attachments": [{"contentType": CARD, "content": card}]}
    async with session.post(f"{_room(standin)}/activities", json=sent) as answer:
        assert answer.status == 201


async def test_an_eighth_message_within_a_second_is_told_to_wait(
    session: aiohttp.ClientSession, standin: StandIn
) -> None:
    standin.faults.rates.on = True

    async def send(name: str) -> int:
        async with session.post(f"{_room(standin, name)}/activities", json={"type": "message", "text": "x"}) as answer:
            assert answer.status == 201 or float(answer.headers["Retry-After"]) > 0
            return answer.status

    statuses = await asyncio.gather(*(send("Escalations") for _ in range(8)), send("Random"))
    assert sorted(statuses) == [201] * 8 + [429]


async def test_a_fault_after_acceptance_leaves_the_message_there(
    session: aiohttp.ClientSession, standin: StandIn
) -> None:
    standin.plan("send", after=True, reset=True)
    with pytest.raises(aiohttp.ClientError):
        await session.post(f"{_room(standin)}/activities", json={"type": "message", "text": "x"})
    assert [one.text for one in standin.world.messages.values()] == ["x"]


async def test_a_targeted_message_needs_a_member_to_show_it_to(
    session: aiohttp.ClientSession, standin: StandIn
) -> None:
    address = f"{_room(standin)}/activities?isTargetedActivity=true"
    for human, status in (("ana", 201), ("lou", 403)):
        sent = {"type": "message", "text": "psst", "recipient": {"id": standin.world.people[human].mri}}
        async with session.post(address, json=sent) as answer:
            assert answer.status == status
    async with session.post(address, json={"type": "message", "text": "psst"}) as answer:
        assert answer.status == 400


async def test_deliveries_are_signed_with_the_published_key(session: aiohttp.ClientSession, standin: StandIn) -> None:
    async with session.get(standin.openid_url) as answer:
        address = (await answer.json())["jwks_uri"]
    async with session.get(address) as answer:
        [key] = (await answer.json())["keys"]
    published = jwt.PyJWK(key)
    token = tokens.channel().token(standin.service_url)
    claims = jwt.decode(token, published.key, algorithms=["RS256"], audience=tokens.APP_ID)
    assert (claims["serviceurl"], key["endorsements"]) == (standin.service_url, ["msteams"])
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(tokens.stranger().token(""), published.key, algorithms=["RS256"], audience=tokens.APP_ID)
