"""A draft is in the language that the customer writes."""

from dataclasses import replace

import pytest

from bot.domain.answer import Level
from bot.guardrails.wrong_language import check as wrong_language
from tests.unit.guardrails.conftest import given


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        (
            "Ihr Paket ist unterwegs und kommt morgen an.",
            "en",
            "The draft is in German, but the customer writes English.",
        ),
        ("Your parcel is on its way to you.", "fr", "The draft is in English, but the customer writes French."),
        ("Ваша посылка в пути.", "en", "The draft is in Russian, but the customer writes English."),
        ("Your parcel is on its way to you.", "en", ""),
        ("Ваша посылка в пути.", "uk", ""),
        ("FH-1042391", "de", ""),
        ("Your parcel is on its way to you.", "und", ""),
    ],
)
def test_a_draft_in_another_language_is_warned_of_with_both(text: str, language: str, told: str) -> None:
    draft = given(text)
    found = list(wrong_language(replace(draft, triage=replace(draft.triage, language=language))))
    assert [finding.message for finding in found] == ([told] if told else [])
    assert all(finding.level is Level.WARN for finding in found)
