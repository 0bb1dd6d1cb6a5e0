"""Judging answers beyond what scorers can read: people's ratings, a model as judge, and errors that escaped."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.escaped import EscapedError
from bot.domain.judging import Agreement, Opinion, Rating
from bot.domain.quality import EvalCase


class Judge(Protocol):
    """Judges answers to eval cases by a rubric. `name` names all that shapes an opinion: model, rubric, prompt."""

    name: str

    async def judge(self, case: EvalCase, answer: str) -> Opinion:
        """Say what the answer lacks; an empty answer left the case to a person.

        Raises Unavailable where it cannot, or where what it said is no opinion.
        """
        ...

    async def close(self) -> None:
        """Let go of its connections."""
        ...


class Ratings(Protocol):
    """What people said of answers to eval cases, and how well judges agreed with them."""

    async def save(self, ratings: Sequence[Rating]) -> None:
        """Keep the ratings, all or none; the same person's of the same answer again replaces the first."""
        ...

    async def all(self) -> tuple[Rating, ...]:
        """Every rating, by case, answer and rater."""
        ...

    async def keep(self, agreement: Agreement) -> None:
        """Keep how well this judge agrees; a newer measurement replaces the older one."""
        ...

    async def agreement(self, judge: str) -> Agreement | None:
        """How well the judge of this name agreed when it was last measured."""
        ...


class Escapes(Protocol):
    """The errors that escaped the evals, one a review at most."""

    async def keep(self, error: EscapedError) -> EscapedError:
        """Keep the error; the one that is known of this review already is returned as it stands."""
        ...

    async def of_review(self, review_id: str) -> EscapedError | None: ...

    async def since(self, at: datetime) -> tuple[EscapedError, ...]:
        """Those since then, oldest first."""
        ...
