"""How many conversations were handed to the team; each counts once, when it was opened.

The interval is of the rate behind the count: next week may be this week without anything having changed.
"""

from collections.abc import Iterator

from bot.domain.history import Conversation
from evals.metric import Better, Lens, Metric, Observed, Section, Statistic, Unit


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    yield Observed(conversation.opened_at, 1.0)


METRIC = Metric(
    name="volume",
    title="Conversations",
    section=Section.CUSTOMERS,
    numerator="conversations opened",
    denominator="",
    unit=Unit.CONVERSATIONS,
    better=Better.NEITHER,
    statistic=Statistic.COUNT,
    source="escalations as they arrived",
    observe=_observe,
    least=0,
)
