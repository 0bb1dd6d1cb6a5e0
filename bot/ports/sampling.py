"""What is remembered of the weekly samples, and of what people made of them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.chat import MessageRef, Person
from bot.domain.sample import Mark, Sample, Sampled, Score


class Samples(Protocol):
    """The samples of one workspace, one a week. What is scored is durable when a method returns."""

    async def draw(self, sample: Sample, items: Sequence[Sampled]) -> Sample:
        """Keep a new sample with its answers and close those before; one that was drawn before stands as it was."""
        ...

    async def get(self, sample_id: str) -> Sample:
        """Raises NotFound."""
        ...

    async def newest(self, limit: int = 12) -> tuple[Sample, ...]:
        """The samples of the latest weeks, latest first."""
        ...

    async def items(self, sample_id: str) -> tuple[Sampled, ...]:
        """Its answers in the order in which they are given out."""
        ...

    async def having(self, item_id: str) -> tuple[str, ...]:
        """The samples that this answer is in."""
        ...

    async def marks(self, sample_id: str) -> tuple[Mark, ...]:
        """What everybody did with its answers, oldest first."""
        ...

    async def take(self, sample_id: str, person: Person, at: datetime, *, unread: Collection[str]) -> Sampled | None:
        """Give this person what `next_for` says, so that of two who ask at once each gets another answer.

        Raises Conflict once the sample is closed.
        """
        ...

    async def leave(self, sample_id: str, item_id: str, person: Person, at: datetime) -> None:
        """Note that this person leaves the answer to others; a score of theirs stays. Raises NotFound."""
        ...

    async def score(self, sample_id: str, score: Score) -> Sample:
        """Keep a score, one of each person and answer; the same one again changes nothing.

        Raises Conflict, with a sentence that says why, where it cannot be: the sample is closed, or this person said
        something else of it before. Raises NotFound for an answer that is not in the sample.
        """
        ...

    async def strike(self, sample_id: str, item_id: str) -> None:
        """Note that the answer is gone: its customer took the conversation back."""
        ...

    async def set_card(self, sample_id: str, card: MessageRef) -> None:
        """Note where the sample's card is."""
        ...
