"""How many answered conversations are open again within a week: the customer wrote, or their system reported it.

Seven times 24 hours from the first answer, that moment included; the eighth day is none of it. Counted when the first
answer went out, once its seven days are over, however soon it came back: nothing is left out for being recent that
would be counted for having come back. A "thank you" counts, as any turn of the customer.
"""

from collections.abc import Iterator

from bot.domain.history import Conversation
from evals.metric import WEEK, Better, Lens, Metric, Observed, Section, Statistic, Unit, within


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    if (answered := conversation.first_answer_at) is not None:
        yield Observed(answered, float(within(answered, conversation.reopened_at)))


METRIC = Metric(
    name="reopen_rate",
    title="Reopen rate",
    section=Section.CUSTOMERS,
    numerator="open again in 7 days",
    denominator="conversations first answered 7 days ago or more",
    unit=Unit.SHARE,
    better=Better.LOWER,
    statistic=Statistic.SHARE,
    source="turns and outcomes of the customer's system",
    observe=_observe,
    follow_up=WEEK,
)
