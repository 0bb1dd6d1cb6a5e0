"""What approved answers are kept in, and what finds those that are like a question."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.answer import Triage
from bot.domain.precedent import Precedent


@dataclass(frozen=True, slots=True)
class PrecedentChanges:
    """What was added and removed (by id) since a number, and the number that it is now."""

    number: int
    added: tuple[Precedent, ...] = ()
    removed: tuple[str, ...] = ()


class Precedents(Protocol):
    """The approved answers of one workspace."""

    async def save(self, precedent: Precedent) -> bool:
        """Keep it, once a review, in the place of one whose question is the same; tell whether it is there now.

        One that was removed stays removed.
        """
        ...

    async def get(self, precedent_id: str) -> Precedent:
        """Raises NotFound for one that never was, and for one that was removed."""
        ...

    async def since(self, number: int) -> PrecedentChanges:
        """What has changed after that number, in order: everything that is there after 0."""
        ...

    async def remove(self, precedent_ids: Sequence[str]) -> int:
        """Forget what these say; tell how many were there."""
        ...

    async def withdraw(self, escalation_id: str) -> int:
        """Forget what was learned from this conversation; tell how many were there."""
        ...


class PrecedentFinder(Protocol):
    """Finds the approved answers to questions like this one."""

    async def find(
        self, question: str, triage: Triage, *, at: datetime, release: int, room: str = ""
    ) -> tuple[Precedent, ...]:
        """Find up to three that still hold at that time in that knowledge release, the most alike first.

        What comes from a private room is found for that `room` alone.
        Mostly there is none: only what asks nearly the same is found. Never fails on any text.
        """
        ...
