from hypothesis import given
from hypothesis import strategies as st

from bot.domain.text.revising import first_text, revised

CARDS = "A card refund takes 5 to 7 working days after it is issued. A gift card is refunded at once."
TABLE = f"| Method | Time |\n|---|---|\n| Debit card | 5 to 7 working days |\n| PayPal | 2 working days |\n\n{CARDS}"


def test_a_corrected_range_is_corrected_wherever_the_section_gives_it_for_the_same() -> None:
    answer = "Hi Jo,\n\nA card refund takes 10 working days after it is issued.\n\nBest regards,\nFern"
    assert revised(TABLE, answer) == TABLE.replace("5 to 7", "10")


def test_a_figure_of_another_thing_stays() -> None:
    section = "- Cards: 5 working days after we issue the refund.\n- PayPal: 2 working days after we issue the refund."
    assert revised(section, "A PayPal refund takes 3 working days after we issue it.") == section.replace("2", "3")


def test_what_the_section_says_already_is_not_said_again() -> None:
    assert revised(CARDS, "A card refund takes 5 to 7 working days after it is issued.") == CARDS


def test_a_changed_rule_takes_the_place_of_its_sentence() -> None:
    section = "* You can return opened beans.\n* Tins too."
    assert revised(section, "You cannot return opened beans.") == "* You cannot return opened beans.\n* Tins too."


def test_what_is_new_is_added_at_the_end() -> None:
    answer = "Store credit is booked at once and never expires."
    assert revised(CARDS, answer) == f"{CARDS}\n\n{answer}"


def test_a_new_article_has_the_answer_without_its_frame_and_what_is_left_out() -> None:
    answer = "Hi Jo,\n\nIt takes two days. I have booked yours.\n\nIt costs nothing.\n\nBest regards,\nFern"
    assert first_text(answer, lambda said: said == "I have booked yours.") == "It takes two days.\n\nIt costs nothing."


@given(st.text(alphabet="a b5.7|-\n#to"), st.text(alphabet="a b5.7|-\n#to"))
def test_any_section_takes_any_answer(section: str, answer: str) -> None:
    assert isinstance(revised(section, answer), str)
