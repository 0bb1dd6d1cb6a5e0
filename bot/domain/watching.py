"""The desk's records as series: what a conversation counts for, and from when on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.answer import UNKNOWN_INTENT, Level, Proposal, Sentiment
from bot.domain.escalation import Escalation
from bot.domain.history import Conversation, Drafted
from bot.domain.review import Action, ReviewState
from bot.domain.spike import Alert, Series, What

_SPECIFIC = (What.CLUSTER, What.INTENT, What.UNKNOWN)
_UNHAPPY = frozenset({Sentiment.ANGRY, Sentiment.UNHAPPY})
SOON = timedelta(minutes=30)
"""How long after the customer wrote the first draft may begin to count when it did."""


@dataclass(frozen=True, slots=True)
class Event:
    """One conversation counts in one series from this moment on."""

    series: Series
    at: datetime
    conversation: str


def events(conversation: Conversation) -> Iterator[Event]:
    """What a conversation counts for, once in each series.

    What its first draft found counts when that was begun, so that it is not missed while thousands wait for theirs;
    where that was much later, when the customer wrote, so that old conversations which are imported count in the past.
    What people decided and what failed counts when it did. A withdrawn one counts too: it came in.
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
        at = first.at if first.at - conversation.opened_at <= SOON else conversation.opened_at
        for series in _of_draft(first):
            yield series, at
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


def generality(series: Series) -> int:
    """How little a series says of the matter: an intent less than a symptom, and that less than the sum of all."""
    if series.what in _SPECIFIC:
        return _SPECIFIC.index(series.what)
    return len(_SPECIFIC) + (series.what is What.VOLUME)


def matter_of(alert: Alert) -> Series:
    """The series whose conversations an alert is about: what says most of the matter, not the sum of everything."""
    return min(alert.series, key=generality)


def belongs(alert: Alert, escalation: Escalation, proposal: Proposal, begun: datetime) -> bool:
    """Whether a conversation asks about what the alert is about; its newest draft was begun then."""
    draft = Drafted(
        "", begun, ReviewState.READY, intent=proposal.triage.intent,
        sentiment=proposal.triage.sentiment, abstained=not proposal.draft.by_drafter,
        findings=tuple((finding.guardrail, finding.level) for finding in proposal.findings),
    )  # fmt: skip
    counted = Conversation(escalation.id, escalation.surface, "", escalation.opened_at, drafts=(draft,))
    matter = matter_of(alert)
    return any(event.series == matter and event.at >= alert.since for event in events(counted))
