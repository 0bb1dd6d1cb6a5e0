"""A cited article that waits for a day which has passed is warned of, and one that tells its history is not."""

from dataclasses import replace

import pytest

from bot.domain.answer import Level
from tests.unit.guardrails.conftest import FEES, Judge

OFFER = replace(FEES, id="o-0", slug="offer", title="Summer offer", text="Delivery is free until 30 June 2026.")


def test_a_cited_sentence_that_waits_for_a_past_day_is_warned_of_with_its_owner(judge: Judge) -> None:
    (finding,) = judge("past-date", cites=(OFFER,))
    assert finding.level is Level.WARN
    assert '"Summer offer" says "Delivery is free until 30 June 2026"' in finding.message
    assert "@delivery-leads" in finding.message


def test_two_passages_of_one_article_are_warned_of_once(judge: Judge) -> None:
    assert len(judge("past-date", cites=(OFFER, replace(OFFER, id="o-1")))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Fernhill was founded on 1 May 2019.",
        "Delivery was free until 30 June 2026.",
        "Machines bought until 30 June 2026 have two years of warranty.",
        "Delivery is free until 30 June 2027.",
    ],
)
def test_history_and_days_to_come_are_no_past_dates(judge: Judge, text: str) -> None:
    assert judge("past-date", cites=(replace(OFFER, text=text),)) == []


def test_what_is_not_cited_is_not_warned_of(judge: Judge) -> None:
    assert judge("past-date", cites=(FEES,), passages=(FEES, OFFER)) == []
