"""What a sample tells, in sentences for people who did not score it. No word of any conversation is in them."""

from bot.domain.calendar import Week
from bot.domain.digest import Value
from bot.domain.sample import Sample
from bot.domain.text.phrases import counted, percent
from bot.ports import Desk
from evals.metric import LEAST
from evals.qa.results import WEEKS, PointResult, Result, result_of

RELIABLE, TENTATIVE = 0.8, 0.667
"""Krippendorff's (2004, 11.4) bounds of alpha: scores to build on, and scores for tentative conclusions."""


async def week_in_words(desk: Desk, week: Week) -> tuple[str, ...]:
    """What the latest sample that people have scored tells, up to the one of this week; nothing where there is none."""
    for sample in await desk.store.samples.newest():
        if sample.since <= week.start and any(mark.score for mark in await desk.store.samples.marks(sample.id)):
            return await sample_in_words(desk, sample)
    return ()


async def sample_in_words(desk: Desk, sample: Sample) -> tuple[str, ...]:
    """What the sample tells as it stands."""
    result = await result_of(desk, sample)
    said = (_good(result), _weakest(result), _wrong(result), _agreement(result))
    return tuple(filter(None, said))


def with_interval(value: Value) -> str:
    """A share with its interval and n: "87 % (78 to 93 %, n = 61)"; how few there are where it cannot be told.

    "exactly 67 % (n = 3)" where everything is scored that there is.
    """
    if value.value is None or value.low is None or value.high is None:
        return f"too few to tell (n = {value.n})"
    if value.low == value.high:
        return f"exactly {percent(value.value)} (n = {value.n})"
    return f"{percent(value.value)} ({value.low * 100:.0f} to {percent(value.high)}, n = {value.n})"


def _good(result: Result) -> str:
    week, good = f"the week of {result.sample.days}", result.good
    drawn = sum(part.drawn for part in result.sample.parts)
    if not drawn:
        return f"No answer was sent in {week}, so none was scored."
    if good.value is None:
        return f"Too few answers of {week} are scored to tell how good they were: {good.n} of {drawn} drawn by chance."
    of = f"{drawn} of {result.sample.answers} were drawn"
    said = f"Of the answers of {week}, people found {with_interval(good)} good; {of}."
    if result.covered < 1:
        said += f" The other {percent(1 - result.covered)} are about intents of which none is scored yet."
    return said


def _weakest(result: Result) -> str:
    told = [point for point in result.points if point.met.value is not None]
    if not told or all(point.met.value == 1 for point in told):
        return ""
    weakest = min(told, key=_met)
    return f"The weakest point is {weakest.name}: {with_interval(weakest.met)} meet it fully."


def _met(point: PointResult) -> float:
    return point.met.value or 0.0


def _wrong(result: Result) -> str:
    if not result.wrong_scored:
        return ""
    return (
        f"Apart from that, {result.wrong_scored} were scored because something went wrong, "
        f"and {result.wrong_weak} of them were found weak."
    )


def _agreement(result: Result) -> str:
    if result.kappa is None:
        few = f"in {WEEKS} weeks two people scored {counted(result.double, 'answer')}"
        return (
            f"Whether scorers agree cannot be told yet: {few}, and {LEAST} are needed."
            if result.progress.scored
            else ""
        )
    told = [point for point in result.points if point.alpha.value is not None]
    kappa = result.kappa
    sure = f"{kappa.low:.2f} to {kappa.high:.2f}, n = {kappa.count}"
    said = f"Two people agree on good or not with kappa {kappa.value:.2f} ({sure}; 0 is chance, 1 always)"
    if not told:
        return f"{said}."
    least = min(told, key=lambda point: point.alpha.value or 0.0)
    return f"{said}; least on {least.name}, with alpha {least.alpha.value:.2f}: {trust(least.alpha)}."


def trust(alpha: Value) -> str:
    """What an alpha is good for."""
    if alpha.value is None:
        return "too few to tell"
    if alpha.value >= RELIABLE:
        return "scores to build on"
    return "scores for first conclusions" if alpha.value >= TENTATIVE else "talk about what it asks"
