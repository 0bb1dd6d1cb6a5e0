"""An error that escaped: what the evals had to say of an answer that turned out wrong."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.escalation import Author, Escalation, Outcome, OutcomeKind
from bot.domain.quality import EvalCase
from bot.domain.review import Action, Decision, FailureMode

BAD_RATING = 2
"""A customer's rating of 1 to 5 up to which the answer counts as wrong."""


class Escape(StrEnum):
    """How it came out that the answer was wrong."""

    REJECTED = "rejected"
    REOPENED = "reopened"
    RATED = "rated"


class Seen(StrEnum):
    """What the nearest eval case makes of the answer.

    UNCOVERED: no case asks the same. MISSED: one does, and would have passed this answer. CAUGHT: it fails this answer,
    but passes today in its own words. KNOWN: it fails this answer and fails today. UNTRIED: it could not be tried.
    CAPTURED: somebody has made a case of it since.
    """

    UNCOVERED = "uncovered"
    MISSED = "missed"
    CAUGHT = "caught"
    KNOWN = "known"
    UNTRIED = "untried"
    CAPTURED = "captured"


@dataclass(frozen=True, slots=True)
class EscapedError:
    """One answer that was wrong, by its review. `question` is masked.

    `case` is the nearest eval case and `likeness` that of the questions; `said` is why it fails the answer, what it
    asks for where it does not, or why it could not be tried.
    """

    review: str
    how: Escape
    at: datetime
    seen: Seen
    question: str = ""
    intent: str = ""
    case: str = ""
    likeness: float = 0.0
    said: str = ""


def is_rejected(made: Decision) -> bool:
    """Whether the decision says that the text was wrong; a tool's failure is none of the text's."""
    return made.action is Action.REJECT and made.mode is not FailureMode.TOOL_FAILURE


def how_escaped(outcome: Outcome) -> Escape | None:
    """What the outcome of a conversation says against its answer; None where it says nothing against it."""
    if outcome.kind is OutcomeKind.REOPENED:
        return Escape.REOPENED
    if outcome.kind is OutcomeKind.RATING and outcome.value is not None and outcome.value <= BAD_RATING:
        return Escape.RATED
    return None


def answered_before(escalation: Escalation) -> str:
    """The review whose delivered answer the customer's newest words come after; "" where there is none."""
    for turn in reversed(escalation.turns):
        if turn.author is Author.AGENT:
            return turn.ref.removeprefix("reply:") if turn.ref.startswith("reply:") else ""
    return ""


def asks_for(case: EvalCase) -> str:
    """What the case wants of an answer, in a line."""
    wants = (("it must say", case.must_say), ("not say", case.must_not_say), ("cite", case.sources))
    said = [f"{verb} {'; '.join(f'“{each}”' for each in values)}" for verb, values in wants if values]
    return "a person takes over" if case.escalates else ", ".join(said) or "nothing but an answer"
