"""What is remembered of conversations for counting: fast to read, and without a word of them."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.history import Conversation, Drafted, Fate, Tried


@dataclass(frozen=True, slots=True)
class Cited:
    """How often articles were cited: `by_slug` counts the answers, among the `looked_at` of all `answers`."""

    answers: int
    looked_at: int
    by_slug: Mapping[str, int]

    def about(self, slug: str) -> int:
        """In how many of all the answers the article is cited, as far as those that were looked at tell."""
        return round(self.by_slug.get(slug, 0) * self.answers / self.looked_at) if self.looked_at else 0


class History(Protocol):
    """The conversations of one workspace as they are counted."""

    def between(
        self, since: datetime, until: datetime, *, previous: bool = True
    ) -> AsyncIterator[Sequence[Conversation]]:
        """Every conversation that something happened in from `since` to before `until`, each once, some at a time.

        Each comes with all that is on record of it, also from before and after. Others may be among them. Not
        `previous`: without what its customer asked before, which is looked for all over the record.
        """
        ...

    def lately(self, since: datetime, until: datetime) -> AsyncIterator[Sequence[Conversation]]:
        """Every conversation opened in the period, or with a draft begun or turned down in it, each once.

        For those who look every few minutes: some at a time, without outcomes and without what the customer asked
        before. Others may be among them.
        """
        ...

    async def tried(self, since: datetime, until: datetime) -> tuple[Tried, ...]:
        """How each eval case stood when it was run for the last time in the period, on releases that were live."""
        ...

    async def turned_down(self, since: datetime, until: datetime) -> tuple[Drafted, ...]:
        """The drafts that came to nothing in the period, in the order of their drafting.

        Rejected or handed to a person in it, not delivered or not written; and those begun in it that a guardrail
        blocked, whatever became of them. What was decided more than four weeks after drafting is left out.
        """
        ...

    async def cited(self, since: datetime, until: datetime, most: int = 400) -> Cited:
        """Which articles the answers cite whose drafting began in the period; of many, `most` are looked at."""
        ...

    async def citing(
        self, slugs: Collection[str], since: datetime, until: datetime, most: int = 600
    ) -> Mapping[str, tuple[int, int]]:
        """How many of each intent's answers of the period cite one of these articles, and of how many looked at."""
        ...

    async def volumes(self, bounds: Sequence[datetime]) -> Mapping[str, tuple[int, ...]]:
        """How many conversations were opened from each of these moments to before the next, by intent.

        The intent is that of the newest draft. An old conversation that is imported counts when it was opened.
        """
        ...

    async def fates(self, since: datetime, until: datetime) -> Sequence[Fate]:
        """What became of each draft that was begun in the period and put before the team, in the order of drafting."""
        ...
