"""How many customers who rated were satisfied: 4 or 5 of 5.

One rating a conversation, the last; counted when it was given. Who answers is not everybody: see the response rate.
"""

from collections.abc import Iterator

from bot.domain.escalation import OutcomeKind
from bot.domain.history import Conversation
from evals.metric import Better, Lens, Metric, Observed, Section, Statistic, Unit

SATISFIED = 4


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    rated = [each for each in conversation.reported if each.kind is OutcomeKind.RATING and each.value is not None]
    if rated:
        last = max(rated, key=lambda each: each.at)
        yield Observed(last.at, float((last.value or 0) >= SATISFIED))


METRIC = Metric(
    name="csat",
    title="CSAT",
    section=Section.CUSTOMERS,
    numerator="rated 4 or 5 of 5",
    denominator="conversations that were rated",
    unit=Unit.SHARE,
    better=Better.HIGHER,
    statistic=Statistic.SHARE,
    source="outcomes of the customer's system",
    observe=_observe,
)
