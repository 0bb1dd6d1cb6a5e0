from hypothesis import given
from hypothesis import strategies as st

from bot.domain.text.masking import known_values
from bot.domain.text.stand_ins import StandIns

KNOWN = known_values("Hanna Vos", "hanna@x.example", "cust-20419", [("order_id", "FH-1042391"), ("amount", "20 EUR")])


def test_the_same_person_has_the_same_stand_in_by_full_name_and_by_first_name() -> None:
    shown = StandIns([], KNOWN).hide("I am Hanna Vos. Please tell Hanna, or Ms Vos.")
    assert shown == "I am Robin Hale. Please tell Robin, or Ms Hale."


def test_two_people_have_two_stand_ins() -> None:
    shown = StandIns([], KNOWN).hide("Hanna Vos here. The parcel is for my mother.\nKind regards,\nJonas Weber")
    assert shown.startswith("Robin Hale here.")
    assert shown.endswith("Kim Frost")


def test_a_number_keeps_its_shape_so_that_it_is_still_understood() -> None:
    shown = StandIns([], KNOWN).hide("Order FH-1042391, paid 20 EUR, write to hanna@x.example or +31 6 12345678")
    assert shown == "Order FH-0000001, paid 20 EUR, write to person1@example.com or +1 202-555-0101"


def test_a_card_has_no_harmless_likeness() -> None:
    assert StandIns([]).hide("card 4111 1111 1111 1111") == "card [card 1]"


def test_a_text_that_was_treated_before_stays_as_it_is() -> None:
    people = StandIns([], KNOWN)
    once = people.hide(
        "My name is Ada Bell, order FH-1042391, ada@y.example, call (555) 201-3344, card 4111111111111111"
    )
    assert people.hide(once) == once
    assert not people.hides(once)


@given(st.lists(st.sampled_from(["Hanna", "Vos", "hanna@x.example", "FH-1042391", " ", "\n", ".", "a", "\ud800"])))
def test_nothing_that_is_known_is_left(pieces: list[str]) -> None:
    shown = StandIns([], KNOWN).hide(" ".join(pieces))
    assert not {"Hanna", "Vos", "hanna@x.example", "FH-1042391"} & set(shown.split())
