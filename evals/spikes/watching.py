"""The desk's records as series: what happened in each conversation, and what counts it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain.answer import UNKNOWN_INTENT, Level, Sentiment
from bot.domain.history import Conversation, Drafted
from bot.domain.review import Action, ReviewState
from bot.domain.spike import Series, What

ALWAYS = tuple(Series(what) for what in What if what is not What.INTENT)
"""Those that are watched before anything was counted."""
_UNHAPPY = frozenset({Sentiment.ANGRY, Sentiment.UNHAPPY})


@dataclass(frozen=True, slots=True)
class Event:
    """One conversation counts in one series from this moment on."""

    series: Series
    at: datetime
    conversation: str


def events(conversation: Conversation) -> Iterator[Event]:
    """What a conversation counts for, once in each series.

    What its first draft found counts when the customer wrote, so that old conversations which are imported, and drafted
    only now, count in the past. What people decided and what failed counts when it did. A withdrawn one counts too: it
    came in.
    """
    counted: set[Series] = set()
    for series, at in _found(conversation):
        if series not in counted:
            counted.add(series)
            yield Event(series, at, conversation.id)


def _found(conversation: Conversation) -> Iterator[tuple[Series, datetime]]:
    yield Series(What.VOLUME), conversation.opened_at
    first = next((draft for draft in conversation.drafts if draft.proposed), None)
    if first is not None:
        for series in _of_draft(first):
            yield series, conversation.opened_at
    for draft in conversation.drafts:
        if draft.decided is not None and draft.decided.action is Action.REJECT:
            yield Series(What.REJECTED), draft.decided.at
        if draft.state is ReviewState.FAILED:
            yield Series(What.FAILED), draft.decided.at if draft.decided else draft.at


def _of_draft(draft: Drafted) -> Iterable[Series]:
    yield Series(What.UNKNOWN) if draft.intent == UNKNOWN_INTENT else Series(What.INTENT, draft.intent)
    if draft.sentiment in _UNHAPPY:
        yield Series(What.UNHAPPY)
    if draft.abstained:
        yield Series(What.ABSTAINED)
    if any(level is Level.BLOCK for _, level in draft.findings):
        yield Series(What.BLOCKED)
