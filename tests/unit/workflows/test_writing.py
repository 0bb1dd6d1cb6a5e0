"""A draft is seen while it is written, and is neither slowed nor broken by that."""

import asyncio
import time
from dataclasses import replace

import pytest

from bot.cards.elements import Card, Quote
from bot.domain.answer import Draft
from bot.domain.errors import DeliveryFailed, Unavailable
from bot.domain.review import Review
from bot.ports import Desk, DraftRequest, Progress, Workflow
from bot.workflows import showing, writing
from tests.contracts.store_samples import NOON, draft, escalation, proposal
from tests.unit.scripted import Judge, LiveRun, ScriptedPlatform

ASKED = DraftRequest(escalation(), proposal().triage, proposal().passages)


class Writer(Judge):
    """Writes word after word, each after a little while."""

    def __init__(self, *words: str, pause: float = 0.05) -> None:
        self.words = words
        self.pause = pause

    async def draft(self, request: DraftRequest, progress: Progress | None = None) -> Draft:
        for end in range(1, len(self.words) + 1):
            await asyncio.sleep(self.pause)
            if progress:
                progress(" ".join(self.words[:end]))
        await asyncio.sleep(self.pause)
        return draft()


async def by(desk: Desk, writer: Writer) -> Workflow:
    return replace(await desk.workflows.live(), drafter=writer)


async def begun(desk: Desk, run: LiveRun) -> Review:
    stored, _ = await desk.store.escalations.receive(escalation())
    review, _ = await desk.store.reviews.open(stored, at=NOON)
    await showing.show(run, desk, review.id)
    return await desk.store.reviews.get(review.id)


def quotes(card: Card) -> list[str]:
    return [str(element.text) for element in card.elements if isinstance(element, Quote)]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "EVERY", 0.01)


async def test_the_drafting_card_shows_what_is_written_so_far(
    desk: Desk, run: LiveRun, platform: ScriptedPlatform
) -> None:
    review = await begun(desk, run)
    done = await writing.write(desk, await by(desk, Writer("It", "is", "on", "its", "way")), ASKED, review.id)
    card = platform.cards[f"card:{review.id}"]
    assert done == draft()
    assert quotes(card)[-1].startswith("It is")
    assert "not checked yet" in str(card.elements)
    assert "Approve" not in str(card.elements)


async def test_a_card_is_updated_no_more_often_than_the_platform_takes(
    desk: Desk, run: LiveRun, platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "EVERY", 60)
    review = await begun(desk, run)
    await writing.write(desk, await by(desk, Writer("It", "is", "on", "its", "way")), ASKED, review.id)
    assert quotes(platform.cards[f"card:{review.id}"])[-1] == "It"


@pytest.mark.parametrize("trouble", [Unavailable("Slow down."), DeliveryFailed("It is gone.", permanent=True)])
async def test_a_card_that_cannot_be_shown_keeps_nobody_from_drafting(
    desk: Desk, run: LiveRun, platform: ScriptedPlatform, trouble: Exception
) -> None:
    review = await begun(desk, run)
    platform.troubles = [trouble] * 20
    assert await writing.write(desk, await by(desk, Writer("It", "is")), ASKED, review.id) == draft()


async def test_a_slow_platform_is_not_waited_for(
    desk: Desk, run: LiveRun, platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "GRACE", 0.1)
    review = await begun(desk, run)

    async def hang(message: object, card: Card) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(platform, "update", hang)
    began = time.perf_counter()
    assert await writing.write(desk, await by(desk, Writer("It", "is")), ASKED, review.id) == draft()
    assert time.perf_counter() - began < 2


async def test_a_draft_that_fails_leaves_nothing_running(desk: Desk, run: LiveRun) -> None:
    review = await begun(desk, run)
    with pytest.raises(Unavailable):
        async with writing.in_sight(desk, review.id) as progress:
            progress("It is")
            raise Unavailable("The model is gone.")
    assert len(asyncio.all_tasks()) == 1


async def test_what_is_written_never_comes_out_on_top_of_a_newer_state(
    desk: Desk, run: LiveRun, platform: ScriptedPlatform
) -> None:
    review = await begun(desk, run)
    await desk.store.reviews.propose(review.id, proposal())
    await showing.show(run, desk, review.id)
    shown = platform.cards[f"card:{review.id}"]
    await showing.paint_writing(desk, review.id, "It is on")
    assert platform.cards[f"card:{review.id}"] == shown


async def test_without_a_card_there_is_nothing_to_show_it_on(desk: Desk, platform: ScriptedPlatform) -> None:
    stored, _ = await desk.store.escalations.receive(escalation())
    review, _ = await desk.store.reviews.open(stored, at=NOON)
    assert review.card is None
    assert await writing.write(desk, await by(desk, Writer("It")), ASKED, review.id) == draft()
    assert platform.cards == {}
