"""How many drafts are rejected.

Each decided draft counts once, when it was decided; together with the other three decisions they are all. Abstentions
have no text to decide on and are not among them; what was superseded or still waits was not decided.
"""

from bot.domain.history import Drafted
from bot.domain.review import Action
from evals.drafts import share_of_decided
from evals.metric import Better


def _counts(draft: Drafted) -> bool:
    return draft.decided is not None and draft.decided.action is Action.REJECT


METRIC = share_of_decided("rejected", "Rejected", "rejected", Better.LOWER, _counts)
