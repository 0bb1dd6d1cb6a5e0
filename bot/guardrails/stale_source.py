"""What a draft cites must be in force, meant for customers, and looked after."""

from collections.abc import Iterable

from bot.domain.answer import Finding, Level
from bot.domain.article import Audience
from bot.ports import GuardInput, Guardrail

NAME = "stale-source"


def check(given: GuardInput) -> Iterable[Finding]:
    """Hold a draft that cites what is internal, not yet or no longer in force; warn where a review is overdue."""
    today = given.at.date()
    cited = {citation.passage_id for citation in given.draft.citations}
    told: set[str] = set()
    for passage in given.passages:
        if passage.id not in cited or passage.slug in told:
            continue
        told.add(passage.slug)
        title, owner = passage.title, passage.owner or "nobody"
        if passage.audience is Audience.INTERNAL:
            yield Finding(NAME, Level.BLOCK, f'"{title}" is internal and must not be told to a customer.')
        if passage.effective is not None and today < passage.effective:
            message = f'"{title}" applies only from {passage.effective:%Y-%m-%d}; it must not be cited before.'
            yield Finding(NAME, Level.BLOCK, message)
        if passage.expires is not None and today > passage.expires:
            message = f'"{title}" expired on {passage.expires:%Y-%m-%d}; ask its owner ({owner}) what applies now.'
            yield Finding(NAME, Level.BLOCK, message)
        elif passage.review_by is not None and today > passage.review_by:
            message = f'"{title}" was due for review on {passage.review_by:%Y-%m-%d}; its owner is {owner}.'
            yield Finding(NAME, Level.WARN, message)


GUARDRAIL = Guardrail(name=NAME, title="Sources in force", check=check)
