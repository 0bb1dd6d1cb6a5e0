"""A draft gives away nobody else's data, and no secret."""

from dataclasses import replace

import pytest

from bot.domain.answer import DraftAuthor, Field, Level
from bot.guardrails.private_data import check as private_data
from tests.unit.guardrails.conftest import Judge, given

PERSON = DraftAuthor.PERSON


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Your card 4111 1111 1111 1111 was charged.", "card number"),
        ("Write to bob@elsewhere.example.", "e-mail"),
        ("Call +31 20 794 0800.", "phone"),
        ("IBAN NL91 ABNA 0417 1643 00", "bank account"),
        ("SSN 078-05-1120", "social security"),
        ("Use sk-proj-abcdefghijklmnop1234", "secret"),
        ("The password is hunter22", "secret"),
    ],
)
def test_private_data_holds_the_draft_without_repeating_it(judge: Judge, text: str, kind: str) -> None:
    (finding,) = judge("private-data", text)
    assert finding.level is Level.BLOCK
    assert kind in finding.message
    assert text not in finding.quote


def test_what_the_customer_wrote_may_come_back_except_a_card_number(judge: Judge) -> None:
    assert judge("private-data", "We wrote to bob@b.example.", question="I am bob@b.example") == []
    assert judge("private-data", "We wrote to ana@customer.example.") == []
    assert judge("private-data", "Card 4111111111111111", question="my card 4111111111111111")


@pytest.mark.parametrize(
    "text", ["Order of 2026-11-21", "4111 1111 1111 1112", "Costs 1,000,000.00 EUR", "E08 F1P-2407-003912"]
)
def test_numbers_of_other_kinds_are_let_through(judge: Judge, text: str) -> None:
    assert judge("private-data", text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Your order FH-2209117 is on its way.", "reference number"),
        ("Ring 0171 5551234 to reach the courier.", "phone number"),
        ("It was handed over at 22 Harbour Street.", "postal address"),
        ("His date of birth is 12 March 1984.", "date of birth"),
        ("Passport number C01X00T47 is needed.", "identity document"),
        ("We wrote to bob (at) elsewhere (dot) example.", "e-mail address"),
        ("Your one-time code is 482913.", "secret"),
    ],
)
def test_what_belongs_to_another_customer_holds_the_draft(judge: Judge, text: str, kind: str) -> None:
    (finding,) = judge("private-data", text)
    assert finding.level is Level.BLOCK
    assert kind in finding.message


def test_the_customers_own_order_may_be_named_wherever_it_is_known_from(judge: Judge) -> None:
    text = "Your order FH-2209117 is on its way."
    assert judge("private-data", text, question="Where is fh-2209117?") == []
    draft = given(text)
    known = replace(draft, triage=replace(draft.triage, fields=(Field("order_id", "FH-2209117", 0, 10),)))
    assert list(private_data(known)) == []
    sent = replace(draft, escalation=replace(draft.escalation, metadata={"order": "FH-2209117"}))
    assert list(private_data(sent)) == []


def test_a_person_who_looked_up_an_order_number_is_only_warned(judge: Judge) -> None:
    (finding,) = judge("private-data", "Your order FH-2209117 is on its way.", author=PERSON)
    assert finding.level is Level.WARN
