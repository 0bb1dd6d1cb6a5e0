from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.triage.fields import FieldFinder
from bot.triage.taxonomy import FieldPattern

WEDNESDAY = datetime(2026, 11, 18, 10, tzinfo=UTC)
FINDER = FieldFinder([FieldPattern("order_id", r"\bFH-\d{7}\b")], phone_region="DE")


def found(text: str, name: str) -> list[tuple[str, str]]:
    return [(field.value, field.resolved) for field in FINDER.find(text, WEDNESDAY) if field.name == name]


@pytest.mark.parametrize(
    ("text", "value", "day"),
    [
        ("It came yesterday.", "yesterday", "2026-11-17"),
        ("Please send it tomorrow evening", "tomorrow", "2026-11-19"),
        ("I will be back in two weeks.", "in two weeks", "2026-12-02"),
        ("14 days from now I leave", "14 days from now", "2026-12-02"),
        ("It broke 3 days ago", "3 days ago", "2026-11-15"),
        ("I need it next Friday", "next Friday", "2026-11-27"),
        ("I need it by Friday", "Friday", "2026-11-20"),
        ("Silent since Friday", "Friday", "2026-11-13"),
        ("I ordered last Monday", "last Monday", "2026-11-16"),
        ("We talked last week", "last week", "2026-W46"),
        ("I cancelled last month", "last month", "2026-10"),
        ("I will be home on the 14th.", "14th", "2026-12-14"),
        ("It arrived broken on the 14th.", "14th", "2026-11-14"),
        ("The plan renews on 1 January", "1 January", "2027-01-01"),
        ("I bought it on December 27th", "December 27th", "2025-12-27"),
        ("Tuesday, the 11th of September, 2018", "Tuesday, the 11th of September, 2018", "2018-09-11"),
        ("on Mon., 31 Dec 2018", "Mon., 31 Dec 2018", "2018-12-31"),
        ("Vor zwei Wochen bestellt", "Vor zwei Wochen", "2026-11-04"),
        ("Ich brauche es übermorgen", "übermorgen", "2026-11-20"),
        ("Am 12.11. kam niemand", "12.11.", "2026-11-12"),
        ("Il y a trois jours, rien", "Il y a trois jours", "2026-11-15"),
        ("Salgo pasado mañana", "pasado mañana", "2026-11-20"),
        ("Drie dagen geleden besteld", "Drie dagen geleden", "2026-11-15"),
    ],
)
def test_a_date_is_resolved_against_the_day_of_the_message(text: str, value: str, day: str) -> None:
    assert found(text, "date") == [(value, day)]


def test_numbers_alone_are_day_first_unless_that_is_impossible_or_the_region_says_otherwise() -> None:
    assert found("dated 03/04/2026", "date") == [("03/04/2026", "2026-04-03")]
    assert found("dated 11/25/2025", "date") == [("11/25/2025", "2025-11-25")]
    american = FieldFinder(phone_region="US").find("dated 03/04/2026", WEDNESDAY)
    assert [field.resolved for field in american] == ["2026-03-04"]


def test_without_the_day_of_the_message_only_whole_dates_are_resolved() -> None:
    fields = FINDER.find("tomorrow or 2026-12-01")
    assert [(field.value, field.resolved) for field in fields] == [("tomorrow", ""), ("2026-12-01", "2026-12-01")]


@pytest.mark.parametrize("year", [1, 9999])
def test_a_message_from_the_first_or_the_last_day_that_there_is_has_no_day_beyond_it(year: int) -> None:
    day = datetime(1, 1, 1, tzinfo=UTC) if year == 1 else datetime(9999, 12, 31, tzinfo=UTC)
    said = "yesterday, tomorrow, last friday, next week, next friday, since monday, 3 days ago, in 2 months, by sunday"
    assert all(field.resolved[:4] == f"{year:04d}" for field in FINDER.find(said, day))


