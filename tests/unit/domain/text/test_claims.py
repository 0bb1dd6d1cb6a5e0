import gc
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.text.claims import read
from bot.domain.text.languages import language_of
from bot.domain.text.plain import plain, readable
from bot.domain.text.quantities import LEAST, MOST, quantities, same_amount
from bot.domain.text.smuggling import comments, order_in
from bot.domain.text.wording import figures, normal


def test_a_sentence_is_read_as_its_clauses_with_their_conditions() -> None:
    (main,) = read("Clothing can be returned within 30 days, if it is unworn and clean.")
    assert [(limit.family, limit.text) for limit in main.conditions] == [("if", "if it is unworn and clean")]
    mattress, sofa = read("Mattresses have a warranty of 10 years and sofas a warranty of 5 years.")
    assert (mattress.quantities[0].text, sofa.quantities[0].text) == ("10 years", "5 years")
    assert "sofa" in sofa.roots
    assert "sofa" not in mattress.about


def test_a_row_is_about_its_first_cell() -> None:
    light, flex = read("| Fare | Bag |\n|---|---|\n| Light | 8 kg |\n| Flex | 12 kg |")
    assert (light.lead, light.quantities[0].value, light.row) == (("light",), "8", True)
    assert flex.text == "Flex – Bag: 12 kg"


@pytest.mark.parametrize(
    ("one", "other"),
    [("two weeks", "14 days"), ("24 hours", "1 day"), ("12 months", "a term of 1 year"), ("6 pm", "18:00"),
     ("noon", "12:00"), ("5 Werktage", "5 working days"), ("5 jours ouvrés", "5 working days"), ("5 %", "5 percent")],
)  # fmt: skip
def test_the_same_amount_in_other_units_and_languages_is_the_same(one: str, other: str) -> None:
    assert same_amount(quantities(one)[0], quantities(other)[-1])


@pytest.mark.parametrize(
    ("text", "bound"),
    [("at least 10 days before departure", LEAST), ("no later than 10 days before departure", LEAST),
     ("until 10 days before departure", LEAST), ("within 10 days", MOST), ("10 years or older", LEAST),
     ("less than 10 days", MOST), ("10 days", "")],
)  # fmt: skip
def test_a_bound_is_read_from_what_stands_around_the_figure(text: str, bound: str) -> None:
    assert quantities(text)[0].bound == bound


def test_children_under_14_may_is_no_date() -> None:
    assert [figure.unit for figure in figures("Children under 14 may swim until 14 May 2027.")] == ["", "date"]


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert isinstance(read(text), tuple)
    assert isinstance(order_in(text), tuple)
    assert isinstance(comments(text), list)
    assert isinstance(language_of(text), str)


@pytest.mark.parametrize(
    ("text", "language"),
    [("Your parcel is on its way.", "en"), ("Ihr Paket ist unterwegs.", "de"), ("Votre colis est en route.", "fr"),
     ("Su paquete está en camino.", "es"), ("Uw pakket is onderweg naar u.", "nl"), ("ご注文は届きます。", "ja"),
     ("OK", ""), ("FH-1042391", "")],
)  # fmt: skip
def test_a_language_is_told_by_its_commonest_words_or_not_at_all(text: str, language: str) -> None:
    assert language_of(text) == language


def test_one_ligature_does_not_become_a_novel() -> None:
    assert len(normal("\ufdfa" * 10_000)) < 40_000
    assert normal("ﬁ Ⅷ") == "fi viii"


@pytest.mark.parametrize("piece", ["[x](", "**a ", "<!--", "![", "# ", "<a ", "|a|b|\n", "--  "])
def test_markdown_is_read_in_time_that_grows_with_its_length(piece: str) -> None:
    def taken(count: int) -> float:
        text = piece * count
        begun = time.process_time()
        plain(text)
        readable(text)
        return time.process_time() - begun

    taken(100)
    assert taken(20_000) < 40 * max(taken(2_000), 0.005)


@pytest.mark.parametrize("piece", ["3 Jan ", "5 pm ", "two days ", "4.90 EUR "])
def test_figures_are_read_in_time_that_grows_with_their_number(piece: str) -> None:
    def taken(length: int) -> float:
        text = piece * (length // len(piece))
        gc.collect()
        gc.disable()  # a collection in between looks at all that the other tests have left
        try:
            begun = time.process_time()
            assert len(figures(text)) == length // len(piece)
            return time.process_time() - begun
        finally:
            gc.enable()

    taken(100)
    assert taken(100_000) < 40 * max(taken(10_000), 0.01)
