import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.elements import Actions, Button, Card, Form, TextInput
from bot.domain.chat import Click, Command, FormErrors, HomeOpened, Place, RoomMessage, Submission, Toast
from bot.platforms.slack import SlackPlatform
from bot.platforms.slack.bolt import SUBMISSION_SECONDS
from bot.sandbox import Sandbox
from tests.unit.platforms.conftest import SECRET, ListeningIntake

Control = Callable[..., Awaitable[dict[str, Any]]]
CARD = Card("Draft", (Actions((Button("approve", "Approve", "esc_1/1#h"), Button("edit", "Edit", "esc_1/1#h"))),))
FORM = Form("review.edit", "Edit", "esc_1/1", (TextInput("text", "Text", "Hi"),), "Send")


@pytest.fixture
async def control(sandbox: Sandbox, bot: None) -> AsyncIterator[Control]:
    async with aiohttp.ClientSession() as session:

        async def call(path: str, **asked: Any) -> dict[str, Any]:
            asked = {name.rstrip("_"): value for name, value in asked.items()}
            async with session.post(f"{sandbox.base_url}/sandbox/control/{path}", json=asked) as response:
                answer: dict[str, Any] = await response.json()
                assert response.status == 200, answer
                return answer

        yield call


async def eventually(found: Callable[[], Any]) -> Any:
    for _ in range(400):
        if result := found():
            return result
        await asyncio.sleep(0.005)
    raise AssertionError("it did not happen within two seconds")


async def posted(slack: SlackPlatform, sandbox: Sandbox) -> str:
    room = sandbox.workspace.channel("#support").id
    return (await slack.post(Place("slack", room), CARD, key="card")).message


async def deliver(
    port: int, body: str, *, secret: str = SECRET, age: int = 0, kind: str = "application/json"
) -> tuple[int, str]:
    stamp = str(int(time.time()) - age)
    signature = "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {"X-Slack-Signature": signature, "X-Slack-Request-Timestamp": stamp, "Content-Type": kind}
    async with aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{port}/slack/events"
        async with session.post(url, data=body.encode(), headers=headers) as response:
            return response.status, await response.text()


async def test_a_message_is_accepted_before_it_is_acknowledged(control: Control, intake: ListeningIntake) -> None:
    await control("messages", as_="ana", room="#support", text="Is it down?")
    message = await eventually(lambda: intake.heard and intake.heard[0])
    assert isinstance(message, RoomMessage)
    assert message.text == "Is it down?"


async def test_what_could_not_be_accepted_is_delivered_again_under_the_same_key(
    control: Control, intake: ListeningIntake, caplog: pytest.LogCaptureFixture
) -> None:
    intake.failures = 1
    await control("messages", as_="ana", room="#support", text="Is it down?")
    await eventually(lambda: intake.heard)
    assert "slack will deliver it again" in caplog.text


async def test_a_mention_arrives_once_and_as_asked(control: Control, intake: ListeningIntake) -> None:
    await control("messages", as_="ana", room="#support", text="@ratchet eval-case")
    await control("messages", as_="ana", room="#support", text="end")
    await eventually(lambda: len(intake.heard) == 2)
    assert [(m.text, m.asked) for m in intake.heard if isinstance(m, RoomMessage)] == [
        ("eval-case", True),
        ("end", False),
    ]


async def test_a_click_is_accepted(
    control: Control, intake: ListeningIntake, slack: SlackPlatform, sandbox: Sandbox
) -> None:
    answer = await control("press", as_="ana", room="#support", ts=await posted(slack, sandbox), action="approve")
    assert answer["acknowledged"]
    click = intake.heard[-1]
    assert isinstance(click, Click)
    assert (click.action, click.subject) == ("approve", "esc_1/1#h")


async def test_a_click_that_opens_a_form_opens_it_and_its_errors_stay_in_it(
    control: Control, intake: ListeningIntake, slack: SlackPlatform, sandbox: Sandbox
) -> None:
    intake.urgent = lambda stimulus: isinstance(stimulus, Click | Submission)
    intake.answers = lambda stimulus: FORM if isinstance(stimulus, Click) else FormErrors({"text": "Say more."})
    ana, ts = sandbox.workspace.user("ana"), await posted(slack, sandbox)
    await control("press", as_="ana", room="#support", ts=ts, action="edit")
    await eventually(lambda: sandbox.workspace.views.top(ana.id))
    await control("forms/submit", as_="ana", values={"Text": "Hm"})
    view = sandbox.workspace.views.top(ana.id)
    assert view is not None
    assert view.errors == {"text": "Say more."}
    submission = intake.heard[-1]
    assert isinstance(submission, Submission)
    assert (submission.form, submission.subject, submission.values) == ("review.edit", "esc_1/1", {"text": "Hm"})
    assert submission.place == Place("slack", sandbox.workspace.channel("#support").id)


