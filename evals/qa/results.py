"""What people's scores of a sample come to: the week's quality, what went wrong apart from it, and who agrees.

The estimate is of what chance drew alone. What went wrong was chosen because it did, so that its scores say what to
mend and nothing of how often. Agreement is told of the last twelve weeks together: in one week too few are scored by
two people. The machine's own checks are never mixed with people's scores; only how far both agree is told.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.digest import Value
from bot.domain.judging import Kappa
from bot.domain.sample import Met, Progress, Sample, Sampled, Score, Stratum, Wrong, progress, scores_of
from bot.ports import Desk
from evals.metric import LEAST
from evals.metrics.agreement import kappa
from evals.metrics.krippendorff import alpha_of_pairs
from evals.qa.estimate import covered, share
from evals.statistics import share as share_of

WEEKS = 12
"""Weeks whose scores are told together where one week's are too few."""


@dataclass(frozen=True, slots=True)
class PointResult:
    """How far the week's answers have a point: the share that fully has it, and how often each level
    was said, the lowest first.

    `alpha` is two people's agreement on it, of the last weeks.
    """

    name: str
    met: Value
    levels: tuple[int, ...]
    alpha: Value


@dataclass(frozen=True, slots=True)
class WentWrong:
    """Answers that were chosen because something went wrong: how many were scored, and how many found weak."""

    way: Wrong
    scored: int
    weak: int


@dataclass(frozen=True, slots=True)
class Checked:
    """A check of the machine beside people, on answers that were sent as they were drafted.

    `passed` is the share that the check passes, `good` that people do; `kappa` how far both say the same of the same.
    """

    name: str
    passed: Value
    good: Value
    kappa: Kappa | None


@dataclass(frozen=True, slots=True)
class Result:
    """What a sample tells. `covered` is the share of the week's answers that are of a part that was scored.

    `kappa` is two people's agreement on whether an answer is good, None where too few were scored by two; `double` is
    how many were, in the last weeks. `confidence` is the mean confidence of the cards, of those answers that `checks`
    are about.
    """

    sample: Sample
    progress: Progress
    good: Value
    covered: float
    points: tuple[PointResult, ...]
    wrong: tuple[WentWrong, ...]
    wrong_scored: int
    wrong_weak: int
    double: int
    kappa: Kappa | None
    checks: tuple[Checked, ...]
    confidence: Value


@dataclass(frozen=True, slots=True)
class _Scored:
    """An answer with its scores, the first one first."""

    item: Sampled
    scores: Sequence[Score]

    @property
    def good(self) -> float:
        return self.mean(lambda score: score.passed)

    def mean(self, told: Callable[[Score], bool]) -> float:
        """The share of its scorers that say so."""
        return sum(map(told, self.scores)) / len(self.scores)


async def result_of(desk: Desk, sample: Sample) -> Result:
    """What the sample tells as it stands."""
    items, marks = await desk.store.samples.items(sample.id), await desk.store.samples.marks(sample.id)
    scored = _scored(items, scores_of(marks))
    by_chance = [each for each in scored if each.item.stratum is Stratum.CHANCE]
    wrong = [each for each in scored if each.item.stratum is Stratum.FAILURE]
    lately = await _lately(desk, sample)
    pairs = [(each.scores[0], each.scores[1]) for each in lately if len(each.scores) > 1]
    found = _by_part(by_chance, lambda score: score.passed)
    return Result(
        sample=sample,
        progress=progress(items, marks),
        good=share(sample.parts, found),
        covered=covered(sample.parts, found),
        points=tuple(_point(name, sample, by_chance, pairs) for name in _names(by_chance or wrong)),
        wrong=_ways(wrong),
        wrong_scored=len(wrong),
        wrong_weak=sum(each.good < 1 for each in wrong),
        double=len(pairs),
        kappa=kappa([(one.passed, other.passed) for one, other in pairs]) if len(pairs) >= LEAST else None,
        checks=_checks(lately),
        confidence=_confidence(lately),
    )


def _scored(items: Sequence[Sampled], scores: Mapping[str, Sequence[Score]]) -> list[_Scored]:
    return [_Scored(item, scores[item.id]) for item in items if scores.get(item.id)]


async def _lately(desk: Desk, sample: Sample) -> list[_Scored]:
    """What chance drew and people scored in this week and those before it."""
    found: list[_Scored] = []
    earlier = [each for each in await desk.store.samples.newest(2 * WEEKS) if each.since <= sample.since]
    for each in earlier[:WEEKS]:
        items = await desk.store.samples.items(each.id)
        found += _scored(items, scores_of(await desk.store.samples.marks(each.id)))
    return [each for each in found if each.item.stratum is Stratum.CHANCE]


def _by_part(scored: Sequence[_Scored], told: Callable[[Score], bool]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for each in scored:
        found.setdefault(each.item.part, []).append(each.mean(told))
    return found


def _names(scored: Sequence[_Scored]) -> list[str]:
    """The points that were scored, in the rubric's order."""
    return list(dict.fromkeys(name for each in scored for score in each.scores for name in score.points))


def _point(
    name: str, sample: Sample, by_chance: Sequence[_Scored], pairs: Sequence[tuple[Score, Score]]
) -> PointResult:
    asked = [each for each in by_chance if all(name in score.points for score in each.scores)]
    levels = [score.points[name] for each in asked for score in each.scores]
    both = [
        (one.points[name], other.points[name]) for one, other in pairs if name in one.points and name in other.points
    ]
    met = share(sample.parts, _by_part(asked, lambda score: score.points[name] is Met.YES))
    alpha = alpha_of_pairs([(int(one), int(other)) for one, other in both], len(Met), least=LEAST)
    return PointResult(name, met, tuple(levels.count(level) for level in Met), alpha)


def _ways(wrong: Sequence[_Scored]) -> tuple[WentWrong, ...]:
    """By each way in which something went wrong; a conversation can be under several."""
    return tuple(
        WentWrong(way, len(some), sum(each.good < 1 for each in some))
        for way in Wrong
        if (some := [each for each in wrong if way in each.item.wrong])
    )


def _checks(lately: Sequence[_Scored]) -> tuple[Checked, ...]:
    names = dict.fromkeys(name for each in lately for name in each.item.checks)
    return tuple(_checked(name, [each for each in lately if name in each.item.checks]) for name in names)


def _checked(name: str, some: Sequence[_Scored]) -> Checked:
    both = [(each.item.checks[name], each.scores[0].passed) for each in some]
    passed, good = (_share([pair[side] for pair in both]) for side in (0, 1))
    return Checked(name, passed, good, kappa(both) if len(both) >= LEAST else None)


def _share(said: Sequence[bool]) -> Value:
    if len(said) < LEAST:
        return Value(len(said))
    told = share_of(sum(said), len(said))
    return Value(len(said), told.value, told.low, told.high)


def _confidence(lately: Sequence[_Scored]) -> Value:
    shown = [each.item.confidence for each in lately if each.item.confidence is not None]
    return Value(len(shown), sum(shown) / len(shown)) if len(shown) >= LEAST else Value(len(shown))
