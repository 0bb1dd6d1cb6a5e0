"""Sentences that wait for a day which has passed are found, and what is told as history is left alone."""

from datetime import date

import pytest

from bot.domain.text.past_dates import past_dates

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("The offer runs until 30 June 2026.", date(2026, 6, 30)),
        ("Vouchers can be used until 31 March 2026.", date(2026, 3, 31)),
        ("Returns are free through October 31, 2026.", date(2026, 10, 31)),
        ("Opened beans are taken back from 1 May to 31 August 2026.", date(2026, 8, 31)),
        ("The workshop is closed until the end of September 2026.", date(2026, 9, 30)),
        ("The trade-in ends on 2026-10-31.", date(2026, 10, 31)),
        ("From 1 January 2026 the fee will be 5 EUR.", date(2026, 1, 1)),
        ("A new app is planned for spring and will be there by 1 March 2026.", date(2026, 3, 1)),
        ("Die Aktion gilt bis zum 30. Juni 2026.", date(2026, 6, 30)),
        ("Rücksendungen sind bis 31.10.2026 kostenlos.", date(2026, 10, 31)),
        ("Old pods are accepted until the end of 2025.", date(2025, 12, 31)),
        ("| Summer price | valid until 31 August 2026 |", date(2026, 8, 31)),
    ],
)
def test_what_waits_for_a_day_that_passed_is_found(sentence: str, day: date) -> None:
    (found,) = past_dates(f"We sell coffee.\n\n{sentence} Ask us.", TODAY)
    assert found.day == day
    assert found.sentence in f"{sentence} Ask us."


@pytest.mark.parametrize(
    "sentence",
    [
        "Fernhill was founded on 1 May 2019.",
        "Until 30 June 2026 the fee was 5 EUR.",
        "The old terms applied until 30 June 2026.",
        "We charged 5 EUR until 30 June 2026.",
        "From 1 January 2026 the fee is 5 EUR.",
        "Orders placed until 30 June 2026 keep the old warranty.",
        "Machines bought before 1 May 2025 have two years of warranty.",
        "The offer runs until 30 June 2027.",
        "The price will rise from 1 January 2026 to 31 December 2026.",
        "We do not deliver on 24 December.",
        "The office is closed until 2 January.",
        "Last updated on 3 March 2025.",
        "These terms are effective 1 March 2024.",
        "Write the day in full, for example until 30 June 2026.",
        "Since 1 March 2026 we ship until 18:00.",
        "Version 2025-10-31 of the app fixes this.",
        "Order 2026-10-31-4711 is closed.",
        "Invoices from 2024 will be sent again on request.",
    ],
)
def test_history_and_what_still_holds_is_no_past_date(sentence: str) -> None:
    assert past_dates(sentence, TODAY) == ()


@pytest.mark.parametrize("text", ["", "\x00\ud800 until 31 June 2026", "until 30 June 2026 " * 6_000, "2026 " * 20_000])
def test_any_text_is_read(text: str) -> None:
    assert isinstance(past_dates(text, TODAY), tuple)