@pytest.mark.parametrize(
    "text",
    [
        "I've waited for three weeks now", "may I return it?", "Step 2 may fail", "on the 3rd floor",
        "rated 4.5.",
        "Guten Morgen", "open every Monday", "24/7 support", "31/31/2026",
        "the second machine", "5 times in 10 minutes",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    assert found(text, "date") == []


@pytest.mark.parametrize(
    ("text", "value", "amount"),
    [
        ("It cost 149,00 €.", "149,00 €", "149.00 EUR"),
        ("I paid $1,299.99 for it", "$1,299.99", "1299.99 USD"),
        ("für 1.299,- EUR", "1.299,- EUR", "1299.00 EUR"),
        ("the lid was 45 quid", "45 quid", "45.00 GBP"),
        ("CHF 1'250.00 left my account", "CHF 1'250.00", "1250.00 CHF"),
        ("you owe me 2 000,50 €", "2 000,50 €", "2000.50 EUR"),
        ("a budget of $2k", "$2k", "2000.00 USD"),
    ],
)
def test_an_amount_comes_to_a_plain_number_and_its_currency(text: str, value: str, amount: str) -> None:
    assert found(text, "amount") == [(value, amount)]


def test_a_weight_and_a_bare_number_are_no_amounts() -> None:
    assert found("5 pounds of coffee, 9.99 twice, 10% off", "amount") == []


@pytest.mark.parametrize(
    ("text", "value", "clock"),
    [
        ("after 5:45 pm", "5:45 pm", "17:45"),
        ("um 14 Uhr", "14 Uhr", "14:00"),
        ("à 14h30", "14h30", "14:30"),
        ("at noon", "noon", "12:00"),
        ("quarter past six in the evening", "quarter past six in the evening", "18:15"),
        ("at half past six tomorrow evening", "half past six", "18:30"),
        ("quarter to 8 pm", "quarter to 8 pm", "19:45"),
        ("12 a.m. exactly", "12 a.m.", "00:00"),
    ],
)
def test_a_time_comes_to_24_hours(text: str, value: str, clock: str) -> None:
    assert found(text, "time") == [(value, clock)]


def test_a_phone_number_comes_to_its_international_form() -> None:
    assert found("Ruf an: 0171 2345678 oder +33 6 12 34 56 78", "phone") == [
        ("0171 2345678", "+491712345678"),
        ("+33 6 12 34 56 78", "+33612345678"),
    ]


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("My order number is 48213377.", "order", "48213377"),
        ("cancel purchase 113542617735902", "order", "113542617735902"),
        ("Bestellnummer: A-20931", "order", "A-20931"),
        ("Invoice number: 2026-4471", "invoice", "2026-4471"),
        ("ticket #88213 was closed", "ticket", "88213"),
        ("Sendungsnummer 00340434161094042557", "tracking", "00340434161094042557"),
        ("UPS lost 1Z999AA10123456784", "tracking", "1Z999AA10123456784"),
        ("Kundennummer: K-88120", "customer", "K-88120"),
        ("It fails with 0x80070057", "error_code", "0x80070057"),
        ("ERR_CONNECTION_RESET in Chrome", "error_code", "ERR_CONNECTION_RESET"),
        ("The display says Error 53.", "error_code", "53"),
        ("The page gives HTTP 502", "error_code", "HTTP 502"),
        ("App version 4.12.1 crashes", "version", "4.12.1"),
        ("since iOS 17.2", "version", "iOS 17.2"),
        ("My iPhone 13 Pro is hot", "device", "iPhone 13 Pro"),
        ("a Galaxy S22 and nothing else", "device", "Galaxy S22"),
        ("My name is Priya Natarajan and I wait", "name", "Priya Natarajan"),
        ("Where is it?\n\nBest regards,\nTom Berger", "name", "Tom Berger"),
    ],
)
def test_what_the_text_introduces_is_found(text: str, name: str, value: str) -> None:
    assert (value, "") in found(text, name)


@pytest.mark.parametrize(
    "text",
    [
        "I ordered 3 bags and received 2.", "order 2 more", "my reservation is 25 days from now", "case study 12345",
        "Sent from my iPhone", "error: 3 files missing",
        "I'm furious.", "this is Ridiculous", "section 4.2.1 is unclear",
        "My postcode is 10115", "the IP is 192.168.0.12", "Thanks. Goodbye.",
    ],
)  # fmt: skip
def test_what_names_nothing_is_left_alone(text: str) -> None:
    assert [field for field in FINDER.find(text, WEDNESDAY) if field.name != "date"] == []


def test_the_teams_own_pattern_wins_over_the_words_that_introduce_a_number() -> None:
    assert [field.name for field in FINDER.find("My order number is FH-1042391", WEDNESDAY)] == ["order_id"]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("1239 ./-:,€$aeinot\n\x00\ud800monthday#"), max_size=200), st.datetimes())
def test_any_text_gives_fields_that_stand_where_they_say_and_do_not_overlap(text: str, at: datetime) -> None:
    fields = FINDER.find(text, at)
    assert all(text[field.start : field.end] == field.value for field in fields)
    assert all(one.end <= other.start for one, other in pairwise(fields))


@pytest.mark.parametrize("part", ["1 ", "thanks\n", "in 3 days ", "order ", "A'", "1.", "\n", "booking for ", "error "])
def test_a_hundred_thousand_characters_are_read_in_a_moment(part: str) -> None:
    began = datetime.now(UTC)
    FINDER.find(part * (100_000 // len(part)), WEDNESDAY)
    assert (datetime.now(UTC) - began).total_seconds() < 3
