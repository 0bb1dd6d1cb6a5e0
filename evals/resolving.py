"""How long conversations stay open: what the times to first and to final resolution share."""

from collections.abc import Iterator
from datetime import datetime

from bot.domain.history import Conversation
from evals.metric import Lens, Observed


def resolving(conversation: Conversation, resolved: datetime | None, lens: Lens) -> Iterator[Observed]:
    """The time to this resolution; to now, or to the hand-off after which we see nothing, where there is none."""
    if resolved is None and conversation.withdrawn:
        return
    opened, handed = conversation.opened_at, conversation.handed_off
    if resolved is None and handed is not None and handed.decided is not None:
        yield Observed(opened, lens.elapsed(opened, handed.decided.at), over=False)
        return
    waited, over = lens.waited(opened, resolved)
    yield Observed(opened, waited, over)
