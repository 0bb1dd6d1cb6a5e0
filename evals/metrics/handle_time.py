"""How long people work on a conversation, as the customer's system reports it; all reports of one are added up.

Counted when it was last reported. A conversation without a report is not among them. It is work and not waiting, so it
is the same in business hours.
"""

from collections.abc import Iterator

from bot.domain.escalation import OutcomeKind
from bot.domain.history import Conversation
from evals.metric import Better, Lens, Metric, Observed, Section, Statistic, Unit


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    told = [each for each in conversation.reported if each.kind is OutcomeKind.HANDLE_TIME and each.value is not None]
    if told:
        yield Observed(max(each.at for each in told), sum(each.value or 0.0 for each in told))


METRIC = Metric(
    name="handle_time",
    title="Average handle time",
    section=Section.CUSTOMERS,
    numerator="mean time that people worked",
    denominator="conversations with a reported handle time",
    unit=Unit.SECONDS,
    better=Better.LOWER,
    statistic=Statistic.MEAN,
    source="outcomes of the customer's system; the interval is bootstrapped (BCa)",
    observe=_observe,
)
