"""How many conversations the customer's system reports as transferred to another team within a week of their opening.

Counted when the conversation was opened, once its seven days are over. A system that reports no transfers shows 0 here,
not because there are none.
"""

from collections.abc import Iterator

from bot.domain.escalation import OutcomeKind
from bot.domain.history import Conversation
from evals.metric import WEEK, Better, Lens, Metric, Observed, Section, Statistic, Unit, within


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    opened = conversation.opened_at
    yield Observed(opened, float(any(within(opened, at) for at in conversation.when(OutcomeKind.TRANSFERRED))))


METRIC = Metric(
    name="transfer_rate",
    title="Transfer rate",
    section=Section.CUSTOMERS,
    numerator="reported as transferred in 7 days",
    denominator="conversations opened 7 days ago or more",
    unit=Unit.SHARE,
    better=Better.LOWER,
    statistic=Statistic.SHARE,
    source="outcomes of the customer's system",
    observe=_observe,
    follow_up=WEEK,
)
