"""Why it changed, where that can be shown: what a release did to its intents, beside those that it did not touch.

A release is shown to have moved a share if the change of its intents, less that of the others, is beyond noise even
without what was under way the week before; all releases and shares of a week are corrected together. Where that cannot
be shown the reason is given instead.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.domain.calendar import Week
from bot.domain.digest import Cause, Proof, Value
from bot.domain.history import Fate
from bot.domain.review import Action
from bot.domain.text.phrases import listed
from bot.ports import Desk
from evals.digest.names import Titles, known_intents, titles_of
from evals.digest.releases.affected import Touched, touched
from evals.digest.releases.effect import WEEK, Effect, Judged, beyond, effect
from evals.figures import number, points
from evals.metric import LEAST
from evals.statistics import Difference, discoveries
from evals.went_live import went_live

_HALF = timedelta(days=3, hours=12)
_NAMED = 3  # intents
_LEVEL = 0.05
_ALL = 1.0  # what a release does to a share at most
_NOTHING = Value(0)


@dataclass(frozen=True, slots=True)
class Share:
    """A share that a release may move. `weight` is its part of the correction: the first question is the one asked."""

    name: str
    title: str
    weight: float


UNCHANGED = Share("approved_unchanged", "approved unchanged", 2.4)
SHARES = (UNCHANGED, Share("rejected", "rejected", 0.3), Share("abstention_rate", "left to a person", 0.3))
"""The weights average 1, so that the correction keeps what it promises (Genovese, Roeder & Wasserman 2006)."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """One share that one release may have moved, with what was found."""

    touched: Touched
    share: Share
    found: Effect

    @property
    def chance(self) -> float:
        """How likely the change is without an effect, weighed; what was under way is taken off it."""
        change, before, noise = self.found.change, self.found.before, self.found.noise
        if change is None or before is None or before.at(_LEVEL, noise).beyond_noise:
            return 1.0
        off = beyond(change, before)
        return min(1.0, off.chance(noise) / self.share.weight) if off.value * change.value > 0 else 1.0


async def causes(desk: Desk, week: Week) -> tuple[Cause, ...]:
    """What each release did that went live in the week or in the half week before it, oldest first."""
    until = min(week.end, desk.clock.now())
    lives = await went_live(desk, week.start - _HALF - WEEK, until)
    every = [await touched(desk, live, until) for live in lives if live.before.number]  # the first follows none
    asked = [each for each in every if each.live.at >= week.start - _HALF]
    if not asked:
        return ()
    fates = await desk.store.history.fates(min(each.live.at for each in asked) - 2 * WEEK, until)
    titles = titles_of(await known_intents(desk))
    why = {id(each): _unprovable(each, every) for each in asked}
    measured = [
        _Asked(each, share, _effect(share, fates, each, every))
        for each in asked
        if not why[id(each)]
        for share in SHARES
    ]
    shown, level = discoveries([each.chance for each in measured])
    told = [_told(each, titles, level, shown=is_shown) for each, is_shown in zip(measured, shown, strict=True)]
    return tuple(cause for each in asked for cause in (_of(each, measured, told) or [_unmeasured(each, why[id(each)])]))


def _of(release: Touched, measured: Sequence[_Asked], told: Sequence[Cause]) -> list[Cause]:
    """What is told of a release: all that is shown, else what became of the share approved unchanged."""
    mine = [(asked, cause) for asked, cause in zip(measured, told, strict=True) if asked.touched is release]
    shown = [cause for _, cause in mine if cause.proof is Proof.SHOWN]
    return shown or [cause for asked, cause in mine if asked.share is UNCHANGED]


def _unprovable(release: Touched, every: Sequence[Touched]) -> str:
    """Why nothing can be said of this release; empty where it may be measured."""
    near = [other for other in every if other is not release and other.live.at >= release.live.at - WEEK]
    if release.intents is None:
        return "it may have changed the answers to everything, so there is nothing to hold it against"
    if not release.intents:
        return "no answers are known to be made from what it changed"
    if together := [other.live.release.label for other in near if release.meets(other)]:
        return f"{listed(sorted(set(together)))} touched the same in these days, and they cannot be told apart"
    return ""


def _unmeasured(release: Touched, why: str) -> Cause:
    return _cause(release, UNCHANGED, Proof.NOT_PROVEN, f"Not proven: {_lead(release)}: {why}.")


def _effect(share: Share, fates: Sequence[Fate], release: Touched, every: Sequence[Touched]) -> Effect:
    """The release's intents against those that neither it nor another release of these weeks touched."""
    mine = release.intents or frozenset()
    moved = {intent for each in every for intent in (each.intents or frozenset()) | each.partly}
    others = {fate.intent for fate in fates} - moved
    return effect(_judged(share, fates), release.live.at, mine, others)


