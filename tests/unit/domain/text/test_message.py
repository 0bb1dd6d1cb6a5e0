import pytest

from bot.domain.text.message import faults, own_words, prose

MAIL = """Hi, my machine still leaks after I changed the seal. What now?

Best regards,
Dana Smith
Sales Manager | Acme Ltd
Tel. +49 30 123456

On Tue, 17 Nov 2026 at 10:02, Fernhill Support <support@fernhill.example> wrote:
> Hello Dana,
> please change the seal.
"""


def test_an_answered_mail_is_read_without_the_quote_and_the_signature() -> None:
    assert own_words(MAIL) == "Hi, my machine still leaks after I changed the seal. What now?"


@pytest.mark.parametrize(
    "lead",
    [
        "Am 17.11.2026 um 10:02 schrieb Fernhill Support:",
        "Le mar. 17 nov. 2026 à 10:02, Support <s@x.example> a écrit :",
        "El mar, 17 nov 2026 a las 10:02, Support escribió:",
        "Op 17 nov. 2026 om 10:02 schreef Support:",
        "On Tuesday, 17 November 2026 at 10:02:11 in the morning,\nFernhill Support <s@x.example> wrote:",
    ],
)
def test_a_quote_is_left_out_whatever_language_the_mail_program_speaks(lead: str) -> None:
    assert own_words(f"That did not help.\n\n{lead}\n> Change the seal.\n>\n> Regards") == "That did not help."


def test_the_mail_below_an_outlook_answer_is_left_out() -> None:
    text = "Please help\n\nFrom: Support\nSent: Tuesday 10:02\nTo: Dana\nSubject: RE: leak\n\nChange the seal."
    assert own_words(text) == "Please help"


def test_a_forwarded_mail_stays_because_it_is_what_is_asked_about() -> None:
    headers = "---------- Forwarded message ---------\nFrom: Joe <j@x.example>\nDate: Mon\nSubject: Broken"
    text = f"See below.\n\n{headers}\n\nIt shows E07."
    assert own_words(text) == "See below.\n\nIt shows E07."


def test_a_mail_forwarded_without_a_word_is_read_without_its_headers() -> None:
    assert own_words("From: Joe\nSent: Monday\nTo: Ann\nSubject: Broken\n\nIt shows E07.") == "It shows E07."


def test_answers_between_the_quoted_lines_stay() -> None:
    assert own_words("> Is it on?\nYes.\n> Which code?\nE07, what now?") == "Yes.\nE07, what now?"


def test_a_postscript_below_the_signature_stays() -> None:
    assert own_words("It leaks.\n\nThanks,\nJoe\nPS: is the seal free?") == "It leaks.\n\nPS: is the seal free?"


def test_a_question_below_a_thank_you_is_no_signature() -> None:
    text = "Thanks!\nOne more thing: what does a new seal cost?"
    assert own_words(text) == text


def test_words_that_only_look_like_a_quote_stay() -> None:
    text = "On 3 March your colleague wrote: change the seal. I did."
    assert own_words(text) == text


def test_a_message_that_is_all_quote_stays_whole() -> None:
    assert own_words("> It leaks.\n> Help!") == "> It leaks.\n> Help!"


def test_stack_frames_and_code_blocks_are_no_prose_but_the_error_is() -> None:
    trace = 'Traceback (most recent call last):\n  File "x.py", line 3, in f\nValueError: bad token'
    assert prose(f"It crashes:\n```\nfoo()\n```\n{trace}\nWhat now?") == "It crashes:\nValueError: bad token\nWhat now?"


def test_what_a_trace_names_as_wrong_is_kept_for_the_search() -> None:
    text = "It crashes.\n```\nINFO start\nConnectionRefusedError: port 443\nexit\n```"
    assert faults(text) == ["ConnectionRefusedError: port 443"]
    assert faults("Error E08 is shown.") == []


def test_a_message_of_code_alone_is_read_as_it_is() -> None:
    assert prose("```\nfoo()\n```") == "```\nfoo()\n```"


@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "\n" * 100_000, "> " * 50_000, "On 1 wrote:\n" * 9_000])
def test_any_text_is_read(text: str) -> None:
    assert len(own_words(text)) <= len(text)
    assert len(prose(text)) <= len(text)
