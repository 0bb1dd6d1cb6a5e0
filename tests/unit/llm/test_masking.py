import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import Field
from bot.domain.escalation import Customer
from bot.domain.text.masking import Mask
from bot.llm.masking import mask_of
from tests.unit.llm.offline.test_drafter import request

PIECES = st.one_of(
    st.text(max_size=20),
    st.sampled_from([
        "ana@x.example", "Ana", "Ana Ruiz", "ruiz", "[[EMAIL_1]]", "[EMAIL_1]", "EMAIL_1", "NAME_2", "[", "]", "[[",
        "+31 6 12345678", "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "12 Long Lane", "_", " ", "\n",
        "FH-1042391",
    ]),
)  # fmt: skip
TEXTS = st.lists(st.lists(PIECES, max_size=12).map("".join), min_size=1, max_size=4)
KNOWN = [("NAME", "Ana Ruiz"), ("NAME", "Ana"), ("EMAIL", "ana@x.example"), ("ORDER", "FH-1042391")]


@given(TEXTS)
def test_what_was_hidden_comes_back_exactly(texts: list[str]) -> None:
    mask = Mask(texts, KNOWN)
    hidden = [mask.hide(text) for text in texts]
    assert [mask.restore(text) for text in hidden] == texts
    assert not any("ana@x.example" in text or "FH-1042391" in text.split() for text in hidden)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Write to ana.ruiz@x.example, please", "Write to [[EMAIL_1]], please"),
        ("Call +31 6 12345678 or +31 6 87654321", "Call [[PHONE_1]] or [[PHONE_2]]"),
        ("Call (555) 201-3344 or 555-201-3344", "Call [[PHONE_1]] or [[PHONE_2]]"),
        ("card 4111 1111 1111 1111", "card [[CARD_1]]"),
        ("card 4111 1111 1111 1112", "card 4111 1111 1111 1112"),
        ("IBAN DE89 3704 0044 0532 0130 00", "IBAN [[IBAN_1]]"),
        ("my number 078-05-1120", "my number [[SSN_1]]"),
        ("key sk-proj-abcdefghijklmnop1234", "key [[SECRET_1]]"),
        ("Send it to 12 Long Lane, 1011 AB Amsterdam now", "Send it to [[ADDRESS_1]] now"),
        ("an die Lindenstraße 12a, 10969 Berlin", "an die [[ADDRESS_1]]"),
        ("my name is Maria Vos, hello", "my name is [[NAME_1]], hello"),
        ("Where is it?\n\nKind regards,\nJonas Weber\n", "Where is it?\n\nKind regards,\n[[NAME_1]]\n"),
        ("ana@x.example, again ana@x.example", "[[EMAIL_1]], again [[EMAIL_1]]"),
        ("EMAIL_1 is what I typed: ana@x.example", "EMAIL_1 is what I typed: [[EMAIL_2]]"),
        ("It takes 5 to 7 working days and costs 9.90 EUR", "It takes 5 to 7 working days and costs 9.90 EUR"),
    ],
)
def test_what_has_a_form_of_its_own_is_hidden(text: str, sent: str) -> None:
    assert Mask([text]).hide(text) == sent


def test_a_phone_number_far_into_a_text_is_hidden() -> None:
    text = f"{'It drips. ' * 1_500}Call +31 20 794 0800, or +31612345678."
    assert Mask([text]).hide(text).endswith("Call [[PHONE_1]], or [[PHONE_2]].")


def test_what_the_surface_and_triage_know_of_the_customer_is_hidden_everywhere() -> None:
    asked = request("Hi, Ana here (U0123456). Order FH-1042391 shows E08.", name="Ana Maria Ruiz")
    customer = Customer("U0123456", "Ana Maria Ruiz", "ana@x.example")
    fields = (
        Field("order_id", "FH-1042391", 30, 40),
        Field("part", "E08", 47, 50),
        Field("version", "2024.10.1", 0, 9),
        Field("date", "1 May 2026", 0, 9),
        Field("name", "Bea", 0, 3),
    )
    asked = replace(
        asked, escalation=replace(asked.escalation, customer=customer), triage=replace(asked.triage, fields=fields)
    )
    text, guidance = (
        asked.escalation.question,
        "Tell ANA MARIA RUIZ and Bea that FH-1042391 (2024.10.1) left on 1 May 2026.",
    )
    mask = mask_of(asked, [text, guidance])
    assert mask.hide(text) == "Hi, [[NAME_1]] here ([[CUSTOMER_1]]). Order [[ORDER_1]] shows E08."
    assert mask.hide(guidance) == "Tell [[NAME_2]] and [[NAME_3]] that [[ORDER_1]] (2024.10.1) left on 1 May 2026."


def test_a_name_that_is_also_a_word_is_hidden_only_as_a_name() -> None:
    asked = request("x", name="Will Mark")
    mask = mask_of(asked, [])
    assert mask.hide("Will you mark it? Yours, Will Mark") == "Will you mark it? Yours, [[NAME_1]]"


def test_a_name_that_is_no_persons_takes_no_word_out_of_the_question() -> None:
    mask = mask_of(request("x", name="Support Desk"), [])
    assert mask.hide("Is Support open? Yours, Support Desk") == "Is Support open? Yours, [[NAME_1]]"


def test_a_placeholder_that_lost_its_brackets_is_still_restored() -> None:
    mask = Mask(["ana@x.example"])
    mask.hide("ana@x.example")
    for written in ("[[EMAIL_1]]", "[[ EMAIL_1 ]]", "[EMAIL_1]", "EMAIL_1"):
        assert mask.restore(f"to {written}.") == "to ana@x.example."
        assert not mask.invented(f"to {written}.")


@pytest.mark.parametrize("text", ["[[EMAIL_2]]", "EMAIL_7", "[[NAME]]", "[[REFUND_1]]", "Dear [[", "PHONE_1"])
def test_a_placeholder_that_stands_for_nothing_is_seen(text: str) -> None:
    mask = Mask(["ana@x.example"])
    mask.hide("ana@x.example")
    assert mask.invented(text)
    assert not mask.invented("see section [1] of ISO_9001")


@pytest.mark.parametrize("piece", ["1 ", "a@", "+1 ", "\ud800\x00", "str.", "[[", "A"])
def test_a_hostile_text_is_read_in_time_that_grows_with_its_length(piece: str) -> None:
    def taken(length: int) -> float:
        text = piece * (length // len(piece))
        begun = time.process_time()
        mask = Mask([text], KNOWN)
        assert mask.restore(mask.hide(text)) == text
        return time.process_time() - begun

    taken(100)
    assert taken(100_000) < 40 * max(taken(10_000), 0.01)
