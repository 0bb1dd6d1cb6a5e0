"""How much of a draft people change before they send it: the share of both texts' words that only one of them has.

0 where every word stayed, 1 where none did; the order of words is not looked at. The median over the drafts that were
edited, counted when they were decided.
"""

from collections.abc import Iterator

from bot.domain.history import Conversation
from evals.drafts import decided
from evals.metric import Better, Lens, Metric, Observed, Section, Statistic, Unit


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    for at, draft in decided(conversation):
        if draft.rewritten and draft.edit_share is not None:
            yield Observed(at, draft.edit_share, draft=draft)


METRIC = Metric(
    name="edit_size",
    title="Edit size",
    section=Section.DRAFTS,
    numerator="median share of words changed",
    denominator="drafts that were edited and sent",
    unit=Unit.SHARE,
    better=Better.LOWER,
    statistic=Statistic.MEDIAN,
    source="drafts and what was sent",
    observe=_observe,
)
