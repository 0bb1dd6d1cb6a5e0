"""An answer that turned out wrong: its card says which eval case would have caught it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.e2e.company import Desk, company_at_work, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with company_at_work(tmp_path_factory.mktemp("escaped")) as running:
        yield running


async def test_a_rejected_draft_says_that_no_case_saw_it_and_after_its_capture_that_one_did(desk: Desk) -> None:
    card = await desk.asked("How long does a card refund take to arrive after you issue it? I am Dana Reed.")
    await desk.form(card, "Reject")
    note = {"What went wrong?": "stale_policy", "Note": "A card refund takes 10 working days since March."}
    await desk.hands.do("forms/submit", as_="ana", values=note)
    card = await desk.shows(card, "No eval case would have caught this")
    await desk.press(card, "Make eval case", as_="ana")
    assert "10 working days" in words(await desk.opened("ana")) + str(await desk.opened("ana"))
    await desk.hands.do("forms/submit", as_="ana", values={})
    await desk.whisper("ana", "I am trying it now")

    again = await desk.asked("When a refund is issued, how long does it take until it arrives on my card?")
    await desk.form(again, "Reject")
    await desk.hands.do("forms/submit", as_="ana", values={"What went wrong?": "stale_policy"})
    told = words(await desk.shows(again, "The error was known"))
    assert "asks the same and fails today as well" in told
    assert "10 working days" in told


async def test_a_customer_who_asks_again_after_the_answer_was_not_helped(desk: Desk) -> None:
    asked = "Do you deliver to Switzerland, and what does it cost?"
    card = await desk.asked(asked)
    await desk.form(card, "Write answer" if "Write answer" in words(card) else "Edit")
    await desk.hands.do("forms/submit", as_="ana", values={"Reply": "Please see our website."})
    card = await desk.shows(card, "Delivered to this thread")
    said = {"as_": "gus", "room": "#escalations", "thread": card["thread_ts"]}
    again = "That does not help. Do you deliver to Switzerland? What does it cost?"
    await desk.hands.do("messages", text=again, **said)
    told = words(await desk.shows(card, "The customer came back after this answer"))
    assert "No eval case would have caught this" in told
