"""What a week's sample is drawn from: the answers that were sent in it, and what went wrong in it.

A conversation belongs to the week of its first approved answer; what somebody wrote to a customer past every draft has
no review, and is in no sample. One that got none belongs to the week in which its
draft was turned down, and only to what went wrong: nothing was sent whose quality could be told.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain.calendar import Week
from bot.domain.escalation import OutcomeKind
from bot.domain.history import Conversation, Drafted
from bot.domain.review import Action
from bot.domain.sample import Wrong
from bot.ports import History
from evals.drafts import was_right

REWRITTEN = 0.5
"""The share of words changed from which an edit says that the draft was no help."""
DISSATISFIED = 2
"""The rating of 5 up to which a customer was dissatisfied."""
_TURNED_DOWN = (Action.REJECT, Action.HAND_OFF)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A conversation that can be drawn, by the review whose text is scored. Not `sent`: only to learn from."""

    id: str
    review: str
    intent: str
    room: str
    sent: bool
    wrong: tuple[Wrong, ...]


async def candidates(history: History, week: Week) -> list[Candidate]:
    """Every conversation of the week, whoever may read it; what its customer took back is none."""
    found = []
    async for some in history.between(week.start, week.end, previous=False):
        for conversation in some:
            draft = _told_by(conversation)
            moment = _moment(draft) if draft else None
            if draft is not None and moment is not None and week.start <= moment < week.end:
                found.append(_candidate(conversation, draft))
    return found


def _told_by(conversation: Conversation) -> Drafted | None:
    """The draft whose text is scored: the first that was sent, else the first that was turned down."""
    if conversation.withdrawn:
        return None
    sent = [draft for draft in conversation.drafts if draft.delivered_at is not None]
    down = (draft for draft in conversation.drafts if _turned_down(draft))
    return min(sent, key=lambda draft: (draft.delivered_at, draft.id)) if sent else next(down, None)


def _turned_down(draft: Drafted) -> bool:
    made = draft.decided
    return made is not None and made.action in _TURNED_DOWN and draft.proposed and not draft.abstained


def _moment(draft: Drafted) -> datetime | None:
    return draft.delivered_at or (draft.decided.at if draft.decided else None)


def _candidate(conversation: Conversation, draft: Drafted) -> Candidate:
    sent, wrong = draft.delivered_at is not None, tuple(what_went_wrong(conversation, draft))
    return Candidate(conversation.id, draft.id, draft.intent, conversation.room, sent, wrong)


def what_went_wrong(conversation: Conversation, draft: Drafted) -> Iterator[Wrong]:
    """What is on record against this conversation, and against the draft whose text was sent."""
    actions = {each.decided.action for each in conversation.drafts if _turned_down(each) and each.decided}
    ratings = [each for each in conversation.reported if each.kind is OutcomeKind.RATING and each.value is not None]
    if Action.REJECT in actions:
        yield Wrong.REJECTED
    if conversation.reopened_at is not None:
        yield Wrong.REOPENED
    if ratings and (max(ratings, key=lambda each: each.at).value or 0) <= DISSATISFIED:
        yield Wrong.DISSATISFIED
    if Action.HAND_OFF in actions:
        yield Wrong.HANDED_OFF
    if draft.rewritten and not draft.abstained and (draft.edit_share or 0) >= REWRITTEN:
        yield Wrong.REWRITTEN
    if any(each.abstained and was_right(each, conversation) is False for each in conversation.drafts):
        yield Wrong.ABSTAINED
