"""How many decided drafts a person gave a failure mode, and which; abstentions too. Counted when they were decided."""

from collections.abc import Iterator

from bot.domain.history import Conversation
from evals.metric import Better, Lens, Metric, Observed, Section, Statistic, Unit


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    for draft in conversation.drafts:
        if draft.decided is not None:
            mode = draft.decided.mode
            yield Observed(draft.decided.at, float(mode is not None), True, draft, (mode.label,) if mode else ())


METRIC = Metric(
    name="failure_modes",
    title="Failures",
    section=Section.DRAFTS,
    numerator="given a failure mode",
    denominator="drafts that were decided on",
    unit=Unit.SHARE,
    better=Better.LOWER,
    statistic=Statistic.SHARE,
    source="decisions on the cards",
    observe=_observe,
    kinds="failure mode",
)
