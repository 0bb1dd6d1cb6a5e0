"""What got better, and is sure: releases that worked, figures that moved beyond noise, eval cases that hold again."""

from collections import Counter
from collections.abc import Iterator, Sequence

from bot.domain.calendar import Week
from bot.domain.digest import Cause, Proof, Win
from bot.domain.history import Tried
from bot.domain.text.phrases import counted, listed
from bot.ports import Desk
from evals.digest.facts import Facts
from evals.digest.names import named
from evals.digest.releases.causes import SHARES
from evals.digest.releases.published import Released
from evals.measuring import metrics
from evals.metric import Better

MOST = 10
_INTENTS = 3


async def wins(desk: Desk, facts: Facts, causes: Sequence[Cause]) -> tuple[Win, ...]:
    """Each in a sentence that says by how much; what is one success, such as a fix and what it did, is told once."""
    told_of = {name for each in facts.releases for name in each.mended}
    quarantined = {name for name, case in facts.cases.items() if case.quarantined}
    again = await _again(desk, facts.week, told_of | quarantined)
    worked = [cause for cause in causes if _worked(cause)]
    found = [*_releases(worked, facts), *_figures(facts, worked), *_fixes(facts, worked), *_held_again(again, facts)]
    return tuple(found[:MOST])


def _worked(cause: Cause) -> bool:
    """Whether the release is shown to have moved a share the good way."""
    better = {metric.name: metric.better for metric in metrics()}
    wanted = {share.title: better[share.name] for share in SHARES}
    way = Better.HIGHER if (cause.effect.value or 0) > 0 else Better.LOWER
    return cause.proof is Proof.SHOWN and wanted.get(cause.metric) is way


def _releases(worked: Sequence[Cause], facts: Facts) -> Iterator[Win]:
    mended = {each.live.release.label: _mended(each) for each in facts.releases if each.fix and each.mended}
    for label in dict.fromkeys(cause.release for cause in worked):
        did = [cause.in_short for cause in worked if cause.release == label]
        yield Win(f"{label.capitalize()} worked", f"{'; '.join([*did, *filter(None, [mended.get(label)])])}.")


def _figures(facts: Facts, worked: Sequence[Cause]) -> Iterator[Win]:
    """Figures that got better, but for those of which it is said already which release did it."""
    title_of = {share.name: share.title for share in SHARES}
    explained = {(cause.metric, intent) for cause in worked for intent in cause.intents}
    for figure in facts.compared.figures:
        if figure.moved and figure.better and (title_of.get(figure.metric), figure.intent) not in explained:
            yield Win(figure.title, f"{figure.change}.")


def _fixes(facts: Facts, worked: Sequence[Cause]) -> Iterator[Win]:
    """Fixes that went live with an eval case that proves them."""
    told = {cause.release for cause in worked}
    for each in facts.releases:
        if each.fix and each.mended and each.live.release.label not in told:
            yield Win(
                f"{named(each.fix.revision.title)} was mended", f"{_mended(each)}, with {each.live.release.label}."
            )


def _mended(release: Released) -> str:
    return counted(len(release.mended), "eval case that failed passes now", "eval cases that failed pass now")


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
