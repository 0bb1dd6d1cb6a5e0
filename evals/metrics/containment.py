"""How many conversations are resolved without a person and stay so: an unchanged draft, and nothing for a week after.

A person approves every reply here; "without" one means that nobody wrote, changed or took over anything. Within seven
times 24 hours after the answer (that moment included) the customer did not write, nobody took over, and their system
reported neither a reopening nor a transfer. A conversation counts when it was first dealt with, and only once its seven
days are over, whatever became of it: so the figure is of a period that ended a week before. A customer's "thank you" is
a turn like any other and counts as coming back, unless their system tells of none.
"""

from collections.abc import Iterator
from datetime import datetime

from bot.domain.escalation import OutcomeKind
from bot.domain.history import Conversation
from evals.metric import WEEK, Better, Lens, Metric, Observed, Section, Statistic, Unit, within


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    if (dealt := conversation.dealt_with_at) is not None:
        answer = conversation.answer if dealt == conversation.first_answer_at else None
        kept = answer is not None and answer.unchanged and not _came_back(conversation, dealt)
        yield Observed(dealt, float(kept))


def _came_back(conversation: Conversation, answered: datetime) -> bool:
    handed = conversation.handed_off
    taken = handed.decided.at if handed and handed.decided else None
    after = (conversation.reopened_at, taken, *conversation.when(OutcomeKind.TRANSFERRED))
    return any(within(answered, at) for at in after)


METRIC = Metric(
    name="containment",
    title="Containment",
    section=Section.CUSTOMERS,
    numerator="answered by an unchanged draft, and not reopened, transferred or taken over in 7 days",
    denominator="conversations first answered or handed off, 7 days ago or more",
    unit=Unit.SHARE,
    better=Better.HIGHER,
    statistic=Statistic.SHARE,
    source="decisions, turns and outcomes of the customer's system",
    observe=_observe,
    follow_up=WEEK,
)
