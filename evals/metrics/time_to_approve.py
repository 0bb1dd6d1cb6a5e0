"""How long it takes from the beginning of a draft to its approval, for drafts that were sent, edited or not.

Counted when they were approved. It begins when the drafting does: when the card was seen is not on record. What is
still waiting is told by time waiting.
"""

from collections.abc import Iterator

from bot.domain.history import Conversation
from bot.domain.review import Action
from evals.drafts import decided
from evals.metric import Better, Lens, Metric, Observed, Section, Statistic, Unit


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    for at, draft in decided(conversation):
        if draft.decided is not None and draft.decided.action in (Action.APPROVE, Action.EDIT):
            yield Observed(at, lens.elapsed(draft.at, at), draft=draft)


METRIC = Metric(
    name="time_to_approve",
    title="Time to approve",
    section=Section.DRAFTS,
    numerator="median time from draft to approval",
    denominator="drafts approved, edited or not",
    unit=Unit.SECONDS,
    better=Better.LOWER,
    statistic=Statistic.MEDIAN,
    source="reviews and decisions",
    observe=_observe,
)
