"""What a decision teaches: what was wrong with the draft, and what mends it."""

from enum import StrEnum

from bot.domain.review import Action, FailureMode, Review
from bot.domain.text.changes import Changes, changes


class Lesson(StrEnum):
    """How a thread makes the next answer better; the values are the commands that do it."""

    CASE = "eval-case"
    FIX = "kb-fix"
    INTENT = "set-intent"


LESSONS = {
    FailureMode.MISSING_KNOWLEDGE: Lesson.FIX,
    FailureMode.STALE_POLICY: Lesson.FIX,
    FailureMode.AMBIGUOUS_INTENT: Lesson.INTENT,
    FailureMode.POLICY_RESTRICTION: Lesson.CASE,
    FailureMode.TONE: Lesson.CASE,
}
"""What mends each kind of failure; a tool's failure is mended where the tool is."""
_SENT = frozenset({Action.APPROVE, Action.EDIT})


def approved_reply(review: Review) -> str:
    """The answer that a person let go out; "" where nobody did."""
    return review.reply if review.decision and review.decision.action in _SENT else ""


def taught(review: Review) -> Changes:
    """What people said otherwise than the drafter: in the edited reply, or in the note to a rejection."""
    if review.proposal is None or review.decision is None:
        return Changes()
    said = review.decision.note if review.decision.action is Action.REJECT else approved_reply(review)
    return changes(review.proposal.draft.by_drafter, said) if said else Changes()


def failure_of(review: Review) -> FailureMode | None:
    """Why the draft was not good enough, as the person said or as the edit suggests; None where it was, or is open.

    Where the draft abstained, knowledge was missing. A fact that was corrected is stale, one that was added is missing;
    else only the wording was changed.
    """
    decision, proposal = review.decision, review.proposal
    if decision is None or proposal is None:
        return None
    rewritten = decision.action is Action.EDIT or (decision.action is Action.APPROVE and review.editor is not None)
    if decision.mode is not None or not rewritten:
        return decision.mode
    if not proposal.draft.by_drafter:
        return FailureMode.MISSING_KNOWLEDGE
    made = taught(review)
    if made.altered:
        return FailureMode.STALE_POLICY
    if any(clause.quantities for clause in made.added):
        return FailureMode.MISSING_KNOWLEDGE
    return FailureMode.TONE


def lesson_of(review: Review) -> Lesson | None:
    """What to offer first to whoever decided; None where nothing went wrong, or nothing here can mend it."""
    mode = failure_of(review)
    return LESSONS.get(mode) if mode else None
