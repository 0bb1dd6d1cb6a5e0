"""How many abstentions turned out wrong, by what the team did next; see `evals.drafts.was_right` for what tells it.

Counted when the abstention was decided on. What nothing tells is neither right nor wrong, so that the two metrics leave
a share open; an answer that should have been an abstention is not here but among the failure modes.
"""

from collections.abc import Iterator

from bot.domain.history import Conversation
from evals.drafts import decided, was_right
from evals.metric import Better, Lens, Metric, Observed, Section, Statistic, Unit


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    for at, draft in decided(conversation, abstained=True):
        yield Observed(at, float(was_right(draft, conversation) is False), draft=draft)


METRIC = Metric(
    name="abstention_wrong",
    title="Abstention wrong",
    section=Section.KNOWLEDGE,
    numerator="turned out wrong",
    denominator="abstentions that were decided on",
    unit=Unit.SHARE,
    better=Better.LOWER,
    statistic=Statistic.SHARE,
    source="decisions, later drafts, and the words of the team's answer",
    observe=_observe,
)
