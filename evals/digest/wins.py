"""What got better, and is sure: figures that moved beyond noise, releases that worked, eval cases that hold again."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from bot.domain.calendar import Week
from bot.domain.digest import Cause, KeyFigure, Proof, Win
from bot.domain.history import Tried
from bot.domain.text.phrases import counted, listed
from bot.ports import Desk
from evals.digest.facts import Facts
from evals.digest.names import named
from evals.digest.releases.causes import SHARES
from evals.digest.releases.published import about
from evals.measuring import metrics
from evals.metric import Better

MOST = 10
_INTENTS = 3


async def wins(desk: Desk, facts: Facts, causes: Iterable[Cause]) -> tuple[Win, ...]:
    """Each in a sentence that says by how much."""
    told_of = {name for each in facts.releases for name in each.mended}
    quarantined = {name for name, case in facts.cases.items() if case.quarantined}
    again = await _again(desk, facts.week, told_of | quarantined)
    found = [*_figures(facts.compared.figures), *_worked(causes), *_fixes(facts), *_held_again(again, facts)]
    return tuple(found[:MOST])


def _figures(figures: Iterable[KeyFigure]) -> Iterator[Win]:
    for figure in figures:
        if figure.moved and figure.better:
            yield Win(figure.title, f"{figure.shown}; the week before {figure.before_shown}. That is more than noise.")


def _worked(causes: Iterable[Cause]) -> Iterator[Win]:
    """Releases that are shown to have moved a share the good way."""
    better = {metric.name: metric.better for metric in metrics()}
    wanted = {share.title: better[share.name] for share in SHARES}
    for cause in causes:
        way = Better.HIGHER if (cause.effect.value or 0) > 0 else Better.LOWER
        if cause.proof is Proof.SHOWN and wanted.get(cause.metric) is way:
            yield Win(f"{cause.release.capitalize()} worked", cause.said)


def _fixes(facts: Facts) -> Iterator[Win]:
    """Fixes that went live with an eval case that proves them."""
    for each in facts.releases:
        if each.fix and each.mended:
            cases = counted(len(each.mended), "eval case that failed passes", "eval cases that failed pass")
            said = f"With {each.live.release.label}, {cases} now: {about(each.mended, facts.cases, facts.titles)}."
            yield Win(f"{named(each.fix.revision.title)} was mended", said)


async def _again(desk: Desk, week: Week, without: set[str]) -> tuple[Tried, ...]:
    """The cases that failed when they were run last in the week before, and pass now."""
    before = await desk.store.history.tried(week.previous.start, week.start)
    failed = {each.case for each in before if not each.passed} - without
    if not failed:
        return ()
    now = await desk.store.history.tried(week.start, week.end)
    return tuple(each for each in now if each.passed and each.case in failed)


def _held_again(again: Sequence[Tried], facts: Facts) -> Iterator[Win]:
    if again:
        intents = (facts.cases[each.case].intent if each.case in facts.cases else each.intent for each in again)
        most = Counter(map(facts.titles.of, intents)).most_common(_INTENTS)
        cases = counted(len(again), "eval case that failed a week ago passes", "eval cases that failed a week ago pass")
        told = "mostly about" if len(most) == _INTENTS else "about"
        yield Win("Eval cases hold again", f"{cases} now, {told} {listed([f'{title} ({n})' for title, n in most])}.")
