"""How many drafts are sent after a person changed them; by how much is told by edit size.

Each decided draft counts once, when it was decided; together with the other three decisions they are all. Abstentions
have no text to decide on and are not among them; what was superseded or still waits was not decided.
"""

from collections.abc import Iterator

from bot.domain.history import Conversation
from evals.drafts import decided
from evals.metric import Better, Lens, Metric, Observed, Section, Statistic, Unit


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    for at, draft in decided(conversation):
        yield Observed(at, float(draft.rewritten), draft=draft)


METRIC = Metric(
    name="edited",
    title="Edited",
    section=Section.DRAFTS,
    numerator="approved after a person changed them",
    denominator="drafts with a text that were decided on",
    unit=Unit.SHARE,
    better=Better.LOWER,
    statistic=Statistic.SHARE,
    source="decisions on the cards",
    observe=_observe,
)
