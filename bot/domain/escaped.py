"""An error that escaped: what the evals had to say of an answer that turned out wrong."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.escalation import TALKS, Author, Escalation, Outcome, OutcomeKind
from bot.domain.quality import EvalCase
from bot.domain.review import Action, Decision, FailureMode

BAD_RATING = 2
"""A customer's rating of 1 to 5 up to which the answer counts as wrong."""

_REPLY = "reply:"  # begins the ref of a turn that is a delivered review


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
    asks for where it does not, or why it could not be tried. `of_thread` tells that the case is the thread's own,
    `since` from when on it is known to fail.
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
    of_thread: bool = False
    since: datetime | None = None


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


def last_answer(escalation: Escalation) -> str:
    """The review whose answer the customer got last; "" where the team answered by itself, or not at all."""
    said = next((turn for turn in reversed(escalation.turns) if turn.author is Author.AGENT), None)
    return said.ref.removeprefix(_REPLY) if said and said.ref.startswith(_REPLY) else ""


def came_back_after(escalation: Escalation) -> str:
    """The review after whose answer the customer wrote again; "" where none did."""
    newest = next((turn for turn in reversed(escalation.turns) if turn.author in TALKS), None)
    return last_answer(escalation) if newest and newest.author is Author.CUSTOMER else ""


def asks_for(case: EvalCase) -> str:
    """What the case wants of an answer, in a line."""
    if case.escalates:
        return "a person to take over"
    wants = ((case.must_say, "said"), (case.must_not_say, "not said"), (case.sources, "cited"))
    told = [f"{' and '.join(f'“{each}”' for each in values)} {verb}" for values, verb in wants if values]
    return ", ".join(told) or "an answer, whatever it says"