async def test_a_form_that_is_right_closes_and_the_person_is_told(
    control: Control, intake: ListeningIntake, slack: SlackPlatform, sandbox: Sandbox
) -> None:
    intake.urgent = lambda stimulus: True
    intake.answers = lambda stimulus: FORM if isinstance(stimulus, Click) else Toast("Sent.")
    ana, ts = sandbox.workspace.user("ana"), await posted(slack, sandbox)
    await control("press", as_="ana", room="#support", ts=ts, action="edit")
    await eventually(lambda: sandbox.workspace.views.top(ana.id))
    await control("forms/submit", as_="ana", values={"Text": "Hm"})
    whisper = await eventually(lambda: sandbox.workspace.ephemerals and sandbox.workspace.ephemerals[-1])
    assert (whisper.text, whisper.visible_to) == ("Sent.", ana.id)
    assert sandbox.workspace.views.top(ana.id) is None


async def test_a_form_that_came_too_late_asks_to_press_again(
    control: Control, intake: ListeningIntake, slack: SlackPlatform, sandbox: Sandbox
) -> None:
    intake.urgent, intake.answers = lambda stimulus: True, lambda stimulus: FORM
    sandbox.faults.plan({"method": "views.open", "error": "expired_trigger_id"})
    await control("press", as_="ana", room="#support", ts=await posted(slack, sandbox), action="edit")
    whisper = await eventually(lambda: sandbox.workspace.ephemerals and sandbox.workspace.ephemerals[-1])
    assert whisper.text == "Slack did not wait for the form. Please press again."


async def test_the_form_after_one_that_was_taken_in_slowly_is_asked_for_again(
    control: Control, intake: ListeningIntake, slack: SlackPlatform, sandbox: Sandbox
) -> None:
    intake.urgent, intake.answers = lambda stimulus: True, lambda stimulus: FORM
    ana, ts = sandbox.workspace.user("ana"), await posted(slack, sandbox)
    await control("press", as_="ana", room="#support", ts=ts, action="edit")
    await eventually(lambda: sandbox.workspace.views.top(ana.id))
    intake.seconds = SUBMISSION_SECONDS + 0.1
    await control("forms/submit", as_="ana", values={"Text": "Hm"})
    whisper = await eventually(lambda: sandbox.workspace.ephemerals and sandbox.workspace.ephemerals[-1])
    assert whisper.text.startswith("That was taken in, but Slack did not wait for what comes next.")


async def test_a_command_is_answered_even_in_a_room_without_ratchet(
    control: Control, intake: ListeningIntake, sandbox: Sandbox
) -> None:
    intake.urgent, intake.answers = lambda stimulus: True, lambda stimulus: Toast("<!channel> Done.")
    await control("commands", as_="ana", room="#quiet", text="/digest now")
    whisper = await eventually(lambda: sandbox.workspace.ephemerals and sandbox.workspace.ephemerals[-1])
    assert whisper.text == "&lt;!channel&gt; Done."
    command = intake.heard[-1]
    assert isinstance(command, Command)
    assert (command.name, command.text) == ("digest", "now")


async def test_a_message_shortcut_is_a_command_about_its_thread(
    control: Control, intake: ListeningIntake, sandbox: Sandbox
) -> None:
    said = await control("messages", as_="ana", room="#support", text="Hello")
    await control("shortcuts", as_="ben", room="#support", ts=said["ts"], callback_id="eval-case")
    command = intake.heard[-1]
    assert isinstance(command, Command)
    assert (command.name, command.place.thread) == ("eval-case", said["ts"])


async def test_opening_home_is_heard(control: Control, intake: ListeningIntake) -> None:
    await control("home/open", as_="ana")
    assert isinstance(await eventually(lambda: intake.heard and intake.heard[0]), HomeOpened)


