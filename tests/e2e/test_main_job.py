"""The main job, played in the sandbox through the real adapter: an escalation becomes an approved, delivered answer."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.company import Desk, buttons, company_at_work, words


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with company_at_work(tmp_path) as running:
        yield running


REFUND = "How long does a card refund take to arrive after you issue it?"


async def test_an_escalation_becomes_a_cited_draft_that_a_rep_approves(desk: Desk) -> None:
    asked = await desk.hands.do("messages", as_="gus", room="#escalations", text=REFUND)
    card = await desk.card("#escalations", asked["ts"], "Sources")
    assert "5 to 7 working days" in words(card)
    assert buttons(card) == ["Approve", "Edit", "Reject", "Hand off", "Why"]
    await desk.hands.do("press", as_="ana", room="#escalations", ts=card["ts"], action="Approve")
    await desk.card("#escalations", asked["ts"], "Delivered to this thread")
    thread = await desk.thread("#escalations", asked["ts"])
    replies = [message for message in thread if "5 to 7 working days" in words(message) and message["ts"] != card["ts"]]
    assert len(replies) == 1
