"""What a draft cites must be in force, meant for customers, looked after, and not overtaken by a newer article."""

from collections.abc import Iterable
from datetime import date

from bot.domain.answer import Finding, Level, Passage
from bot.domain.article import Audience
from bot.domain.text.quantities import roots
from bot.ports import GuardInput, Guardrail

NAME = "stale-source"
_ALIKE = 0.7  # the share of the roots of two passages that both have
_READ = 4_000


def check(given: GuardInput) -> Iterable[Finding]:
    """Hold a draft that cites what is internal or not in force; warn of an overdue review and of a newer article."""
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
        if newer := next((other for other in given.passages if _overtakes(other, passage, today)), None):
            message = (
                f'"{newer.title}" is newer (from {newer.effective:%Y-%m-%d}) and says nearly the same as "{title}"; '
                "cite that one."
            )
            yield Finding(NAME, Level.WARN, message)


def _overtakes(other: Passage, passage: Passage, today: date) -> bool:
    """Tell whether another article took the place of this one: nearly the same words, in force since later."""
    if other.slug == passage.slug or other.effective is None or not other.citable(today, Audience.CUSTOMER):
        return False
    if passage.effective is not None and other.effective <= passage.effective:
        return False
    one, two = set(roots(passage.text[:_READ])), set(roots(other.text[:_READ]))
    return len(one & two) >= _ALIKE * max(1, len(one | two))


GUARDRAIL = Guardrail(name=NAME, title="Sources in force", check=check)
