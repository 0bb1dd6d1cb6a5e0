"""How many drafts are sent after a person changed them; by how much is told by edit size.

Each decided draft counts once, when it was decided; together with the other three decisions they are all. Abstentions
have no text to decide on and are not among them; what was superseded or still waits was not decided.
"""

from bot.domain.history import Drafted
from evals.drafts import share_of_decided
from evals.metric import Better


def _counts(draft: Drafted) -> bool:
    return draft.rewritten


METRIC = share_of_decided("edited", "Edited", "approved after a person changed them", Better.LOWER, _counts)
