"""How many answered conversations are rated within a week: whom CSAT speaks for.

Counted when the first answer went out, once its seven days are over.
"""

from collections.abc import Iterator

from bot.domain.escalation import OutcomeKind
from bot.domain.history import Conversation
from evals.metric import WEEK, Better, Lens, Metric, Observed, Section, Statistic, Unit, within


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    if (answered := conversation.first_answer_at) is not None:
        yield Observed(answered, float(any(within(answered, at) for at in conversation.when(OutcomeKind.RATING))))


METRIC = Metric(
    name="csat_response",
    title="CSAT response rate",
    section=Section.CUSTOMERS,
    numerator="rated in 7 days",
    denominator="conversations first answered 7 days ago or more",
    unit=Unit.SHARE,
    better=Better.HIGHER,
    statistic=Statistic.SHARE,
    source="outcomes of the customer's system",
    observe=_observe,
    follow_up=WEEK,
)
