"""Drafting in sight of the team: the card that says "drafting" shows what is written so far."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from bot.domain.answer import Draft
from bot.domain.errors import RatchetError
from bot.ports import Desk, DraftRequest, Progress, Workflow
from bot.workflows import showing

log = logging.getLogger(__name__)

EVERY = 1.5
"""Seconds between two states of a card: Slack takes about fifty updates a minute, and others want some of them."""
GRACE = 3.0
"""Seconds that the draft waits for an update under way, so that it does not come out on top of the draft."""


async def write(desk: Desk, working: Workflow, request: DraftRequest, review_id: str = "") -> Draft:
    """Draft; a slow drafter of a review is watched on the review's card while it writes."""
    if not (review_id and working.drafter.slow):
        return await working.drafter.draft(request)
    async with in_sight(desk, review_id) as progress:
        return await working.drafter.draft(request, progress)


@asynccontextmanager
async def in_sight(desk: Desk, review_id: str) -> AsyncIterator[Progress]:
    """Give what a drafter tells its progress to; the card follows when it can, and nobody waits for it.

    A card that cannot be shown now is left as it is: the draft will be on it soon.
    """
    newest, news, done = "", asyncio.Event(), asyncio.Event()

    def progress(text: str) -> None:
        nonlocal newest
        newest = text
        news.set()

    async def follow() -> None:
        while not done.is_set():
            await news.wait()
            news.clear()
            if newest and not done.is_set():
                with suppress(TimeoutError):
                    await _show(desk, review_id, newest)
                    await asyncio.wait_for(done.wait(), EVERY)

    following = asyncio.create_task(follow())
    try:
        yield progress
    finally:
        done.set()
        news.set()
        await asyncio.wait({following}, timeout=GRACE)
        following.cancel()


async def _show(desk: Desk, review_id: str, text: str) -> None:
    try:
        await showing.paint_writing(desk, review_id, text)
    except RatchetError as trouble:
        log.info("What is written of %s was not shown: %s", review_id, trouble)