async def test_an_answer_that_fails_is_said_in_a_sentence(
    control: Control, intake: ListeningIntake, sandbox: Sandbox, slack: SlackPlatform
) -> None:
    def fail(stimulus: object) -> None:
        raise LookupError("secret detail")

    intake.urgent, intake.answers = lambda stimulus: True, fail
    await control("press", as_="ana", room="#support", ts=await posted(slack, sandbox), action="edit")
    whisper = await eventually(lambda: sandbox.workspace.ephemerals and sandbox.workspace.ephemerals[-1])
    assert whisper.text == "That did not work. Please try again."


@pytest.mark.usefixtures("bot")
async def test_only_fresh_and_rightly_signed_requests_are_read(bot_port: int, intake: ListeningIntake) -> None:
    body = json.dumps({"type": "event_callback", "event": {"type": "app_home_opened", "tab": "home", "user": "U1"}})
    assert (await deliver(bot_port, body, secret="other"))[0] == 401
    assert (await deliver(bot_port, body, age=400))[0] == 401
    assert intake.heard == []
    assert (await deliver(bot_port, body))[0] == 200
    assert len(intake.heard) == 1


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "application/json; charset=bogus"},
        {"X-Slack-Request-Timestamp": "soon"},
        {"X-Slack-Request-Timestamp": "now", "X-Slack-Signature": "v0=é"},
    ],
    ids=str,
)
async def test_what_slack_did_not_sign_is_refused_unread(
    bot_port: int, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    now = str(int(time.time()))
    headers = {"Content-Type": "application/json"} | {name: now if it == "now" else it for name, it in headers.items()}
    url = f"http://127.0.0.1:{bot_port}/slack/events"
    async with aiohttp.ClientSession() as session, session.post(url, data=b"[" * 100_000, headers=headers) as response:
        assert response.status == 401
    assert caplog.text == ""


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("named", "heard"),
    [
        ({}, 1),
        ({"team_id": "T-OTHER"}, 0),
        ({"team": {"id": "T-OTHER"}, "user": {"id": "U1", "team_id": "T-OTHER"}}, 0),
        ({"team_id": "T-OTHER", "authorizations": [{"team_id": "T-OTHER"}]}, 0),
        ({"team_id": "T-OTHER", "authorizations": [{"team_id": "OURS"}]}, 1),
        ({"team_id": None, "authorizations": [{"team_id": None, "is_enterprise_install": True}]}, 1),
    ],
    ids=str,
)
async def test_only_our_own_workspace_is_heard(
    bot_port: int, named: dict[str, Any], heard: int, intake: ListeningIntake, sandbox: Sandbox
) -> None:
    body = {"type": "event_callback", "event": {"type": "app_home_opened", "tab": "home", "user": "U1"}} | named
    text = json.dumps(body).replace("OURS", sandbox.workspace.team.id)
    assert (await deliver(bot_port, text))[0] == 200
    assert len(intake.heard) == heard


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("body", ["{", "[" * 100_000, "[1]", '"x"', "payload=%7B"])
async def test_what_is_not_slacks_format_is_refused(bot_port: int, body: str, intake: ListeningIntake) -> None:
    kind = "application/x-www-form-urlencoded" if body.startswith("payload") else "application/json"
    status, _ = await deliver(bot_port, body, kind=kind)
    assert status in (200, 400)
    assert intake.heard == []


@pytest.mark.usefixtures("bot")
async def test_the_address_check_is_answered_and_the_unknown_is_acknowledged(bot_port: int) -> None:
    status, body = await deliver(bot_port, json.dumps({"type": "url_verification", "challenge": "abc", "token": "x"}))
    assert (status, json.loads(body)) == (200, {"challenge": "abc"})
    assert (await deliver(bot_port, json.dumps({"type": "event_callback", "event": {"type": "team_join"}})))[0] == 200


@pytest.mark.usefixtures("bot")
async def test_acknowledging_calls_slack_not_once(bot_port: int, client: AsyncWebClient, sandbox: Sandbox) -> None:
    sandbox.faults.plan({"method": "*", "status": 500, "times": 100})
    event = {"type": "message", "channel": "C1", "user": "U1", "text": "x", "ts": "1772625600.000100"}
    assert (await deliver(bot_port, json.dumps({"type": "event_callback", "event_id": "E1", "event": event})))[0] == 200
    assert sandbox.faults.listed()[0]["times"] == 100
