"""A draft promises nothing that no cited article promises."""

import pytest

from bot.domain.answer import DraftAuthor, Level
from tests.unit.guardrails.conftest import Judge

PERSON = DraftAuthor.PERSON


@pytest.mark.parametrize(
    "text",
    [
        "We guarantee that it arrives.",
        "We will refund you in full.",
        "I'll credit your account.",
        "You will hear from us within 24 hours.",
        "It will be there by tomorrow.",
        "It costs 12 EUR.",
        "It was our fault.",
        "As a courtesy we make an exception.",
    ],
)
def test_a_promise_that_no_article_makes_holds_the_draft_and_warns_a_person(judge: Judge, text: str) -> None:
    assert {f.level for f in judge("commitments", text)} == {Level.BLOCK}
    assert {f.level for f in judge("commitments", text, author=PERSON)} == {Level.WARN}


def test_a_promise_that_the_cited_article_makes_is_kept(judge: Judge) -> None:
    assert judge("commitments", "Standard delivery in Zone A arrives within 2 working days and costs 4.90 EUR.") == []
