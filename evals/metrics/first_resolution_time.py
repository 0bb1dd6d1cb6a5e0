"""How long it takes until a conversation is first resolved.

Resolved is what the customer's system says; where it says nothing, the answer counts, because it is meant to resolve.
By opening, as first response time; an open conversation counts for as long as it has been open, one that was handed to
a person until then, a withdrawn one not at all.
"""

from collections.abc import Iterator

from bot.domain.history import Conversation
from evals.metric import Better, Lens, Metric, Observed, Section, Statistic, Unit
from evals.resolving import resolving


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    yield from resolving(conversation, conversation.first_resolved_at, lens)


METRIC = Metric(
    name="first_resolution_time",
    title="Time to first resolution",
    section=Section.CUSTOMERS,
    numerator="median time from opening to the first resolution",
    denominator="conversations opened, not withdrawn",
    unit=Unit.SECONDS,
    better=Better.LOWER,
    statistic=Statistic.MEDIAN,
    source="outcomes of the customer's system, else the first answer",
    observe=_observe,
)
