"""Whether a knowledge fix says the same as the answer that it was written from: a slip would go to every customer."""

from collections.abc import Callable

from bot.domain.article import Revision
from bot.domain.fix import KnowledgeFix
from bot.domain.learning import approved_reply
from bot.domain.text.changes import amounts, misquoted
from bot.domain.text.claims import Clause, read
from bot.ports import Desk
from bot.workflows.capture import of_escalation, stand_ins


async def misquotes_of(desk: Desk, fix: KnowledgeFix, before: Revision | None) -> tuple[tuple[str, str], ...]:
    """What the fix gives otherwise than the team's answer in its conversation: (as it was answered, as it is written).

    The customer's private data is replaced, for the card may stand in another room than the conversation.
    """
    thread = await of_escalation(desk, fix.escalation) if fix.escalation else None
    if thread is None:
        return ()
    decision = thread.review.decision
    answer = approved_reply(thread.review) or (decision.note if decision else "")
    hide = stand_ins(thread).hide
    pairs = misquoted(answer, fix.revision.body, before.body if before else "")
    return tuple((hide(said.text), written.text) for said, written in pairs if not _only_lacks(written, said, hide))


def _only_lacks(written: Clause, said: Clause, hide: Callable[[str], str]) -> bool:
    """Whether the fix leaves out the customer's own numbers and says the rest as it was answered: so it should."""
    shown = {amount for clause in read(hide(said.text)) for amount in amounts(clause.quantities)}
    return amounts(written.quantities) == amounts(said.quantities) & shown and written.negative == said.negative
