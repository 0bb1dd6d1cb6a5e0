import pytest

from bot.domain.text.procedure import steps_for

ARTICLE = """## Set it up

1. Fill the tank.
2. Press **Brew**.

## Lock a stolen account

1. Set the account to Locked.

   It takes a minute.
2. End all sessions.
3. Hand the case to the security lead.

## Notes

1. A list of one is no procedure.
"""


def test_the_list_that_speaks_of_the_matter_is_the_procedure() -> None:
    steps = ("Set the account to Locked.", "End all sessions.", "Hand the case to the security lead.")
    assert steps_for("somebody stole my account", ARTICLE) == steps


def test_steps_are_read_without_markdown() -> None:
    assert steps_for("how do I fill the tank", ARTICLE) == ("Fill the tank.", "Press Brew.")


def test_a_text_that_speaks_of_something_else_has_no_procedure_for_it() -> None:
    assert steps_for("where is my parcel", ARTICLE) == ()


@pytest.mark.parametrize("text", ["", "\x00", "1. \n" * 30_000, "1. a\n" * 30_000, "\ud800"])
def test_any_text_is_read(text: str) -> None:
    assert len(steps_for("a b c", text)) <= 12
