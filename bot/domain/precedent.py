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
    approved it; `edited` tells that they, or somebody before them, changed what was drafted. `room` is the private room
    that it comes from and is shown in alone; "" for an open one.
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
    room: str = ""

    def shown_in(self, room: str) -> bool:
        """Tell whether people of that room may read it."""
        return self.room in ("", room)

    def holds(self, at: datetime, manifest: Mapping[str, str]) -> bool:
        """Tell whether it is not expired, and that knowledge still has the revisions of its articles that it cites."""
        return at < self.expires and all(manifest.get(slug) == revision for slug, revision in self.sources.items())

    @property
    def matter(self) -> str:
        """What is asked, the same for the same question however it is put together: its different words in order.

        What is asked in a private room is a matter of its own.
        """
        asked = " ".join(sorted(set(content_words(self.question[:_READ]))))
        return f"{self.room}: {asked}" if self.room else asked
