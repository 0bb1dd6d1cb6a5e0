"""What a conversation takes of language models, in tokens read and written: all its drafts together.

Counted when it was opened. Failed calls and judges of eval cases are not among it; the daily ledger has all.
"""

from collections.abc import Iterator

from bot.domain.history import Conversation
from evals.metric import Better, Lens, Metric, Observed, Section, Statistic, Unit


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    if any(draft.proposed for draft in conversation.drafts):
        yield Observed(conversation.opened_at, float(sum(draft.tokens for draft in conversation.drafts)))


METRIC = Metric(
    name="tokens",
    title="Model tokens",
    section=Section.COST,
    numerator="mean tokens of all drafts",
    denominator="conversations opened with a draft",
    unit=Unit.TOKENS,
    better=Better.LOWER,
    statistic=Statistic.MEAN,
    source="usage that the model's endpoint reported",
    observe=_observe,
)
