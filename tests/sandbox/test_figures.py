"""What the sandbox takes and refuses of pictures and tables, and how its page shows them."""

from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.script import words
from tests.sandbox.conftest import Control, FakeClock

CELL = {"type": "raw_text", "text": "x"}
TABLE = {"type": "table", "rows": [[CELL, CELL]]}


def image(file: str) -> dict[str, Any]:
    return {"type": "image", "slack_file": {"id": file}, "alt_text": "Rates"}


async def problems(client: AsyncWebClient, *blocks: dict[str, Any]) -> str:
    try:
        await client.chat_postMessage(channel="#support", text="x", blocks=blocks)
    except SlackApiError as problem:
        assert problem.response["error"] == "invalid_blocks"
        return " ".join(problem.response["response_metadata"]["messages"])
    return ""


async def uploaded(client: AsyncWebClient) -> str:
    done: Any = await client.files_upload_v2(filename="rates.png", content=b"png", title="Rates", alt_txt="Rates")
    return str(done["file"]["id"])


async def test_an_upload_without_a_room_is_shown_by_a_block_and_by_no_message_of_its_own(
    client: AsyncWebClient, control: Control
) -> None:
    file = await uploaded(client)
    assert (await control("messages", get=True, room="#support"))["messages"] == []
    assert await problems(client, image(file)) == ""


async def test_a_picture_can_be_shown_once_it_was_looked_through(
    client: AsyncWebClient, control: Control, clock: FakeClock
) -> None:
    await control("app", processing=60)
    file = await uploaded(client)
    assert await problems(client, image(file)) == "[ERROR] invalid slack file [json-pointer:/blocks/0/slack_file]"
    clock.ahead = timedelta(seconds=61)
    assert await problems(client, image(file)) == ""


async def test_a_file_that_was_begun_and_not_finished_cannot_be_shown(client: AsyncWebClient) -> None:
    begun = await client.files_getUploadURLExternal(filename="rates.png", length=3)
    assert "invalid slack file" in await problems(client, image(str(begun["file_id"])))


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        (image("F0NOWHERE00"), "invalid slack file"),
        (image("https://x.example/rates.png"), "must match regex pattern"),
        (image("F0NOWHERE00") | {"image_url": "https://x.example/a.png"}, "either image_url or slack_file"),
        (image("F0NOWHERE00") | {"alt_text": ""}, "missing required field: alt_text"),
        ({"type": "table", "rows": [[CELL] * 21]}, "1 to 20 cells"),
        ({"type": "table", "rows": [[]]}, "1 to 20 cells"),
        ({"type": "table", "rows": [[CELL]] * 101}, "between 1 and 100 items"),
        ({"type": "table", "rows": [[{"type": "button"}]]}, "a cell must be one of"),
        ({"type": "table", "rows": [[{"type": "raw_text", "text": "x" * 2600}] * 4]}, "over 10000 characters"),
    ],
)  # fmt: skip
async def test_what_slack_does_not_take_is_refused_with_the_reason(
    client: AsyncWebClient, block: dict[str, Any], problem: str
) -> None:
    assert problem in await problems(client, block)


async def test_a_message_has_one_table_at_most(client: AsyncWebClient) -> None:
    assert await problems(client, TABLE) == ""
    assert "only one table allowed" in await problems(client, TABLE, TABLE)


def test_a_reader_is_told_tables_and_pictures_in_words() -> None:
    assert words(TABLE, {}) == "x | x"
    assert words(image("F012345678"), {}) == "[picture: Rates]"