def _judged(share: Share, fates: Sequence[Fate]) -> Iterator[Judged]:
    for fate in fates:
        if share.name == "abstention_rate":
            yield fate.at, fate.intent, fate.abstained
        elif fate.action is not None and not fate.abstained:
            yield fate.at, fate.intent, fate.unchanged if share is UNCHANGED else fate.action is Action.REJECT


def _told(asked: _Asked, titles: Titles, level: float, *, shown: bool) -> Cause:
    """The share with its intervals; that of what is shown holds although it was chosen among many."""
    found, release, noise = asked.found, asked.touched, asked.found.noise
    chosen = min(_LEVEL, level * asked.share.weight) if shown else _LEVEL
    change = found.change and found.change.at(chosen, noise).within(_ALL)
    if change and found.sides:
        change = _possible(change, found.sides.touched[1])
    before = found.before and found.before.at(_LEVEL, noise).within(_ALL)
    proof = Proof.SHOWN if shown else Proof.NOT_PROVEN
    cause = _cause(release, asked.share, proof, "", _points(found, change), _points(found, before))
    if shown and change:
        said = f"{_sides_said(asked, titles)}: {_by(change)} by the release, more than chance explains."
        in_short = f"{_by(change)} of drafts about {_intents(release, titles)} {asked.share.title}"
        return replace(cause, said=said, in_short=in_short)
    about = _sides_said(asked, titles) or _lead(release)
    return replace(cause, said=f"Not proven: {about}: {_why_not(found, change, before)}")


def _cause(
    release: Touched, share: Share, proof: Proof, said: str, moved: Value = _NOTHING, before: Value = _NOTHING
) -> Cause:
    live = release.live
    return Cause(
        live.release.label, live.at, share.title, tuple(sorted(release.intents or ())), moved, before, proof, said
    )


def _points(found: Effect, difference: Difference | None) -> Value:
    n = found.sides.n if found.sides else 0
    if difference is None:
        return Value(n)
    return Value(n, *(100 * each for each in (difference.value, difference.low, difference.high)))


def _possible(change: Difference, after: float) -> Difference:
    """The change within what a share can have changed by that is `after` now: without it, it was between 0 and 1."""
    low, value, high = (min(max(each, after - 1), after) for each in (change.low, change.value, change.high))
    return Difference(value, low, high)


def _lead(release: Touched) -> str:
    """The release with what it changed: "Knowledge v12 (Refund windows)"."""
    label = release.live.release.label.capitalize()
    back = ", taken back to" if release.live.before.number > release.live.release.number else ""
    return f"{label}{back} ({release.what})" if release.what else f"{label}{back}"


def _sides_said(asked: _Asked, titles: Titles) -> str:
    """What both sides did: "Knowledge v12 (Refund windows): of drafts about “Refunds” 41 % were approved unchanged in
    the 7 days before it and 63 % since, of drafts about what it did not touch 58 % and 57 %"; "" where one has none.
    """
    sides = asked.found.sides
    if sides is None:
        return ""
    before, now = (f"{number(each)} %" for each in sides.touched)
    others = " and ".join(f"{number(each)} %" for each in sides.others)
    return (
        f"{_lead(asked.touched)}: of drafts about {_intents(asked.touched, titles)} {before} were {asked.share.title} "
        f"in the 7 days before it and {now} since, of drafts about what it did not touch {others}"
    )


def _intents(release: Touched, titles: Titles) -> str:
    """Some of those that it touched, and how many more."""
    names = sorted(titles.of(intent) for intent in release.intents or ())
    more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
    return listed([*names[:_NAMED], *more])


def _by(difference: Difference) -> str:
    """The difference with its interval: "+23 points (11–35)"."""
    sign = "+" if difference.value > 0 else ""
    to = "–" if difference.low >= 0 else " to "
    return f"{sign}{points(difference.value)} ({number(difference.low)}{to}{number(difference.high)})"


def _why_not(found: Effect, change: Difference | None, before: Difference | None) -> str:
    if found.sides is None:
        return "too few drafts were decided before and after, of its intents or of the others."
    if min(found.sides.n, found.sides.others_n) < LEAST:
        return f"too few drafts to tell (n = {min(found.sides.n, found.sides.others_n)})."
    if change is None:
        return "too few other intents to know how they move without a release."
    if not change.beyond_noise:
        return f"{_by(change)}, within noise."
    if before is None:
        return f"{_by(change)}, but there are too few drafts of the week before to tell if it was under way."
    if before.beyond_noise:
        return f"{_by(change)}, but they had moved by {_by(before)} the week before."
    if before.value * change.value > 0:
        return f"{_by(change)}, but with {_by(before)} the week before it may have been under way."
    return f"{_by(change)}, within noise once all comparisons are counted."
