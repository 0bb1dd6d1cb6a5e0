"""How many drafts a guardrail warned of or blocked, and which guardrail; counted when drafting began."""

from collections.abc import Iterator

from bot.domain.history import Conversation
from evals.metric import Better, Lens, Metric, Observed, Section, Statistic, Unit


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    for draft in conversation.drafts:
        if draft.proposed and not draft.abstained:
            kinds = tuple(f"{name.replace('_', ' ')} ({level.value})" for name, level in draft.findings)
            yield Observed(draft.at, float(bool(kinds)), True, draft, kinds)


METRIC = Metric(
    name="guardrail_findings",
    title="Guardrail findings",
    section=Section.DRAFTS,
    numerator="at least one warning or block",
    denominator="drafts with a text",
    unit=Unit.SHARE,
    better=Better.LOWER,
    statistic=Statistic.SHARE,
    source="guardrails",
    observe=_observe,
    kinds="guardrail",
)
