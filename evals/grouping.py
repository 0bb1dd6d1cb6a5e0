"""What figures can be broken down by: intent, surface, room, rep and release."""

from collections.abc import Callable, Mapping

from bot.domain.answer import UNKNOWN_INTENT
from bot.domain.history import Conversation, Drafted, Tried
from evals.metric import Observed

Record = Conversation | Tried
Group = tuple[str, str]
"""What tells a group from others, and what people call it."""


def _intent(record: Record, observed: Observed) -> Group | None:
    if isinstance(record, Tried):
        return record.intent, record.intent
    draft = observed.draft or record.last
    intent = draft.intent if draft else UNKNOWN_INTENT
    return intent, intent


def _surface(record: Record, observed: Observed) -> Group | None:
    return (record.surface, record.surface) if isinstance(record, Conversation) else None


def _room(record: Record, observed: Observed) -> Group | None:
    return (record.room, record.room) if isinstance(record, Conversation) and record.room else None


def _rep(record: Record, observed: Observed) -> Group | None:
    """Who decided on the draft, or on the one that answered the conversation or handed it over."""
    draft = _about(record, observed)
    if draft is None or draft.decided is None:
        return None
    by = draft.decided.by
    return f"{by.platform}:{by.id}", by.name or by.id


def _release(record: Record, observed: Observed) -> Group | None:
    made = record if isinstance(record, Tried) else _about(record, observed)
    if made is None:
        return None
    knowledge, workflow = made.knowledge_release, made.workflow_release
    return f"{knowledge}/{workflow}", f"knowledge v{knowledge}, workflow v{workflow}"


def _about(record: Record, observed: Observed) -> Drafted | None:
    if observed.draft is not None or isinstance(record, Tried):
        return observed.draft
    return record.answer or record.handed_off or record.last


GROUPS: Mapping[str, Callable[[Record, Observed], Group | None]] = {
    "intent": _intent,
    "surface": _surface,
    "room": _room,
    "rep": _rep,
    "release": _release,
}
"""By name. Reps' figures are for thanks and for their load: nobody is put in the order of a figure."""
