"""What a card says of an answer that turned out wrong: which eval case would have caught it."""

from bot.cards.capture import short
from bot.cards.elements import Code, Element, Note, Piece
from bot.domain.escaped import Escape, EscapedError, Seen

_SAID = 300
_HOW = {
    Escape.REJECTED: "",
    Escape.REOPENED: "The customer came back after this answer. ",
    Escape.RATED: "The customer rated this answer badly. ",
}


def is_worth_a_case(error: EscapedError | None) -> bool:
    """Whether no case, or none in these words, keeps the error from coming back."""
    return error is not None and not error.of_thread and error.seen in {Seen.UNCOVERED, Seen.MISSED, Seen.CAUGHT}


def escaped_note(error: EscapedError | None) -> tuple[Element, ...]:
    """A line on which eval case would have caught this; none where somebody has made one of it."""
    if error is None or error.seen is Seen.CAPTURED:
        return ()
    if error.seen is Seen.UNCOVERED:
        drafted = "No eval case would have caught this. One is drafted: “Make eval case” shows it."
        return (Note((f"🔎 {_HOW[error.how]}{drafted}",)),)
    said = short(error.said, _SAID)
    follows = {
        Seen.MISSED: f" asks the same and would not have caught this: it wants only {said}. Sharpen it"
        f"{'' if error.of_thread else ', or make a case of this thread'}.",
        Seen.CAUGHT: f" asks the same and fails this answer: {said} In that case's own words today's system passes it."
        f"{'' if error.of_thread else ' A case of this thread keeps these words right too.'}",
        Seen.KNOWN: f" asks the same and {_failing(error)}: {said} The error was known.",
        Seen.UNTRIED: f" asks the same, but could not be tried on this answer: {said}",
    }
    text: tuple[Piece, ...] = (f"🔎 {_HOW[error.how]}The eval case ", Code(error.case), follows[error.seen])
    return (Note(text),)


def _failing(error: EscapedError) -> str:
    return f"has failed since {error.since:%d %B}" if error.since else "fails today as well"
