"""Which eval cases ask the same: by the meaning of the questions and the words that carry it."""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.quality import EvalCase
from bot.ports import Embedder

ALIKE = 0.7
"""The likeness from which two questions ask the same (bench-near: chosen on one data set, reported on another)."""
_SHOWN = 3
_READ = 4_000  # characters of a question
_CODE = re.compile(r"\b[A-Za-z]{1,3}-?\d{1,3}\b")  # E08, F-12: what a machine shows, and a version that one has


@dataclass(frozen=True, slots=True)
class Near:
    """A case that asks the same as another, and how alike the two questions are (a cosine)."""

    case: EvalCase
    likeness: float


async def near(case: EvalCase, cases: Iterable[EvalCase], embedder: Embedder) -> tuple[Near, ...]:
    """The other cases that ask the same, the most alike first; a question without words is like none.

    Two that name different codes do not ask the same, however alike they sound.
    """
    mine = asked(case)
    others = [other for other in cases if other.id != case.id and may_be_same(mine, asked(other))]
    vectors = await asyncio.to_thread(embedder.embed, [mine, *map(asked, others)])
    likenesses = vectors[1:] @ vectors[0]
    alike = [Near(other, round(float(value), 4)) for other, value in zip(others, likenesses, strict=True)]
    alike.sort(key=lambda found: (-found.likeness, found.case.id))
    return tuple(found for found in alike[:_SHOWN] if found.likeness >= ALIKE)


def asked(case: EvalCase) -> str:
    """What is compared of the case."""
    return case.question[:_READ]


def may_be_same(mine: str, other: str) -> bool:
    """Tell whether no code that a question names speaks against the other's asking the same."""
    ours, theirs = ({code.casefold() for code in _CODE.findall(text)} for text in (mine, other))
    return not ours or not theirs or bool(ours & theirs)
