"""What a draft cites must not wait for a day that has passed ("until 30 June"), whatever dates its article has."""

from collections.abc import Iterable

from bot.domain.answer import Finding, Level
from bot.domain.text.past_dates import past_dates
from bot.ports import GuardInput, Guardrail

NAME = "past-date"
_READ = 6_000


def check(given: GuardInput) -> Iterable[Finding]:
    """Warn of a cited article with a sentence that is overtaken by the date; once for each article."""
    today = given.at.date()
    cited = {citation.passage_id for citation in given.draft.citations}
    told: set[str] = set()
    for passage in given.passages:
        if passage.id not in cited or passage.slug in told or not passage.citable(today, passage.audience):
            continue
        for found in past_dates(passage.text[:_READ], today)[:1]:
            told.add(passage.slug)
            said, owner = found.sentence[:200].rstrip(" .,;"), passage.owner or "nobody"
            message = (
                f'"{passage.title}" says "{said}", and that day has passed; ask its owner ({owner}) what applies now.'
            )
            yield Finding(NAME, Level.WARN, message)


GUARDRAIL = Guardrail(name=NAME, title="No past dates", check=check)
