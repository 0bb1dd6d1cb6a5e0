"""How long drafts wait for somebody to decide, whatever is decided.

Counted when the drafting began. One that waits still counts for as long as it has waited (Kaplan-Meier). One that was
replaced or withdrawn undecided is left out: when that happened is not on record, and its successor counts.
"""

from collections.abc import Iterator

from bot.domain.history import Conversation
from bot.domain.review import ReviewState
from evals.metric import Better, Lens, Metric, Observed, Section, Statistic, Unit


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    for draft in conversation.drafts:
        if draft.decided is not None or draft.state is ReviewState.READY:
            waited, over = lens.waited(draft.at, draft.decided.at if draft.decided else None)
            yield Observed(draft.at, waited, over, draft)


METRIC = Metric(
    name="time_waiting",
    title="Time waiting",
    section=Section.DRAFTS,
    numerator="median time from draft to decision",
    denominator="drafts put before the team, not replaced",
    unit=Unit.SECONDS,
    better=Better.LOWER,
    statistic=Statistic.MEDIAN,
    source="reviews and decisions",
    observe=_observe,
)
