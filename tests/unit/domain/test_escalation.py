from datetime import UTC, datetime, timedelta

from bot.domain.chat import Place
from bot.domain.escalation import ASKED, Author, Customer, Escalation, Turn, thread_key, thread_of

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def conversation(*said: tuple[Author, str]) -> Escalation:
    turns = tuple(Turn(str(i), by, text, NOON + timedelta(minutes=i)) for i, (by, text) in enumerate(said))
    return Escalation("esc_1", "slack", "C1:1", Customer("c"), turns, NOON)


CUSTOMER, AGENT = Author.CUSTOMER, Author.AGENT


def test_what_is_asked_is_the_pending_turns_without_quoted_mail() -> None:
    asked = conversation((CUSTOMER, "Where is my parcel?\n\nRegards,\nJoe"), (CUSTOMER, "It is late.\n> old")).asked
    assert asked == "Where is my parcel?\n\nIt is late."


def test_of_two_hundred_turns_the_first_and_the_newest_are_read() -> None:
    turns = [(CUSTOMER, f"Turn {i}: " + "it still does not work. " * 5) for i in range(200)]
    asked = conversation(*turns).asked
    assert len(asked) <= ASKED
    assert "Turn 0:" in asked
    assert "Turn 199:" in asked
    assert "Turn 50:" not in asked
    assert asked.index("Turn 198:") < asked.index("Turn 199:")


def test_one_endless_turn_is_cut() -> None:
    assert len(conversation((CUSTOMER, "word " * 50_000)).asked) == ASKED


def test_a_bare_follow_up_stands_behind_what_was_asked_before_it() -> None:
    asked = conversation(
        (CUSTOMER, "What does delivery to Denmark cost?"), (AGENT, "6.90 EUR."), (CUSTOMER, "And to Austria?")
    ).asked
    assert asked == "What does delivery to Denmark cost?\n\nAnd to Austria?"


def test_a_new_question_after_an_answer_stands_alone() -> None:
    asked = conversation(
        (CUSTOMER, "What does delivery cost?"), (AGENT, "6.90 EUR."), (CUSTOMER, "Where is my order?")
    ).asked
    assert asked == "Where is my order?"


def test_without_a_word_nothing_is_asked() -> None:
    assert conversation((CUSTOMER, "  ")).asked == ""


def test_a_thread_is_found_again_in_a_room_whose_id_has_colons() -> None:
    thread = Place("teams", "19:0a1b@thread.tacv2", "1700000000001")
    assert thread_of(Escalation("esc_1", "teams", thread_key(thread), Customer("c"), (), NOON)) == thread
