"""How many conversations are settled by a draft as it was written: a person approves it, and writes no word.

A conversation counts once, when it was first dealt with: answered or handed to a person. Open ones count once they are.
Whether the customer came back is not asked here; see containment.
"""

from collections.abc import Iterator

from bot.domain.history import Conversation
from evals.metric import Better, Lens, Metric, Observed, Section, Statistic, Unit


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    if (dealt := conversation.dealt_with_at) is not None:
        answer = conversation.answer if dealt == conversation.first_answer_at else None
        yield Observed(dealt, float(answer is not None and answer.unchanged))


METRIC = Metric(
    name="automation_rate",
    title="Automation rate",
    section=Section.CUSTOMERS,
    numerator="first answered by a draft that nobody changed",
    denominator="conversations first answered or handed off",
    unit=Unit.SHARE,
    better=Better.HIGHER,
    statistic=Statistic.SHARE,
    source="decisions and deliveries",
    observe=_observe,
)
