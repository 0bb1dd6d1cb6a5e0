"""How long it takes until a conversation is resolved for good, as far as is on record now.

The last resolution after which nothing came back, neither the customer nor a report that it was reopened. What came
back and was not settled since is open, and counts for as long as it has been. Later records can make an earlier
period's figure longer. By opening, as first response time.
"""

from collections.abc import Iterator

from bot.domain.history import Conversation
from evals.metric import Better, Lens, Metric, Observed, Section, Statistic, Unit
from evals.resolving import resolving


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    yield from resolving(conversation, conversation.resolved_at, lens)


METRIC = Metric(
    name="final_resolution_time",
    title="Time to final resolution",
    section=Section.CUSTOMERS,
    numerator="median time from opening to the resolution that held",
    denominator="conversations opened, not withdrawn",
    unit=Unit.SECONDS,
    better=Better.LOWER,
    statistic=Statistic.MEDIAN,
    source="outcomes of the customer's system, else the last answer",
    observe=_observe,
)
