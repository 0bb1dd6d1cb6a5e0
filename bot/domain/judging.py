"""People's verdicts on answers, and a model's beside them: what a judge is measured by before it may gate."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


def answer_hash(text: str) -> str:
    """Name an answer by its words."""
    return hashlib.sha256(" ".join(text.split()).encode("utf-8", "replace")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Rating:
    """What one person says of one answer to one case. `points` are the rubric's, where they were rated; "" abstains."""

    case: str
    answer: str
    rater: str
    passed: bool
    at: datetime
    points: Mapping[str, bool] = field(default_factory=dict)
    note: str = ""

    @property
    def hash(self) -> str:
        return answer_hash(self.answer)


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that a rubric asks. Where `decides`, an answer that lacks it is no good one; the others inform.

    `of_sent` asks the same of an answer that was sent, where there is no reference: people read it, and no judge, so
    that other words for it make no other judge.
    """

    name: str
    asks: str
    decides: bool = True
    of_sent: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Rubric:
    """What makes a good answer, by points. `hash` is of every word of it."""

    points: tuple[Point, ...]

    @property
    def hash(self) -> str:
        return hashlib.sha256(repr(self.points).encode("utf-8", "replace")).hexdigest()[:12]

    def passes(self, points: Mapping[str, bool]) -> bool:
        """Whether an answer with these points is a good one."""
        return all(points[point.name] for point in self.points if point.decides)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a judge says of an answer, point by point, and why it lacks what it lacks."""

    passed: bool
    points: Mapping[str, bool]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa over `count` answers, with its 95 % interval. `table` is [[both pass, only first], [only second,
    neither]].
    """

    value: float
    low: float
    high: float
    count: int
    table: tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well a judge agrees with people, and people with each other, on answers that two of them rated.

    `judge` names the model, rubric and prompt that were measured. `people` is the first person against the second,
    `consensus` people against the judge where the two are of one mind, `each` every person against the judge.
    """

    judge: str
    at: datetime
    people: Kappa
    consensus: Kappa
    each: Kappa
