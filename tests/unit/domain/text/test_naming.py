"""Texts that are about the same are named by what tells them from others, in their own words."""

import time

import pytest

from bot.domain.text.naming import name_of

COURSES = [
    "Do you give barista courses?", "When is the next barista course?", "Is there a barista course with latte art?",
    "How much is a barista course?", "Can I book a barista course for two?", "Is the barista course for beginners?",
]  # fmt: skip
OTHERS = ["Where is my parcel?", "How much is delivery?", "When is my refund paid?", "Do you sell tea?"] * 5


def test_texts_are_named_by_what_they_share_and_others_lack() -> None:
    assert name_of(COURSES, OTHERS) == "Barista course"


def test_a_word_that_everybody_uses_names_nothing() -> None:
    parcels = [f"My parcel {word} the green locker" for word in ("missed", "left", "never reached", "is stuck in")]
    assert name_of(parcels, ["Where is my parcel?", "My parcel is late", "A parcel came"] * 5) == "Green locker"


def test_forms_of_a_word_count_as_one() -> None:
    roasting = ["Do you roast beans?", "Is roasting beans possible?", "Have my beans roasted", "Roast my beans"]
    assert name_of(roasting, OTHERS) in ("Roast beans", "Roasting beans", "Beans roasted", "Roast my beans")


def test_numbers_addresses_and_placeholders_name_nothing() -> None:
    orders = [f"Engraving for order 1234{n}, mail ana@example.org or [[NAME_1]]" for n in range(5)]
    assert name_of(orders, OTHERS) == "Engraving for order"


def test_what_one_of_many_says_does_not_name_them() -> None:
    assert "zanzibar" not in name_of([*COURSES, "zanzibar zanzibar zanzibar zanzibar"], OTHERS).lower()


@pytest.mark.parametrize("texts", [[], [""], ["\x00\ud800 1 2 3"], ["the of and"] * 5, ["apples", "pears", "plums"]])
def test_texts_that_share_nothing_have_no_name(texts: list[str]) -> None:
    assert name_of(texts, OTHERS) == ""


def test_the_same_texts_have_the_same_name() -> None:
    assert name_of(COURSES, OTHERS) == name_of(list(COURSES), list(OTHERS))


def test_long_texts_are_named_in_linear_time() -> None:
    began = time.perf_counter()
    short = [f"{word} " * 500 for word in ("barista course", "latte art")] * 3
    name_of(short, [])
    once = time.perf_counter() - began
    began = time.perf_counter()
    name_of([text * 100 for text in short], [])
    assert time.perf_counter() - began < 10 * once + 0.5
