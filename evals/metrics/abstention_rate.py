"""How many drafts the drafter leaves to people because the knowledge does not answer; counted when drafting began."""

from collections.abc import Iterator

from bot.domain.history import Conversation
from evals.metric import Better, Lens, Metric, Observed, Section, Statistic, Unit


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    for draft in conversation.drafts:
        if draft.proposed:
            yield Observed(draft.at, float(draft.abstained), draft=draft)


METRIC = Metric(
    name="abstention_rate",
    title="Abstention rate",
    section=Section.KNOWLEDGE,
    numerator="abstained",
    denominator="drafts put before the team",
    unit=Unit.SHARE,
    better=Better.NEITHER,
    statistic=Statistic.SHARE,
    source="proposals",
    observe=_observe,
)
