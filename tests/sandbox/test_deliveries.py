"""What the sandbox tells the bot, and how often."""

import asyncio
import json
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Sandbox
from tests.local import free_port, serving
from tests.sandbox.conftest import BOT_TOKEN, SIGNING_SECRET, WEBHOOK_SECRET, Bot, Control, FakeClock


def events(bot: Bot) -> list[dict[str, Any]]:
    bodies = [json.loads(request["body"]) for request in bot.requests if request["body"].startswith("{")]
    return [body["event"] for body in bodies if "event" in body]


async def test_bolt_accepts_the_signature_of_an_event(sandbox: Sandbox, bot: Bot, control: Control) -> None:
    heard: list[str] = []

    @bot.app.event("app_mention")
    async def mention(event: dict[str, Any]) -> None:
        heard.append(event["text"])

    @bot.app.event("message")
    async def message() -> None: ...

    said = await control("messages", as_="ana", room="#support", text="Hi @ratchet & <b>")
    await control("wait")
    assert heard == [f"Hi <@{sandbox.workspace.app.user_id}> &amp; &lt;b&gt;"] == [said["text"]]
    log = await control("deliveries", get=True)
    assert [(row["what"], row["status"]) for row in log["deliveries"]] == [
        ("event message", 200),
        ("event app_mention", 200),
    ]


async def test_bolt_refuses_another_secret(sandbox: Sandbox, bot: Bot, control: Control) -> None:
    sandbox.transport._secret = b"another"
    assert (await control("verify"))["verified"] is False
    assert sandbox.transport.log[-1]["status"] == 401


async def test_the_request_url_challenge_is_answered(bot: Bot, control: Control) -> None:
    assert (await control("verify"))["verified"] is True


async def test_an_event_is_retried_until_it_is_acknowledged(sandbox: Sandbox, bot: Bot, control: Control) -> None:
    bot.refuse = [500, 503]
    bot.app.event("message")(_nothing)
    await control("messages", as_="ana", room="#support", text="Hello")
    await control("wait")
    retries = [(r["headers"].get("X-Slack-Retry-Num"), r["headers"].get("X-Slack-Retry-Reason")) for r in bot.requests]
    assert retries == [(None, None), ("1", "http_error"), ("2", "http_error")]
    assert len({json.loads(request["body"])["event_id"] for request in bot.requests}) == 1


async def test_a_silent_bot_gets_three_retries_and_no_more(sandbox: Sandbox, bot: Bot, control: Control) -> None:
    bot.refuse = [404] * 9
    await control("messages", as_="ana", room="#support", text="Hello")
    await control("wait")
    assert len(bot.requests) == 4


async def test_a_slow_bot_is_a_timeout(sandbox: Sandbox, bot: Bot, control: Control) -> None:
    bot.app.event("message")(_nothing)
    bot.slow = [0.6]
    await control("messages", as_="ana", room="#support", text="Hello")
    await control("wait")
    assert [row["problem"] for row in sandbox.transport.log] == ["http_timeout", None]


async def test_the_bot_hears_only_the_rooms_it_is_in(sandbox: Sandbox, bot: Bot, control: Control) -> None:
    bot.app.event("message")(_nothing)
    bot.app.event("member_joined_channel")(_nothing)
    await control("messages", as_="ana", room="#quiet", text="unheard")
    await control("members", room="#quiet", user="@ratchet")
    await control("messages", as_="ana", room="#quiet", text="heard")
    await control("wait")
    assert sorted((event["type"], event.get("text", "")) for event in events(bot)) == [
        ("member_joined_channel", ""),
        ("message", "heard"),
    ]


async def test_the_bots_own_message_comes_back_to_it(bot: Bot, client: AsyncWebClient, control: Control) -> None:
    bot.app.event("message")(_nothing)
    await client.chat_postMessage(channel="#support", text="Mine")
    await control("wait")
    own = events(bot)[0]
    assert own["bot_id"] and own["channel_type"] == "channel" and own["text"] == "Mine"


