"""Answers that the team approved, kept as examples of how it answers: never a policy, never a source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.chat import Person
from bot.domain.text.wording import content_words

_READ = 4_000  # characters of a question whose words say what it asks


@dataclass(frozen=True, slots=True)
class Precedent:
    """A question with the answer that a person let go out, both without anything that is about one customer.

    `id` is the review's. `sources` are the articles that the answer cites, each with the revision that it cites. `by`
    approved it; `edited` tells that they, or somebody before them, changed what was drafted.
    """

    id: str
    question: str
    answer: str
    intent: str
    by: Person
    at: datetime
    expires: datetime
    sources: Mapping[str, str] = field(default_factory=dict)
    edited: bool = False
    high_risk: bool = False

    def holds(self, at: datetime, manifest: Mapping[str, str]) -> bool:
        """Tell whether it is not expired, and that knowledge still has the revisions of its articles that it cites."""
        return at < self.expires and all(manifest.get(slug) == revision for slug, revision in self.sources.items())

    @property
    def matter(self) -> str:
        """What is asked, the same for the same question however it is put together: its different words in order."""
        return " ".join(sorted(set(content_words(self.question[:_READ]))))
