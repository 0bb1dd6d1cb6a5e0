"""What got better, and is sure: figures that moved beyond noise, fixes that are live, eval cases that hold again."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from bot.domain.calendar import Week
from bot.domain.digest import KeyFigure, Win
from bot.domain.history import Tried
from bot.ports import Desk
from evals.digest.phrases import counted, listed, named
from evals.digest.published import WentLive, named_cases
from evals.digest.seen import Seen

MOST = 10
_INTENTS = 3


async def wins(desk: Desk, seen: Seen) -> tuple[Win, ...]:
    """Each in a sentence that says by how much."""
    mended = {name for live in seen.lives for name in _fixed(live)}
    again = await _again(desk, seen.week, {name for name, case in seen.cases.items() if case.quarantined} | mended)
    found = [*_figures(seen.compared.figures), *_fixes(seen), *_held_again(again, seen)]
    return tuple(found[:MOST])


def _figures(figures: Iterable[KeyFigure]) -> Iterator[Win]:
    for figure in figures:
        if figure.moved and figure.better:
            yield Win(figure.title, f"{figure.shown}; the week before {figure.before_shown}. That is more than noise.")


def _fixed(live: WentLive) -> Sequence[str]:
    """The eval cases that failed before this release and pass with it."""
    return live.fix.gate.fixed if live.fix and live.fix.gate else ()


def _fixes(seen: Seen) -> Iterator[Win]:
    """Fixes that went live with an eval case that proves them."""
    for live in seen.lives:
        if fixed := _fixed(live):
            cases = counted(len(fixed), "eval case that failed passes", "eval cases that failed pass")
            about = named_cases(fixed, seen.cases, seen.titles)
            title = live.fix.revision.title if live.fix else ""
            yield Win(f"{named(title)} was mended", f"With knowledge v{live.release.number}, {cases} now: {about}.")


async def _again(desk: Desk, week: Week, without: set[str]) -> tuple[Tried, ...]:
    """The cases that failed when they were run last in the week before, and pass now."""
    before = await desk.store.history.tried(week.previous.start, week.start)
    failed = {each.case for each in before if not each.passed} - without
    if not failed:
        return ()
    now = await desk.store.history.tried(week.start, week.end)
    return tuple(each for each in now if each.passed and each.case in failed)


def _held_again(again: Sequence[Tried], seen: Seen) -> Iterator[Win]:
    if again:
        counts = Counter(
            seen.titles.of(seen.cases[each.case].intent if each.case in seen.cases else each.intent) for each in again
        )
        about = [f"{title} ({count})" for title, count in counts.most_common(_INTENTS)]
        cases = counted(len(again), "eval case that failed a week ago passes", "eval cases that failed a week ago pass")
        yield Win("Eval cases hold again", f"{cases} now: {listed(about)}.")
