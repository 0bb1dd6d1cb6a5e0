"""How many drafts are sent as they were written.

Each decided draft counts once, when it was decided; together with the other three decisions they are all. Abstentions
have no text to decide on and are not among them; what was superseded or still waits was not decided.
"""

from bot.domain.history import Drafted
from evals.drafts import share_of_decided
from evals.metric import Better


def _counts(draft: Drafted) -> bool:
    return draft.unchanged


METRIC = share_of_decided(
    "approved_unchanged", "Approved unchanged", "approved as the drafter wrote them", Better.HIGHER, _counts
)
