"""What is sent when Slack refuses how a message looks: no card is lost because of its pictures or blocks."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

from bot.cards.block_figures import unseen
from bot.cards.block_text import escaped
from bot.cards.words import unlinked
from bot.platforms.patience import Refused
from bot.platforms.slack.text import plain_text, text_of_blocks

Json = dict[str, Any]
T = TypeVar("T")

log = logging.getLogger(__name__)

PLAIN_TEXT = 30_000
PATIENCE = (1, 2, 4, 8, 8)  # Slack looks a new file through before it shows it: seconds, as a rule
BLOCKS = ("invalid_blocks", "invalid_blocks_format", "invalid_attachments", "msg_blocks_too_long")
_PICTURE = re.compile(r"slack.?file", re.IGNORECASE)
_NAMED = re.compile(r"/blocks/(\d+)/slack_file")


async def shown(content: Json, send: Callable[[Json], Awaitable[T]], *, pause: float) -> T:
    """Send content as Slack takes it: with its pictures, else with what they show in words, else as text alone.

    A picture that Slack refuses is offered again for a while, at first after `pause` seconds.
    """
    waits = (pause * times for times in PATIENCE)
    while True:
        try:
            return await send(content)
        except Refused as problem:
            content = await _plainer(content, problem, waits)


async def _plainer(content: Json, problem: Refused, waits: Iterator[float]) -> Json:
    if problem.error not in BLOCKS or not content["blocks"]:
        raise problem
    if _PICTURE.search(problem.details) and any(block["type"] == "image" for block in content["blocks"]):
        wait = next(waits, None)
        if wait is not None:
            await asyncio.sleep(wait)
            return content
        log.error("slack does not show a picture: %s", problem.details)
        return content | {"blocks": _without_pictures(content["blocks"], problem.details)}
    log.error("slack refused the blocks of a message: %s %s", problem.error, problem.details)
    said = text_of_blocks(_without_pictures(content["blocks"]))
    return {"text": escaped(unlinked(said), PLAIN_TEXT) or content["text"], "blocks": []}


def _without_pictures(blocks: list[Json], problem: str = "") -> list[Json]:
    """Say in words what the pictures show that the problem names, or all of them if it names none."""
    pictures = {at for at, block in enumerate(blocks) if block["type"] == "image"}
    named = pictures & set(map(int, _NAMED.findall(problem))) or pictures
    return [one for at, block in enumerate(blocks) for one in (_in_words(block) if at in named else [block])]


def _in_words(image: Json) -> list[Json]:
    return unseen(plain_text((image.get("title") or {}).get("text", "")), image["alt_text"])
