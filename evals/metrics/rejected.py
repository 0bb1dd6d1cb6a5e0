"""How many drafts are rejected.

Each decided draft counts once, when it was decided; together with the other three decisions they are all. Abstentions
have no text to decide on and are not among them; what was superseded or still waits was not decided.
"""

from collections.abc import Iterator

from bot.domain.history import Conversation
from bot.domain.review import Action
from evals.drafts import decided
from evals.metric import Better, Lens, Metric, Observed, Section, Statistic, Unit


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    for at, draft in decided(conversation):
        yield Observed(at, float(draft.decided is not None and draft.decided.action is Action.REJECT), draft=draft)


METRIC = Metric(
    name="rejected",
    title="Rejected",
    section=Section.DRAFTS,
    numerator="rejected",
    denominator="drafts with a text that were decided on",
    unit=Unit.SHARE,
    better=Better.LOWER,
    statistic=Statistic.SHARE,
    source="decisions on the cards",
    observe=_observe,
)
