"""What reads as shouting, reproach or mockery is advised against."""

import pytest

from bot.domain.answer import Level
from tests.unit.guardrails.conftest import Judge


@pytest.mark.parametrize(
    "text",
    [
        "You MUST SEND THE FORM TODAY.",
        "We have told you!!!",
        "You should have read the terms.",
        "This is your own fault.",
        "Surprise, surprise: it needs power.",
        "Sorry! So sorry! We apologise.",
        "Sie hätten die Anleitung lesen sollen.",
    ],
)
def test_shouting_blame_mockery_and_grovelling_are_advised_against_and_never_hold_a_draft(
    judge: Judge, text: str
) -> None:
    assert {f.level for f in judge("tone", text)} == {Level.WARN}


@pytest.mark.parametrize(
    "text", ["You should have received an e-mail.", "It was not your fault.", "Press OK, then hold ON/OFF.",
             "The USB, HDMI and VGA cables are in the box.", "We are sorry about the delay."]
)  # fmt: skip
def test_plain_words_have_no_tone(judge: Judge, text: str) -> None:
    assert judge("tone", text) == []
