"""How many conversations are by a customer who had opened another one in the seven days before, about whatever.

Counted when the later one was opened, so that nothing has to be waited for. Customers whom their system does not tell
apart are not counted; the same person on two surfaces is two.
"""

from collections.abc import Iterator

from bot.domain.history import Conversation
from evals.metric import Better, Lens, Metric, Observed, Section, Statistic, Unit, within


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    if conversation.customer:
        previous = conversation.previous_at
        yield Observed(conversation.opened_at, float(previous is not None and within(previous, conversation.opened_at)))


METRIC = Metric(
    name="repeat_contacts",
    title="Repeat contacts",
    section=Section.CUSTOMERS,
    numerator="the same customer opened another one in the 7 days before",
    denominator="conversations opened by a known customer",
    unit=Unit.SHARE,
    better=Better.LOWER,
    statistic=Statistic.SHARE,
    source="escalations and their customers",
    observe=_observe,
)
