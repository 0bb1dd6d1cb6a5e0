"""How many conversations take more than the rep at hand: high risk, which a senior approves, or handed to a person.

Counted once, when the conversation was first dealt with: answered or handed off. The risk is that of its newest draft.
"""

from collections.abc import Iterator

from bot.domain.answer import Risk
from bot.domain.history import Conversation
from evals.metric import Better, Lens, Metric, Observed, Section, Statistic, Unit


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    if (dealt := conversation.dealt_with_at) is not None:
        risky = conversation.last is not None and conversation.last.risk is Risk.HIGH
        yield Observed(dealt, float(risky or conversation.handed_off is not None))


METRIC = Metric(
    name="escalation_rate",
    title="Escalation rate",
    section=Section.CUSTOMERS,
    numerator="high risk, or handed to a person",
    denominator="conversations first answered or handed off",
    unit=Unit.SHARE,
    better=Better.LOWER,
    statistic=Statistic.SHARE,
    source="triage and decisions",
    observe=_observe,
)
