"""What was approved once is shown with the same question, while its articles say the same and until it expires."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.domain.precedent import Precedent
from bot.sandbox.remote import Json
from bot.settings import CONTENT
from tests.e2e.browsing import IN_A_BROWSER, be, open_thread, page_at, picture
from tests.e2e.company import Desk, MovedClock, buttons, company_at_work, words

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUND = "How long does a card refund take to arrive after you issue it? I am Dana Reed, dana@x.example."
AGAIN = "After you issue a card refund, how long does it take until it arrives?"
GAP = "Do you match the price of another shop that sells the same grinder for less?"
GAP_AGAIN = "Do you match the price if another shop has the same grinder for less?"
ANSWER = "We match the price of another shop for the same grinder within 14 days of your order."


@pytest.fixture(scope="module")
def clock() -> MovedClock:
    return MovedClock()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory, clock: MovedClock) -> AsyncIterator[Desk]:
    async with company_at_work(tmp_path_factory.mktemp("precedents"), clock=clock) as running:
        yield running


async def kept(desk: Desk) -> list[Precedent]:
    return list((await desk.app.desk.store.precedents.since(0)).added)


async def settled(desk: Desk, card: Json, before: int) -> Precedent:
    """The precedent that this card's answer made, as soon as it is kept."""
    await desk.shows(card, "Delivered to this thread")

    async def newest() -> Precedent | None:
        known = await kept(desk)
        return known[-1] if len(known) > before else None

    found: Precedent = await desk.until(newest)
    return found


async def test_an_approved_answer_is_shown_with_the_same_question_in_other_words(desk: Desk) -> None:
    card = await desk.asked(REFUND)
    assert "Answered before" not in words(card)
    await desk.press(card, "Approve")
    made = await settled(desk, card, 0)
    assert "Dana" not in made.question
    assert "dana@" not in made.question
    assert "5 to 7 working days" in made.answer
    again = words(await desk.asked(AGAIN))
    assert "Answered before  · approved as drafted by Ana Ruiz" in again
    assert "A precedent, not a policy: the articles decide." in again
    assert "Answered before" not in words(await desk.asked("How do I descale the machine?"))


async def test_a_changed_article_takes_its_precedents_away(desk: Desk, tmp_path: Path) -> None:
    cited = {slug for each in await kept(desk) for slug in each.sources}
    articles = Path(shutil.copytree(CONTENT / "articles", tmp_path / "articles"))
    for slug in cited:
        with (articles / f"{slug}.md").open("a", encoding="utf-8") as file:
            file.write("\n\nWrite to us if you have questions about this.\n")
    assert set((await desk.app.library.import_folder(articles)).changed) == cited
    changed = words(await desk.asked(f"Hello! {AGAIN}"))
    assert "5 to 7 working days" in changed
    assert "Answered before" not in changed
    await desk.app.jobs["forget old precedents"]()
    assert await kept(desk) == []


async def test_where_nothing_is_drafted_a_rep_begins_with_that_answer_and_sends_it(desk: Desk) -> None:
    card = await desk.asked(GAP)
    await desk.form(card, "Write answer")
    await desk.hands.do("forms/submit", as_="ana", values={"Reply": f"Hello,\n\n{ANSWER}\n\nBest regards,\nAna"})
    await settled(desk, card, 0)
    again = await desk.asked(GAP_AGAIN)
    assert "It cites no article" in words(again)
    assert buttons(again)[:2] == ["Write answer", "Use that answer"]
    form = await desk.form(again, "Use that answer", as_="bo")
    assert ANSWER in str(form)
    assert "Best regards" not in str(form)
    await desk.hands.do("forms/submit", as_="bo", values={})
    await desk.shows(again, "Delivered to this thread")
    thread = await desk.thread(again["channel"], again["thread_ts"])
    assert any(words(message) == ANSWER for message in thread)


async def test_an_expired_answer_is_not_shown_any_more(desk: Desk, clock: MovedClock) -> None:
    asked = "Will you match the price if another shop sells the same grinder for less?"
    assert "Answered before" in words(await desk.asked(asked))
    clock.moved += clock.moved.__class__(days=181)
    assert "Answered before" not in words(await desk.asked(f"{asked} Please tell me."))


async def test_a_rep_sees_it_on_the_card(desk: Desk) -> None:
    async with page_at(f"{desk.sandbox.base_url}/sandbox") as page:
        card = await desk.asked("How do I cancel my Refill subscription?")
        await desk.press(card, "Approve")
        await settled(desk, card, 0)
        await page.click("[data-testid=room-escalations]")
        await be(page, "Ana Ruiz")
        again = "Tell me please how I cancel my Refill subscription, and what is the notice period for that?"
        await desk.asked(again)
        thread = await open_thread(page, again)
        await thread.get_by_text("Answered before").wait_for()
        await picture(page, "precedent")


for mark in IN_A_BROWSER:
    test_a_rep_sees_it_on_the_card = mark(test_a_rep_sees_it_on_the_card)
