"""How often the team answers with the draft that it was offered, changed or not, rather than by itself.

A conversation counts when it was first answered, if a draft with a text had been begun before.
"""

from collections.abc import Iterator

from bot.domain.history import Conversation
from evals.metric import Better, Lens, Metric, Observed, Section, Statistic, Unit


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    if (answered := conversation.first_answer_at) is None:
        return
    if any(each.proposed and not each.abstained and each.at <= answered for each in conversation.drafts):
        yield Observed(answered, float(conversation.answer is not None))


METRIC = Metric(
    name="assist_adoption",
    title="Assist adoption",
    section=Section.DRAFTS,
    numerator="first answered through the card",
    denominator="conversations first answered that had been offered a draft",
    unit=Unit.SHARE,
    better=Better.HIGHER,
    statistic=Statistic.SHARE,
    source="turns and deliveries",
    observe=_observe,
)
