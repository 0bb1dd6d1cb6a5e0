"""A draft contains none of the phrases that the team never says."""

import re
from collections.abc import Iterable
from functools import lru_cache

from bot.domain.answer import Finding, Level
from bot.domain.text.wording import normal
from bot.guardrails import READ
from bot.ports import GuardInput, Guardrail

NAME = "banned-phrases"


def check(given: GuardInput) -> Iterable[Finding]:
    """Hold a draft that contains a banned phrase, whoever wrote it, however it is spaced or capitalised."""
    text = normal(given.draft.text[:READ])
    for phrase in given.banned_phrases:
        pattern = _pattern(phrase)
        if pattern is not None and (match := pattern.search(text)):
            message = f'The draft says "{phrase}", which your team never says. Put it another way.'
            yield Finding(NAME, Level.BLOCK, message, " ".join(match.group().split()))


@lru_cache(maxsize=512)
def _pattern(phrase: str) -> re.Pattern[str] | None:
    """The phrase as whole words with any white space between them; None for a phrase without words."""
    words = r"\s+".join(re.escape(word) for word in normal(phrase).split())
    return re.compile(rf"(?<!\w){words}(?!\w)") if words else None


GUARDRAIL = Guardrail(name=NAME, title="No banned phrases", check=check)
