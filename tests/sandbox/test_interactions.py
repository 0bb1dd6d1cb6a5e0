"""Buttons, forms, commands and shortcuts: a person acts, bolt answers, and the room shows it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Sandbox
from tests.sandbox.conftest import Bot, Control, FakeClock

WHERE = {"as_": "ana", "room": "#support"}


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def button(action: str, label: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action, "text": plain(label), **more}


def options(*labels: str) -> list[dict[str, Any]]:
    return [{"text": plain(label), "value": label.lower()} for label in labels]


def form(title: str = "Eval case", **more: Any) -> dict[str, Any]:
    reason = {"type": "plain_text_input", "action_id": "text", "max_length": 20}
    mode = {"type": "static_select", "action_id": "choice", "options": options("Stale", "Missing")}
    people = {"type": "multi_users_select", "action_id": "who"}
    return {
        "type": "modal", "callback_id": "case", "title": plain(title), "submit": plain("Save"), "blocks": [
            {"type": "input", "block_id": "reason", "label": plain("Reason"), "element": reason},
            {"type": "input", "block_id": "mode", "label": plain("Mode"), "element": mode},
            {"type": "input", "block_id": "people", "optional": True, "label": plain("People"), "element": people},
            {"type": "actions", "block_id": "more", "elements": [button("preview", "Preview")]},
        ],
    } | more  # fmt: skip


async def card(client: AsyncWebClient) -> str:
    menu = {"type": "overflow", "action_id": "menu", "options": options("Why", "Hand off")}
    elements = [button("edit", "Edit"), button("reject", "Reject", style="danger", value="esc_1"), menu]
    blocks = [{"type": "actions", "block_id": "decide", "elements": elements}]
    return str((await client.chat_postMessage(channel="#support", text="Review", blocks=blocks))["ts"])


@pytest.fixture(autouse=True)
def hears_messages(bot: Bot) -> None:
    @bot.app.event("message")
    async def message() -> None: ...


async def test_a_pressed_button_reaches_bolt_and_the_card_is_settled(
    bot: Bot, client: AsyncWebClient, control: Control
) -> None:
    @bot.app.action("reject")
    async def reject(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        who, value = body["user"]["username"], body["actions"][0]["value"]
        where = body["container"]
        text = f"{value} rejected by {who}"
        await client.chat_update(channel=where["channel_id"], ts=where["message_ts"], text=text)

    ts = await card(client)
    told = await control("press", **WHERE, ts=ts, action="reject")
    await control("wait", room="#support", contains="esc_1 rejected by ana")
    assert told["acknowledged"] and told["status"] == 200


async def test_a_button_that_is_not_there_is_answered_with_a_sentence(client: AsyncWebClient, control: Control) -> None:
    ts = await card(client)
    told = await control("press", **WHERE, ts=ts, action="approve", expect=404)
    assert told["error"] == "There is no button 'approve' in that message; it has: edit, reject, menu."
    told = await control("press", **WHERE, ts=ts, action="menu", option="Fly", expect=404)
    assert told["error"] == "There is no option 'Fly' in 'menu'; it has: why, hand off."
    told = await control("press", as_="cleo", room="#support", ts=ts, action="edit", expect=404)
    assert told["error"] == "There is no person 'cleo'; there are: ratchet, ana, ben."
    told = await control("press", as_="ana", room="#support", action="edit", expect=404)
    assert told["error"] == "The request needs 'ts'."


async def test_a_menu_and_response_url(bot: Bot, client: AsyncWebClient, control: Control) -> None:
    @bot.app.action("menu")
    async def menu(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        await respond(f"chose {body['actions'][0]['selected_option']['value']}")
        await respond("Settled", replace_original=True)
        await respond("For all", response_type="in_channel", replace_original=False)

    ts = await card(client)
    await control("press", **WHERE, ts=ts, action="menu", option="Hand off")
    await control("wait", room="#support", contains="For all")
    ephemerals = (await control("ephemerals", get=True, as_="ana"))["messages"]
    assert [message["text"] for message in ephemerals] == ["chose hand off"]
    shown = (await control("messages", get=True, room="#support"))["messages"]
    assert [message["text"] for message in shown] == ["Settled", "For all"]


async def test_response_url_ends_after_five_uses_and_after_half_an_hour(
    sandbox: Sandbox, clock: FakeClock, control: Control
) -> None:
    replies = sandbox.web_api._replies
    ana, room = sandbox.workspace.user("ana"), sandbox.workspace.channel("#support")
    secret = replies.give(room, ana.id).rsplit("/", 1)[1]
    for _ in range(5):
        replies.use(secret, {"text": "again"})
    for late, error in ((timedelta(), "used_url"), (timedelta(minutes=31), "expired_url")):
        clock.ahead = late
        with pytest.raises(Exception, match=error):
            replies.use(secret, {"text": "once too often"})


async def test_a_form_is_opened_corrected_and_sent(bot: Bot, client: AsyncWebClient, control: Control) -> None:
    sent: list[dict[str, Any]] = []

    @bot.app.action("edit")
    async def edit(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form(private_metadata="esc_1"))

    @bot.app.view("case")
    async def save(ack: Any, view: dict[str, Any]) -> None:
        sent.append(view)
        too_short = len(view["state"]["values"]["reason"]["text"]["value"]) < 5
        await (ack(response_action="errors", errors={"reason": "Say more."}) if too_short else ack())

    await control("press", **WHERE, ts=await card(client), action="edit")
    await _until_open(control)
    told = await control("forms/submit", as_="ana", values={"Reason": "Bad"})
    assert told["errors"] == {"mode": "Please complete this required field."} and not sent
    told = await control("forms/submit", as_="ana", values={"mode": "Stale"})
    assert told["errors"] == {"reason": "Say more."}
    told = await control("forms/submit", as_="ana", values={"reason.text": "x" * 21})
    assert told["errors"] == {"reason": "Please write at most 20 characters."}
    told = await control("forms/submit", as_="ana", values={"text": "Old policy", "People": ["@ben"]})
    assert (told["errors"], told["open"]) == ({}, None)
    values = sent[-1]["state"]["values"]
    assert values["mode"]["choice"]["selected_option"]["value"] == "stale"
    assert len(values["people"]["who"]["selected_users"]) == 1 and sent[-1]["private_metadata"] == "esc_1"
    told = await control("forms/submit", as_="ana", expect=404)
    assert told["error"] == "@ana has no such form open."


async def test_forms_stack_update_and_close(bot: Bot, client: AsyncWebClient, control: Control) -> None:
    closed: list[bool] = []

    @bot.app.action("edit")
    async def edit(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form())

    @bot.app.action("preview")
    async def preview(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        assert body["view"]["state"]["values"]["reason"]["text"]["value"] == "Kept"
        await client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=form("Changed"))
        with pytest.raises(SlackApiError, match="hash_conflict"):
            await client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=form("Again"))

    @bot.app.view("case")
    async def save(ack: Any) -> None:
        await ack(response_action="push", view=form("Sure?", notify_on_close=True, callback_id="sure"))

    @bot.app.view_closed("sure")
    async def gone(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        closed.append(body["is_cleared"])

    await control("press", **WHERE, ts=await card(client), action="edit")
    await _until_open(control)
    await control("forms/press", as_="ana", action="Preview", values={"reason": "Kept"})
    await _until_open(control, "Changed")
    await control("forms/submit", as_="ana", values={"mode": "missing"})
    stack = (await control("forms", get=True, as_="ana"))["forms"]
    assert [view["title"]["text"] for view in stack] == ["Changed", "Sure?"]
    assert stack[0]["state"]["values"]["reason"]["text"]["value"] == "Kept"
    assert stack[1]["previous_view_id"] == stack[0]["id"]
    await control("forms/close", as_="ana", all=True)
    assert closed == [True] and (await control("forms", get=True, as_="ana"))["forms"] == []


async def test_a_trigger_is_good_once_and_for_three_seconds(
    sandbox: Sandbox, client: AsyncWebClient, clock: FakeClock
) -> None:
    ana = sandbox.workspace.user("ana").id
    used, stale = sandbox.workspace.views.trigger(ana), sandbox.workspace.views.trigger(ana)
    await client.views_open(trigger_id=used, view=form())
    clock.ahead = timedelta(seconds=4)
    expected = {used: "exchanged_trigger_id", stale: "expired_trigger_id", "1.2.3": "invalid_trigger_id"}
    for trigger, error in expected.items():
        with pytest.raises(SlackApiError, match=error):
            await client.views_open(trigger_id=trigger, view=form())


async def test_a_bad_form_is_refused_with_reasons(sandbox: Sandbox, client: AsyncWebClient) -> None:
    trigger = sandbox.workspace.views.trigger(sandbox.workspace.user("ana").id)
    for change, reason in (
        ({"title": "x" * 25}, "/view/title"),
        ({"title": plain("x")}, "must be a string"),
        ({"submit": None}, "submit is required"),
        ({"private_metadata": "x" * 3001}, "/view/private_metadata"),
        ({"blocks": [{"type": "divider"}] * 101}, "no more than 100"),
    ):
        with pytest.raises(SlackApiError, match="invalid_arguments") as caught:
            await client.views_open(trigger_id=trigger, view={k: v for k, v in form(**change).items() if v})
        assert reason in str(caught.value.response["response_metadata"]["messages"])


async def test_home_is_published_when_it_is_opened(bot: Bot, control: Control) -> None:
    @bot.app.event("app_home_opened")
    async def opened(event: dict[str, Any], client: AsyncWebClient) -> None:
        blocks = [{"type": "actions", "elements": [button("refresh", "Refresh")]}]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @bot.app.action("refresh")
    async def refresh(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        blocks = [{"type": "section", "text": plain("Fresh")}]
        await client.views_publish(user_id=body["user"]["id"], view={"type": "home", "blocks": blocks})

    told = await control("home/press", as_="ana", action="refresh", expect=404)
    assert told["error"] == "The bot has not published a Home tab for @ana yet."
    await control("home/open", as_="ana")
    await control("wait", quiet=0.1)
    await control("home/press", as_="ana", action="Refresh")
    await control("wait", quiet=0.1)
    assert (await control("home", get=True, as_="ana"))["home"]["blocks"][0]["text"]["text"] == "Fresh"


async def test_a_command_is_answered_to_one_person(bot: Bot, control: Control) -> None:
    @bot.app.command("/eval-case")
    async def command(ack: Any, command: dict[str, Any]) -> None:
        await ack(f"Got {command['text']} in {command['channel_name']}")

    await control("commands", **WHERE, text="/eval-case a  link")
    ephemerals = (await control("ephemerals", get=True, as_="ana"))["messages"]
    assert [message["text"] for message in ephemerals] == ["Got a  link in support"]
    told = await control("commands", **WHERE, text="/nope", expect=409)
    assert told["error"] == "/nope is not a valid command; there are: /eval-case."


async def test_a_command_in_a_thread_is_refused_as_in_slack(control: Control) -> None:
    told = await control("commands", **WHERE, text="/eval-case", thread="1.000001", expect=409)
    assert told["error"] == "/eval-case is not supported in threads. Sorry!"


async def test_a_command_the_bot_does_not_answer_fails_visibly(bot: Bot, control: Control) -> None:
    bot.refuse = [500]
    told = await control("commands", **WHERE, text="/eval-case")
    assert not told["acknowledged"]
    shown = (await control("ephemerals", get=True, as_="ana"))["messages"]
    assert shown[0]["text"] == '/eval-case failed with the error "dispatch_unknown_error"'


async def test_a_message_shortcut_carries_the_message(bot: Bot, control: Control) -> None:
    seen: list[str] = []

    @bot.app.shortcut("eval_case")
    async def shortcut(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        seen.append(body["message"]["text"])

    said = await control("messages", **WHERE, text="Remember this")
    await control("shortcuts", **WHERE, ts=said["ts"], callback_id="eval_case")
    await control("wait")
    assert seen == ["Remember this"]
    await control("shortcuts", **WHERE, ts=said["ts"], callback_id="nope", expect=404)


async def _until_open(control: Control, title: str = "") -> None:
    for _ in range(200):
        stack = (await control("forms", get=True, as_="ana"))["forms"]
        if stack and title in stack[-1]["title"]["text"]:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"no form {title!r} opened")
