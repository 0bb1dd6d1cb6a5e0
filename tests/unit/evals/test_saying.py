"""Whether a text states a fact."""

import pytest

from evals.saying import Said, said

STATED = [
    ("30 days", "You can return it within 30 days of delivery."),
    ("30 days", "You have no more than 30 days."),
    ("two weeks", "It must arrive within 14 days."),
    ("Gift cards cannot be returned", "We are sorry: gift cards can't be returned."),
    ("Express delivery costs 9.90 EUR", "Express delivery costs 9.90 EUR and standard delivery costs 4.90 EUR."),
    ("the original box", "Please use the original box."),
    ("free of charge", "Cancelling is free."),
    ("a card refund takes 5 to 7 working days", "After we issue it, a refund to your card takes 5 to 7 working days."),
    ("die Rücksendung kostet 3,90 EUR", "Eine Rücksendung aus Deutschland kostet 3,90 €, wenn er nicht gefällt."),
    ("https://returns.fernhill.example", "Open https://returns.fernhill.example and enter it."),
    ("The lamp is red. It costs 5 EUR.", "The lamp is red and arrives soon. It costs 5 EUR."),
    ("the lamp costs 5 EUR", "The lamp is red. It costs 5 EUR."),
]
DENIED = [
    ("30 days", "You have two months, not 30 days."),
    ("Gift cards cannot be returned", "A gift card can be returned."),
    ("Gift cards can be exchanged for cash", "A gift card cannot be exchanged for cash."),
    ("the original box", "You need no original box."),
]
MISSING = [
    ("30 days", "The link is valid for 130 days."),
    ("30 days", "The link is valid for 30 minutes."),
    ("Express delivery costs 4.90 EUR", "Express delivery costs 9.90 EUR and standard delivery costs 4.90 EUR."),
    ("a card refund takes 5 to 7 working days", "A PayPal refund takes 5 to 7 working days."),
    ("at least 12 characters", "Choose a password with at most 12 characters."),
    ("19 EUR per month", "It costs 19 EUR per year."),
    ("The lamp is red. It costs 5 EUR.", "The lamp is red."),
    ("E14", "Error E15 means that the milk system is blocked."),
    ("", "Anything."),
    ("anything", ""),
]


@pytest.mark.parametrize(("fact", "text"), STATED)
def test_a_fact_is_stated_in_other_words_too(fact: str, text: str) -> None:
    assert said(fact, text) is Said.STATED


@pytest.mark.parametrize(("fact", "text"), DENIED)
def test_a_fact_with_a_not_is_denied_and_not_stated(fact: str, text: str) -> None:
    assert said(fact, text) is Said.DENIED


@pytest.mark.parametrize(("fact", "text"), MISSING)
def test_a_fact_is_missing_where_a_figure_a_kind_or_a_unit_is_another(fact: str, text: str) -> None:
    assert said(fact, text) is Said.MISSING


@pytest.mark.parametrize(
    "text", ["\x00\ud800 no no no", "‮שלום 30 days", "a" * 100_000, "30 days, not " * 20_000, "|" * 50_000]
)
def test_no_text_is_too_odd_to_be_read(text: str) -> None:
    assert said("30 days", text) in Said
    assert said(text, "30 days") in Said