async def test_an_event_the_manifest_did_not_subscribe_to_is_not_sent(bot: Bot, control: Control) -> None:
    bot.app.event("app_mention")(_nothing)
    await control("app", bot_events=["app_mention"])
    await control("messages", as_="ana", room="#support", text="Hi @ratchet")
    await control("wait")
    assert [event["type"] for event in events(bot)] == ["app_mention"]


async def test_every_kind_of_message_has_slacks_shape(bot: Bot, control: Control) -> None:
    bot.app.event({"type": "message"})(_nothing)
    bot.app.event({"type": "message", "subtype": "message_changed"})(_nothing)
    bot.app.event({"type": "message", "subtype": "message_deleted"})(_nothing)
    said = await control("messages", as_="ana", room="#partner", text="First")
    where = {"as_": "ana", "room": "#partner"}
    await control("messages", **where, text="Also here", thread=said["ts"], broadcast=True)
    await control("messages/edit", **where, ts=said["ts"], text="Changed")
    await control("messages", **where, files=[{"name": "screen.png"}])
    link = f"http://sandbox/archives/{said['room']}/p{said['ts'].replace('.', '')}"
    await control("messages", **where, forward=link)
    form = await control("messages", room="#partner", integration="Escalation form", workflow=True, text="*Order* 12")
    await control("messages/delete", as_="ana", room="#partner", ts=form["ts"], expect=404)
    last = await control("messages", **where, text="Oops")
    await control("messages/delete", **where, ts=last["ts"])
    await control("wait")
    shapes = sorted(events(bot), key=lambda event: event["event_ts"])
    assert [shape.get("subtype") for shape in shapes] == [
        None, "thread_broadcast", "message_changed", "file_share", None, "bot_message", None, "message_deleted",
    ]  # fmt: skip
    assert shapes[1]["root"]["text"] == "First"
    assert (shapes[2]["message"]["text"], shapes[2]["previous_message"]["text"]) == ("Changed", "First")
    assert shapes[3]["files"][0]["mimetype"] == "image/png" and shapes[3]["text"] == ""
    assert shapes[4]["attachments"][0]["is_share"] and shapes[4]["attachments"][0]["text"] == "Changed"
    assert shapes[5]["bot_profile"]["is_workflow_bot"] and "user" not in shapes[5]
    assert shapes[7]["deleted_ts"] == last["ts"]
    envelope = json.loads(bot.requests[0]["body"])
    assert envelope["is_ext_shared_channel"] and envelope["authorizations"][0]["is_bot"]


async def test_the_control_api_refuses_other_sites_and_other_hosts(sandbox: Sandbox) -> None:
    url = f"{sandbox.base_url}/sandbox/control/rooms"
    async with aiohttp.ClientSession() as session:
        for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            async with session.get(url, headers=headers) as response:
                assert response.status == 403
        async with session.get(url, headers={"Origin": sandbox.base_url}) as response:
            assert response.status == 200


async def test_bot_and_sandbox_can_share_one_server(clock: FakeClock) -> None:
    url = f"http://127.0.0.1:{(port := free_port())}"
    client = AsyncWebClient(token=BOT_TOKEN, base_url=f"{url}/api/")
    peer = Bot(AsyncApp(client=client, signing_secret=SIGNING_SECRET), client, url)
    secrets: dict[str, Any] = {
        "signing_secret": SIGNING_SECRET,
        "bot_token": BOT_TOKEN,
        "webhook_secret": WEBHOOK_SECRET,
    }
    shared = Sandbox(**secrets, bot_url=url, base_url=url, clock=clock)
    shared.seed({"users": [{"name": "ana"}], "channels": [{"name": "support"}]})
    heard = asyncio.Event()

    @peer.app.event("message")
    async def message() -> None:
        heard.set()

    application = web.Application()
    application.add_routes([*shared.routes(), web.post("/slack/events", peer.answer)])
    async with serving(application, port):
        await shared.start()
        shared.speech.say(shared.workspace.user("ana"), shared.workspace.channel("#support"), {"text": "Hello"})
        await asyncio.wait_for(heard.wait(), 2)
        await shared.close()


async def _nothing(ack: Any = None) -> None: ...
