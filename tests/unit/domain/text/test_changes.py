import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.text.changes import changes, greeted, matter, misquoted, statements

TAKES = "A card refund takes 5 to 7 working days after we issue it."
DRAFT = f"Hi Hanna,\n\n{TAKES} Send the scale back to us.\n\nBest regards,\nFern"


def test_a_corrected_figure_is_a_correction_of_its_statement() -> None:
    made = changes(DRAFT, DRAFT.replace("5 to 7", "10"))
    assert [(old.text, new.text) for old, new in made.altered] == [
        (
            "A card refund takes 5 to 7 working days after we issue it.",
            "A card refund takes 10 working days after we issue it.",
        )
    ]
    assert not made.added
    assert not made.removed


def test_what_was_added_and_removed_is_told_figures_first() -> None:
    made = changes(
        DRAFT,
        "A card refund takes 5 to 7 working days after we issue it. Our shop opens again. Postage costs 4.90 EUR.",
    )
    assert [clause.text for clause in made.added] == ["Postage costs 4.90 EUR.", "Our shop opens again."]
    assert [clause.text for clause in made.removed] == ["Send the scale back to us."]


def test_other_words_for_the_same_change_no_fact() -> None:
    made = changes(
        "A card refund takes 5 working days once we issue it.", "A card refund kindly takes 5 working days once issued."
    )
    assert not made.of_fact


def test_a_yes_that_became_a_no_changes_a_fact() -> None:
    assert changes("You can return opened beans.", "You cannot return opened beans.").of_fact


def test_an_article_that_gives_another_figure_than_the_answer_misquotes_it() -> None:
    other = "A PayPal refund takes 1 to 2 working days after we issue it."
    slipped = TAKES.replace("5 to 7", "57")
    assert [(said.text, written.text) for said, written in misquoted(DRAFT, f"{other}\n\n{slipped}", other)] == [
        (TAKES, slipped)
    ]
    assert not misquoted(DRAFT, f"{other}\n\n{TAKES}", f"{other}\n\n{slipped}")
    assert not misquoted(DRAFT, f"{slipped}\n\nWe ship on Mondays.", slipped)


def test_order_white_space_greeting_and_sign_off_do_not_count() -> None:
    other = f"Hello Jo!\n\nSend the scale  back to us.\n{TAKES}\n\nThanks,\nAna"
    made = changes(DRAFT, other)
    assert not (made.added or made.removed or made.corrected)


def test_a_reply_without_its_frame_is_its_matter() -> None:
    assert matter("Hi Hanna,\n\nIt takes two days.\n\nBest regards,\nFern") == "It takes two days."


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("Hello Dana, we do not ship to Norway.", "we do not ship to Norway."),
        ("Hello, the fee is 4.90 EUR.", "the fee is 4.90 EUR."),
        ("hi we do not ship to Norway", "hi we do not ship to Norway"),
        ("Good morning, Dana, it takes two days.", "it takes two days."),
        ("Hi Dana Reed. It takes two days.", "It takes two days."),
        ("Dear Dana and dear family,\nIt takes two days.", "It takes two days."),
    ],
)
def test_a_short_sentence_behind_its_greeting_is_no_part_of_it(reply: str, said: str) -> None:
    assert matter(reply) == said


@given(st.text(), st.text())
def test_any_text_is_compared(one: str, other: str) -> None:
    made = changes(one, other)
    assert len(made.added) + len(made.corrected) <= len(statements(other))


@pytest.mark.parametrize(
    ("reply", "name"),
    [
        ("Hi Hanna,\n\nIt takes two days.", "Hanna"),
        ("Dear Mary-Ann Vos!\nIt does.", "Mary-Ann Vos"),
        ("hallo Jörg,\nja.", "Jörg"),
        ("Hello,\n\nHanna is away.", ""),
        ("Hi there, it takes two days.", ""),
        ("Hello Customer,\nyes.", ""),
        ("It takes two days.", ""),
    ],
)
def test_whom_a_reply_greets_is_a_person(reply: str, name: str) -> None:
    assert greeted(reply) == name
