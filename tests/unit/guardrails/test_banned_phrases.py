import pytest

from bot.domain.answer import DraftAuthor, Level
from tests.unit.guardrails.conftest import Judge


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Please CALM\nDown first.", "calm down"),
        ("It is 100% safe.", "100% safe"),
        ("Obviously, it is late.", "obviously"),
        ("Bitte beruhigen sie sich.", "beruhigen Sie sich"),
        ("Please ca\u200blm down.", "calm down"),
    ],
)
def test_a_banned_phrase_holds_the_draft_and_is_named(judge: Judge, text: str, phrase: str) -> None:
    (finding,) = judge("banned-phrases", text)
    assert finding.level is Level.BLOCK
    assert f'"{phrase}"' in finding.message
    assert finding.quote


def test_a_person_may_not_say_it_either(judge: Judge) -> None:
    (finding,) = judge("banned-phrases", "We guarantee it.", author=DraftAuthor.PERSON)
    assert finding.level is Level.BLOCK


@pytest.mark.parametrize("text", ["A calm downstream river.", "Not so obviously2.", "It is safe.", ""])
def test_a_phrase_inside_another_word_is_none(judge: Judge, text: str) -> None:
    assert judge("banned-phrases", text) == []
