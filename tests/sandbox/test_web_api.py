"""Slack's Web API as slack_sdk sees it: answers, pages, refusals and planned faults."""

from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Sandbox
from tests.sandbox.conftest import Control, FakeClock

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Hello"}}
BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}


async def refusal(call: Any) -> dict[str, Any]:
    with pytest.raises(SlackApiError) as caught:
        await call
    body: dict[str, Any] = caught.value.response.data
    return body


async def test_auth_test_tells_who_the_bot_is_and_what_it_was_granted(client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert (answer["team"], answer["user"]) == ("Acme", "ratchet")
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


async def test_a_message_can_be_posted_threaded_changed_read_and_taken_back(client: AsyncWebClient) -> None:
    metadata = {"event_type": "draft", "event_payload": {"hash": "abc"}}
    posted = await client.chat_postMessage(channel="#support", text="One", blocks=[SECTION], metadata=metadata)
    channel, ts = posted["channel"], posted["ts"]
    reply = await client.chat_postMessage(channel=channel, text="Two", thread_ts=ts, unfurl_links=False)
    await client.chat_postMessage(channel=channel, text="Three", thread_ts=reply["ts"])
    thread = await client.conversations_replies(channel=channel, ts=ts, include_all_metadata=True)
    assert [message["text"] for message in thread["messages"]] == ["One", "Two", "Three"]
    assert thread["messages"][0]["metadata"] == metadata and thread["messages"][0]["reply_count"] == 2
    history = await client.conversations_history(channel=channel)
    assert [message["text"] for message in history["messages"]] == ["One"]
    assert "metadata" not in history["messages"][0]
    changed = await client.chat_update(channel=channel, ts=ts, text="Plain now")
    assert "blocks" not in changed["message"] and changed["message"]["edited"]
    link = (await client.chat_getPermalink(channel=channel, message_ts=reply["ts"]))["permalink"]
    assert f"/archives/{channel}/p{reply['ts'].replace('.', '')}?thread_ts={ts}" in link
    await client.chat_delete(channel=channel, ts=reply["ts"])
    assert len((await client.conversations_replies(channel=channel, ts=ts))["messages"]) == 2


async def test_history_comes_page_by_page(client: AsyncWebClient) -> None:
    stamps = [(await client.chat_postMessage(channel="#support", text=str(n)))["ts"] for n in range(5)]
    channel = (await client.conversations_list())["channels"][0]["id"]
    texts, cursor = [], None
    while cursor != "":
        page = await client.conversations_history(channel=channel, limit=2, cursor=cursor)
        texts += [message["text"] for message in page["messages"]]
        cursor = page["response_metadata"]["next_cursor"] if page["has_more"] else ""
    assert texts == ["4", "3", "2", "1", "0"]
    between = await client.conversations_history(channel=channel, oldest=stamps[1], latest=stamps[3])
    assert [message["text"] for message in between["messages"]] == ["2"]
    rooms, cursor = [], None
    while cursor != "":
        page = await client.conversations_list(types="public_channel,private_channel", limit=1, cursor=cursor)
        rooms += [room["name"] for room in page["channels"]]
        cursor = page["response_metadata"]["next_cursor"]
    assert rooms == ["support", "quiet", "old", "partner"]


async def test_people_and_groups_are_found(client: AsyncWebClient) -> None:
    ana = (await client.users_lookupByEmail(email="ana@acme.example"))["user"]
    assert (await client.users_info(user=ana["id"]))["user"]["profile"]["title"] == "Support lead"
    group = (await client.usergroups_list())["usergroups"][0]
    assert (await client.usergroups_users_list(usergroup=group["id"]))["users"] == [ana["id"]]
    direct = (await client.conversations_open(users=ana["id"]))["channel"]["id"]
    assert (await client.chat_postMessage(channel=ana["id"], text="Psst"))["channel"] == direct


@pytest.mark.parametrize(
    ("method", "args", "error"),
    [
        ("chat.postMessage", {"channel": "C0NOPE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "#secret", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "#old", "text": "x"}, "is_archived"),
        ("chat.postMessage", {"channel": "#support"}, "no_text"),
        ("chat.postMessage", {"channel": "#support", "text": "x" * 40_001}, "msg_too_long"),
        ("chat.postMessage", {"channel": "#support", "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ("chat.postMessage", {"channel": "#support", "text": "x", "metadata": {"event_type": "y"}},
         "invalid_metadata_format"),
        ("chat.postMessage", {"channel": "#support", "text": "x",
         "metadata": {"event_type": "y", "event_payload": {"z": "z" * 20_000}}}, "metadata_too_large"),
        ("chat.update", {"channel": "#support", "ts": "1.000001", "text": "x"}, "message_not_found"),
        ("chat.postEphemeral", {"channel": "#quiet", "user": "U1", "text": "x"}, "not_in_channel"),
        ("conversations.history", {"channel": "#quiet"}, "not_in_channel"),
        ("conversations.history", {"channel": "#support", "cursor": "?"}, "invalid_cursor"),
        ("conversations.replies", {"channel": "#support", "ts": "1.000001"}, "thread_not_found"),
        ("conversations.open", {"users": "U0NOPE"}, "user_not_found"),
        ("users.info", {"user": "U0NOPE"}, "user_not_found"),
        ("users.lookupByEmail", {"email": "no@acme.example"}, "users_not_found"),
        ("views.open", {"trigger_id": "1.2.3", "view": {"type": "modal"}}, "invalid_arguments"),
        ("views.update", {"view_id": "V1", "view": {"type": "modal"}}, "not_found"),
        ("files.info", {"file": "F1"}, "file_not_found"),
        ("bots.info", {"bot": "B1"}, "bot_not_found"),
        ("no.such.method", {}, "unknown_method"),
        ("apps.connections.open", {}, "not_allowed_token_type"),
    ],
)  # fmt: skip
async def test_slacks_own_refusals(client: AsyncWebClient, method: str, args: dict[str, Any], error: str) -> None:
    assert (await refusal(client.api_call(method, json=args)))["error"] == error


async def test_a_bot_changes_only_its_own_messages(client: AsyncWebClient, control: Control) -> None:
    said = await control("messages", as_="ana", room="#support", text="Mine")
    where = {"channel": said["room"], "ts": said["ts"]}
    assert (await refusal(client.chat_update(**where, text="x")))["error"] == "cant_update_message"
    assert (await refusal(client.chat_delete(**where)))["error"] == "cant_delete_message"


async def test_a_reaction_counts_once(client: AsyncWebClient, control: Control) -> None:
    said = await control("messages", as_="ana", room="#support", text="Nice")
    where = {"channel": said["room"], "timestamp": said["ts"], "name": "eyes"}
    await client.reactions_add(**where)
    assert (await refusal(client.reactions_add(**where)))["error"] == "already_reacted"
    shown = await client.reactions_get(channel=said["room"], timestamp=said["ts"])
    assert shown["message"]["reactions"][0]["count"] == 1
    await client.reactions_remove(**where)
    assert (await refusal(client.reactions_remove(**where)))["error"] == "no_reaction"


async def test_a_missing_scope_is_named(client: AsyncWebClient, control: Control) -> None:
    await control("app", scopes=["chat:write", "channels:read"])
    body = await refusal(client.users_list())
    assert (body["error"], body["needed"], body["provided"]) == (
        "missing_scope", "users:read", "chat:write,channels:read",
    )  # fmt: skip
    history = await refusal(client.conversations_history(channel="#support"))
    assert history["needed"] == "channels:history"
    assert (await refusal(client.chat_postMessage(channel="#quiet", text="x")))["error"] == "not_in_channel"


async def test_a_wrong_missing_or_revoked_token_is_refused(client: AsyncWebClient, control: Control) -> None:
    wrong = AsyncWebClient(token="xoxb-wrong-not-a-secret", base_url=str(client.base_url))
    assert (await refusal(wrong.auth_test()))["error"] == "invalid_auth"
    nobody = AsyncWebClient(base_url=str(client.base_url))
    assert (await refusal(nobody.auth_test()))["error"] == "not_authed"
    await control("app", revoked=True)
    assert (await refusal(client.auth_test()))["error"] == "token_revoked"


def actions(*elements: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def select(text: str) -> dict[str, Any]:
    option = {"text": {"type": "plain_text", "text": text}, "value": "v"}
    return {"type": "static_select", "action_id": "s", "options": [option]}


@pytest.mark.parametrize(
    ("blocks", "problem"),
    [
        ([actions()], "must have between 1 and 25 items"),
        ([actions(*({**BUTTON, "action_id": str(n)} for n in range(26)))], "25"),
        ([actions(BUTTON, BUTTON)], "duplicate action_id: go"),
        ([{**SECTION, "block_id": "b"}, {**SECTION, "block_id": "b"}], "duplicate block_id: b"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": ""}}], "must be more than 0 characters"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}], "3000"),
        ([{"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2001}]}], "must be less than 2001"),
        ([{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}], "150"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "must be a plain_text object"),
        ([actions({**BUTTON, "text": {"type": "plain_text", "text": "x" * 76}})], "75"),
        ([actions({**BUTTON, "value": "x" * 2001})], "2000"),
        ([actions({**BUTTON, "style": "blue"})], "style"),
        ([actions(select("x" * 76))], "must be less than 76"),
        ([actions({"type": "plain_text_input", "action_id": "p"})], "unsupported element"),
        ([{"type": "context", "elements": [{"type": "mrkdwn", "text": str(n)} for n in range(11)]}], "10"),
        ([{"type": "sparkles"}], "unsupported type"),
        ([SECTION] * 51, "no more than 50 items allowed"),
        ("nonsense", "not valid JSON"),
    ],
)
async def test_bad_blocks_are_refused_with_the_place_and_the_reason(
    client: AsyncWebClient, blocks: Any, problem: str
) -> None:
    message = {"channel": "#support", "text": "x", "blocks": blocks}
    body = await refusal(client.api_call("chat.postMessage", json=message))
    assert body["error"] in ("invalid_blocks", "invalid_arguments")
    assert any(problem in message for message in body["response_metadata"]["messages"]), body


async def test_a_message_has_a_limit_in_all(client: AsyncWebClient) -> None:
    long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}
    body = await refusal(client.chat_postMessage(channel="#support", text="x", blocks=[long] * 5))
    assert body["error"] == "msg_blocks_too_long"


async def test_every_block_the_bot_may_use_is_accepted(client: AsyncWebClient) -> None:
    cell = {"type": "raw_text", "text": "x"}
    rich = {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}
    menu = {"type": "overflow", "action_id": "o", "options": select("x")["options"]}
    blocks: list[dict[str, Any]] = [
        SECTION | {"accessory": BUTTON}, SECTION | {"accessory": menu}, {"type": "divider"},
        actions(BUTTON, select("x")),
        {"type": "header", "text": {"type": "plain_text", "text": "x", "emoji": True}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 10},
        {"type": "context", "elements": [{"type": "image", "image_url": "https://x.example/a.png", "alt_text": "x"}]},
        {"type": "image", "image_url": "https://x.example/a.png", "alt_text": "x"},
        {"type": "markdown", "text": "**x**"},
        {"type": "table", "rows": [[cell, cell]]}, {"type": "rich_text", "elements": [rich]},
    ]  # fmt: skip
    assert (await client.chat_postMessage(channel="#support", text="x", blocks=blocks))["ok"]


async def test_a_file_is_uploaded_in_three_steps_and_shared(client: AsyncWebClient, control: Control) -> None:
    posted = await client.chat_postMessage(channel="#support", text="Digest")
    done = await client.files_upload_v2(
        channel=posted["channel"], thread_ts=posted["ts"], filename="week.csv", content="a,b\n1,2\n",
        title="The week", initial_comment="Here", alt_txt="A table",
    )  # fmt: skip
    assert done["file"]["size"] == 8 and done["file"]["title"] == "The week"
    thread = (await control("messages", get=True, room="#support", thread=posted["ts"]))["messages"]
    assert thread[1]["text"] == "Here" and thread[1]["files"][0]["id"] == done["file"]["id"]
    async with aiohttp.ClientSession() as session, session.get(done["file"]["url_private"]) as response:
        assert response.status == 403


async def test_a_rate_limit_is_a_429_with_retry_after(client: AsyncWebClient, control: Control) -> None:
    await control("faults", method="chat.postMessage", status=429, retry_after=7)
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="#support", text="x")
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "7")
    assert caught.value.response["error"] == "ratelimited"
    assert (await client.chat_postMessage(channel="#support", text="x"))["ok"]


async def test_an_answer_can_be_lost_after_the_message_was_posted(client: AsyncWebClient, control: Control) -> None:
    await control("faults", method="chat.postMessage", disconnect=True, after="effect applied but response lost")
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="#support", text="Once")
    assert len((await control("messages", get=True, room="#support"))["messages"]) == 1
    await control("faults", method="chat.postMessage", disconnect=True)
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="#support", text="Never")
    assert len((await control("messages", get=True, room="#support"))["messages"]) == 1


async def test_a_fault_can_be_an_error_word_or_only_a_delay(client: AsyncWebClient, control: Control) -> None:
    await control("faults", method="*", error="internal_error", times=2)
    for _ in range(2):
        assert (await refusal(client.auth_test()))["error"] == "internal_error"
    await control("faults", method="auth.test", delay=0.01)
    assert (await client.auth_test())["ok"]
    assert (await control("faults", get=True))["faults"] == []


async def test_timestamps_never_repeat_when_the_clock_stands_still(sandbox: Sandbox, clock: FakeClock) -> None:
    first = sandbox.workspace.next_ts()
    clock.ahead = timedelta(hours=-1)
    assert float(first) < float(sandbox.workspace.next_ts())
