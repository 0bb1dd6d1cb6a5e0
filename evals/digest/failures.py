"""What went wrong in a week, by mode, beside the week before, each with a thread that may be shown.

A draft fails once, in the first of these ways that holds: it was sent, and the customer came back, reopened it or rated
it badly; it was rejected (by the mode that the rep chose); it was not written or not delivered; the knowledge had no
answer and a person took over; a guardrail blocked it. No failure are an edit before sending, which the drafts' figures
tell of, a hand-off although there was an answer, which judges the case and not the text, and a guardrail's warning.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.answer import UNKNOWN_INTENT, Level
from bot.domain.digest import Failure
from bot.domain.escaped import Escape
from bot.domain.history import Drafted
from bot.domain.review import FailureMode, ReviewState, escalation_of
from bot.ports import Desk
from bot.workflows.room_readers import RoomReaders

WRONG_ANSWER, NO_ANSWER = "wrong_answer", "no_answer"
"""Modes that no rep chooses: an answer that was sent and was wrong, and none where the knowledge had none."""
_LABELS = {mode.value: mode.label for mode in FailureMode} | {
    WRONG_ANSWER: "Wrong answer sent",
    "rejected": "Rejected without a reason",
    "not_written": "No draft written",
    "not_delivered": "Not delivered",
    NO_ANSWER: "No answer, handed to a person",
    "blocked": "Blocked by a guardrail",
}
_TRIED = 5  # threads of a mode that are tried until one may be shown


@dataclass(frozen=True, slots=True)
class Wrong:
    """One draft that failed, by its review. `question` is what was asked, masked, where it is known: to compare, and
    never to be shown."""

    review: str
    mode: str
    intent: str
    question: str = ""


async def gone_wrong(desk: Desk, since: datetime, until: datetime) -> tuple[Wrong, ...]:
    """What failed in the period, in the order of drafting; what was sent and turned out wrong comes last."""
    errors = [error for error in await desk.store.escapes.since(since) if error.at < until]
    asked = {error.review: error.question for error in errors}
    sent = {error.review: error.intent for error in errors if error.how is not Escape.REJECTED}
    found = []
    for draft in await desk.store.history.turned_down(since, until):
        mode = mode_of(draft)
        if mode and draft.id not in sent:
            found.append(Wrong(draft.id, mode, draft.intent, asked.get(draft.id, "")))
    return (*found, *(Wrong(review, WRONG_ANSWER, intent or UNKNOWN_INTENT) for review, intent in sent.items()))


def mode_of(draft: Drafted) -> str:
    """How a draft failed that came to nothing; "" where it did not."""
    match draft.state:
        case ReviewState.REJECTED:
            mode = draft.decided.mode if draft.decided else None
            return mode.value if mode else "rejected"
        case ReviewState.FAILED:
            return "not_delivered" if draft.decided else "not_written"
        case ReviewState.HANDED_OFF if draft.abstained or not draft.proposed:
            return NO_ANSWER
        case _:
            return "blocked" if any(level is Level.BLOCK for _, level in draft.findings) else ""


async def failures(now: Sequence[Wrong], before: Iterable[Wrong], readers: RoomReaders) -> tuple[Failure, ...]:
    """The modes of the week, the most frequent first, each with its newest thread that may be shown."""
    counts, earlier = Counter(each.mode for each in now), Counter(each.mode for each in before)
    found = []
    for mode in sorted(counts, key=lambda mode: (-counts[mode], mode)):
        reviews = [each.review for each in reversed(now) if each.mode == mode]
        example, link = await _example(reviews[:_TRIED], readers)
        found.append(Failure(mode, _LABELS[mode], counts[mode], earlier[mode], example, link))
    return tuple(found)


async def _example(reviews: Iterable[str], readers: RoomReaders) -> tuple[str, str]:
    for review in reviews:
        if link := await readers.link(review):
            return escalation_of(review), link
    return "", ""
