"""How many drafts are sent as they were written.

Each decided draft counts once, when it was decided; together with the other three decisions they are all. Abstentions
have no text to decide on and are not among them; what was superseded or still waits was not decided.
"""

from collections.abc import Iterator

from bot.domain.history import Conversation
from evals.drafts import decided
from evals.metric import Better, Lens, Metric, Observed, Section, Statistic, Unit


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    for at, draft in decided(conversation):
        yield Observed(at, float(draft.unchanged), draft=draft)


METRIC = Metric(
    name="approved_unchanged",
    title="Approved unchanged",
    section=Section.DRAFTS,
    numerator="approved as the drafter wrote them",
    denominator="drafts with a text that were decided on",
    unit=Unit.SHARE,
    better=Better.HIGHER,
    statistic=Statistic.SHARE,
    source="decisions on the cards",
    observe=_observe,
)
