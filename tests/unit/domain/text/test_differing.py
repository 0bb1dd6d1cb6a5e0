import time

import pytest

from bot.domain.text.differing import Fate, changed_lines, differing, differing_lines, merged

BASE = "# Refunds\n\nA refund takes 3 days.\n\nIt goes to the same card.\n\nGift cards are not refunded.\n"


def test_a_change_is_told_word_by_word_within_its_paragraph() -> None:
    (change,) = differing(BASE, BASE.replace("3 days", "5 working days"))
    assert change.after == "# Refunds"
    assert change.stretches == (
        (Fate.KEPT, "A refund takes "),
        (Fate.REMOVED, "3 "),
        (Fate.ADDED, "5 working "),
        (Fate.KEPT, "days."),
    )


def test_a_sentence_that_is_added_or_removed_leaves_the_word_before_it_alone() -> None:
    more = BASE.replace("3 days.", "3 days. Ask us.")
    (come,), (gone,) = differing(BASE, more), differing(more, BASE)
    assert come.stretches == ((Fate.KEPT, "A refund takes 3 days. "), (Fate.ADDED, "Ask us."))
    assert gone.stretches == ((Fate.KEPT, "A refund takes 3 days. "), (Fate.REMOVED, "Ask us."))


def test_a_paragraph_that_says_something_else_is_one_removed_and_one_added() -> None:
    changes = differing(BASE, BASE.replace("It goes to the same card.", "We never pay in cash, whoever asks for that."))
    assert [change.stretches[0][0] for change in changes] == [Fate.REMOVED, Fate.ADDED]


def test_white_space_between_paragraphs_is_no_change() -> None:
    assert differing(BASE, BASE.replace("\n\n", "\r\n \r\n\n")) == ()
    assert differing("", "") == ()


def test_changes_of_different_paragraphs_are_merged() -> None:
    one, other = BASE.replace("3 days", "5 days"), BASE.replace("are not", "are never") + "\nAsk us.\n"
    both = one.replace("are not", "are never") + "\nAsk us.\n"
    assert merged(BASE, one, other) == merged(BASE, other, one) == both


def test_neighbouring_paragraphs_may_both_change() -> None:
    one, other = BASE.replace("3 days", "5 days"), BASE.replace("same card", "card")
    assert merged(BASE, one, other) == one.replace("same card", "card")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (BASE.replace("3 days", "5 days"), BASE.replace("3 days", "7 days")),
        (BASE + "\nOne end.\n", BASE + "\nAnother end.\n"),
        (BASE.replace("A refund takes 3 days.\n\n", ""), BASE.replace("3 days", "7 days")),
        (BASE.replace("It goes", "New.\n\nIt goes"), BASE.replace("It goes", "Other.\n\nIt goes")),
    ],
)
def test_changes_of_the_same_paragraph_or_gap_conflict(one: str, other: str) -> None:
    assert merged(BASE, one, other) is None
    assert merged(BASE, other, one) is None


def test_the_same_change_made_twice_is_one() -> None:
    changed = BASE.replace("3 days", "5 days") + "\nAn end.\n"
    assert merged(BASE, changed, changed) == changed.replace("\n\n\n", "\n\n")


@pytest.mark.parametrize(
    "one, other", [("a b c " * 20_000, "b a c " * 20_000), ("a\n\n" * 9_000, "a\n\nb\n\n" * 5_000)]
)
def test_a_text_that_repeats_itself_takes_no_longer_than_others(one: str, other: str) -> None:
    begin = time.perf_counter()
    differing(one, other)
    merged(one, other, one)
    differing_lines(one, other)
    assert time.perf_counter() - begin < 5
    assert differing("\x00\ud800 \u202e", "\x00\ud800") == differing("\x00\ud800 \u202e", "\x00\ud800")


SETTINGS = "intents:\n  - name: refund\n    risk: low\n  - name: delivery\n    risk: low\n"


def test_settings_are_compared_line_by_line() -> None:
    changed = SETTINGS.replace("delivery\n    risk: low", "delivery\n    risk: high\n    room: orders")
    assert changed_lines(SETTINGS, changed) == ("    risk: low", "    risk: high\n    room: orders")
    risk, room = differing_lines(SETTINGS, changed)
    assert (Fate.REMOVED, "low") in risk.stretches and (Fate.ADDED, "high") in risk.stretches
    assert room.stretches == ((Fate.ADDED, "    room: orders"),)
    assert changed_lines("", "model-x") == ("", "model-x")
    assert differing_lines(SETTINGS, SETTINGS) == ()


def test_a_line_among_many_that_say_the_same_is_found() -> None:
    many = "".join(f"- name: i{number}\n  risk: low\n  examples:\n  - e{number}\n" for number in range(300))
    changed = many.replace("- e7\n", "- new\n  - e7\n").replace("- e250\n", "- e250\n  - last\n")
    assert changed_lines(many, changed) == ("", "  - new\n  - last")
