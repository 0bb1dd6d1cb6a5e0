"""Cards with pictures and tables, posted by the real SDK to the sandbox."""

from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.elements import Actions, Button, Card, Paragraph, Picture, Table
from bot.domain.chat import Place
from bot.domain.errors import DeliveryFailed, Unavailable
from bot.platforms.slack import SlackCalls, SlackPlatform
from bot.platforms.slack.text import text_of_blocks
from bot.sandbox import Sandbox
from bot.sandbox.model import File
from tests.unit.platforms.conftest import FakeClock, MemoryOutbox

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100
TABLE = Table(("Intent", "Contacts"), ((("Refund",), ("120",)),))


def card(*files: str) -> Card:
    pictures = tuple(Picture(file, f"What picture {n} shows", "Rates") for n, file in enumerate(files, 1))
    return Card("Digest", (Paragraph(("Hello",)), *pictures, TABLE, Actions((Button("publish", "Publish", "f1"),))))


def blocks(sandbox: Sandbox) -> list[Any]:
    (message,) = sandbox.workspace.messages[sandbox.workspace.channel("#support").id].values()
    return message.blocks


def kinds(sandbox: Sandbox) -> list[str]:
    return [str(block["type"]) for block in blocks(sandbox)]


WHOLE = ["rich_text", "image", "table", "actions"]
IN_WORDS = ["rich_text", "context", "table", "actions"]


@pytest.fixture
def room(sandbox: Sandbox) -> Place:
    return Place("slack", sandbox.workspace.channel("#support").id)


@pytest.fixture
def patient(client: AsyncWebClient, outbox: MemoryOutbox, clock: FakeClock, slack: SlackPlatform) -> SlackPlatform:
    calls = SlackCalls(client, patience=5.0, pause=0.05)
    return SlackPlatform(client, outbox, clock, own=slack.own, calls=calls, per_second=0)


async def uploaded(slack: SlackPlatform, alt: str = "What it shows") -> str:
    return await slack.upload(PNG, name="rates.png", title="Rates", alt=alt)


def only_file(sandbox: Sandbox) -> File:
    (file,) = sandbox.workspace.files.values()
    return file


async def test_a_picture_is_uploaded_to_no_room_and_shown_on_a_card(
    slack: SlackPlatform, sandbox: Sandbox, room: Place
) -> None:
    file = await uploaded(slack)
    assert only_file(sandbox).content == PNG
    assert (only_file(sandbox).alt_text, only_file(sandbox).shares) == ("What it shows", [])
    await slack.post(room, card(file), key="k1")
    assert kinds(sandbox) == WHOLE


async def test_a_card_waits_for_a_picture_that_slack_still_looks_through(
    patient: SlackPlatform, sandbox: Sandbox, room: Place
) -> None:
    sandbox.workspace.processing = timedelta(seconds=0.12)
    posted = await patient.post(room, card(await uploaded(patient)), key="k1")
    assert kinds(sandbox) == WHOLE
    await patient.update(posted, card(await uploaded(patient)))
    assert kinds(sandbox) == WHOLE


async def test_a_picture_that_slack_never_shows_is_told_in_words_and_the_rest_of_the_card_stays(
    slack: SlackPlatform, sandbox: Sandbox, room: Place, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.workspace.processing = timedelta(hours=1)
    posted = await slack.post(room, card(await uploaded(slack)), key="k1")
    assert kinds(sandbox) == IN_WORDS
    assert "🖼 Picture not shown. Rates: What picture 1 shows" in text_of_blocks(blocks(sandbox))
    await slack.update(posted, card(await uploaded(slack)))
    assert kinds(sandbox) == IN_WORDS
    assert "does not show a picture" in caplog.text


async def test_only_the_picture_that_slack_refuses_goes(slack: SlackPlatform, sandbox: Sandbox, room: Place) -> None:
    await slack.post(room, card("F0DELETED00", await uploaded(slack)), key="k1")
    assert kinds(sandbox) == ["rich_text", "context", "image", "table", "actions"]


async def test_the_same_key_posts_once_though_the_answer_was_lost_after_the_picture_was_given_up(
    slack: SlackPlatform, sandbox: Sandbox, room: Place
) -> None:
    sandbox.faults.plan({"method": "chat.postMessage", "status": 500})
    await slack.post(room, card("F0DELETED00"), key="k1")
    await slack.post(room, card("F0DELETED00"), key="k1")
    assert kinds(sandbox) == IN_WORDS


async def test_blocks_refused_for_another_reason_become_text_with_the_table_and_the_picture_in_words(
    slack: SlackPlatform, sandbox: Sandbox, room: Place
) -> None:
    content = card(await uploaded(slack))
    sandbox.faults.plan({"method": "chat.postMessage", "error": "invalid_blocks"})
    posted = await slack.post(room, content, key="k1")
    sandbox.faults.plan({"method": "chat.update", "error": "invalid_blocks"})
    for _ in range(2):
        (message,) = sandbox.workspace.messages[room.room].values()
        assert message.blocks == []
        lines = ["Hello", "🖼 Picture not shown. Rates: What picture 1 shows", "Intent | Contacts", "Refund | 120"]
        assert message.text.split("\n") == lines
        await slack.update(posted, content)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"error": "missing_scope"}, "update the app from manifest.yaml and reinstall it"),
        ({"error": "file_uploads_disabled"}, "ask the workspace's administrators to allow apps to upload files"),
        ({"error": "storage_limit_reached"}, "no room left for files"),
    ],
    ids=str,
)
async def test_a_refused_upload_says_what_to_do(
    slack: SlackPlatform, sandbox: Sandbox, fault: dict[str, Any], sentence: str
) -> None:
    sandbox.faults.plan({"method": "files.getUploadURLExternal", **fault})
    with pytest.raises(DeliveryFailed) as raised:
        await uploaded(slack)
    assert raised.value.permanent
    assert sentence in str(raised.value)


async def test_an_app_without_the_permission_is_told_its_name(slack: SlackPlatform, sandbox: Sandbox) -> None:
    sandbox.workspace.app.scopes.remove("files:write")
    with pytest.raises(DeliveryFailed, match="lacks the permission files:write"):
        await uploaded(slack)


async def test_an_upload_that_is_cut_off_is_tried_again(slack: SlackPlatform, sandbox: Sandbox, room: Place) -> None:
    sandbox.faults.plan({"method": "upload", "status": 503})
    sandbox.faults.plan({"method": "files.completeUploadExternal", "disconnect": True, "after_effect": True})
    await slack.post(room, card(await uploaded(slack)), key="k1")
    assert kinds(sandbox) == WHOLE


async def test_an_upload_that_never_gets_through_is_unavailable(slack: SlackPlatform, sandbox: Sandbox) -> None:
    sandbox.faults.plan({"method": "upload", "status": 503, "times": 99})
    with pytest.raises(Unavailable):
        await uploaded(slack)


@pytest.mark.parametrize("alt", ["long " * 900, "a\ud800b\x00\u202ec", ""])
async def test_any_alternative_text_can_be_uploaded(slack: SlackPlatform, sandbox: Sandbox, alt: str) -> None:
    await uploaded(slack, alt)
    assert len(only_file(sandbox).alt_text or "") <= 1000
