"""What the conversations behind an alert share beyond what others do, what went live before, and the likely cause."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.article import Release
from bot.domain.errors import NotFound
from bot.domain.spike import Alert, Explained
from bot.ports import Desk
from bot.workflows.behind import behind
from evals.spikes.conversations import Reader, others, titles
from evals.spikes.traits import Asked, chance, traits_shared, words_shared

SHORTLY = timedelta(hours=24)
"""How long before a spike a release can have gone live to be told with it."""
_READ, _COMPARED = 200, 300  # conversations that are read
_RECENT = 30  # releases of a kind, and lines of the policy log, among which those that went live are looked for
_MOST_OF_THEM = 0.5
_ALONE = 0.95
_FEWEST = 3
_SURE = 0.01


async def explain(desk: Desk, alert: Alert) -> Explained:
    """What is known of the alert's cause; at most some hundreds of conversations are read.

    Nothing of it tells a customer, and nothing is from a private room but the one that is told.
    """
    every = await behind(desk, alert)
    reader = Reader(desk, desk.policy.oncall_room or desk.policy.home_room)
    inside = await reader.read(every[-_READ:])
    before = await _gone_live(desk, alert)
    newest = max(before, key=lambda live: live.at, default=None)
    if not inside:
        return Explained(release=newest.label if newest else "", released_at=newest.at if newest else None)
    outside = await reader.read(await others(desk, alert, set(every), _COMPARED))
    traits = traits_shared(inside, outside)
    rested = await _rested_on(desk, before, inside, outside)
    told = rested.live if rested else newest
    return Explained(
        words=words_shared(inside, outside),
        shares=traits,
        release=told.label if told else "",
        released_at=told.at if told else None,
        suspect=(rested.sentence if rested else "") or _broken(inside, outside) or _one_surface(inside, traits),
    )


# --- releases ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Live:
    """A release that went live, when, and instead of which number."""

    kind: str
    number: int
    at: datetime
    instead_of: int

    @property
    def label(self) -> str:
        return f"{self.kind} v{self.number}"


@dataclass(frozen=True, slots=True)
class _Rested:
    live: _Live
    sentence: str


async def _gone_live(desk: Desk, alert: Alert) -> list[_Live]:
    """What went live in the day before the alert began, and until it was told: by a release or by going back to one."""
    begin, end = alert.since - SHORTLY, alert.opened_at
    found: list[_Live] = []
    for kind in ("knowledge", "workflow"):
        known = [each for each in await desk.store.releases.newest(kind, _RECENT) if each.was_live]
        for place, release in enumerate(known):
            if release.at and begin <= release.at <= end:
                earlier = known[place + 1].number if place + 1 < len(known) else 0
                found.append(_Live(kind, release.number, release.at, earlier))
    for line in await desk.store.policy_log.newest(_RECENT):
        after, was = _numbered(line.after), _numbered(line.before)
        if line.subject == line.after and after and was and begin <= line.at <= end:
            found.append(_Live(*after, line.at, was[1]))
    return found


def _numbered(label: str) -> tuple[str, int] | None:
    """The kind and number of a release's label."""
    kind, _, number = label.rpartition(" v")
    return (kind, int(number)) if kind in ("knowledge", "workflow") and number.isdecimal() else None


async def _rested_on(
    desk: Desk, before: Collection[_Live], inside: Sequence[Asked], outside: Sequence[Asked]
) -> _Rested | None:
    """The knowledge that went live before and whose changed articles most of the drafts rest on, others not."""
    for live in sorted(before, key=lambda each: each.at, reverse=True):
        if live.kind != "knowledge":
            continue
        changed = await _changed(desk, live)
        rests = [asked for asked in inside if asked.release == live.number and changed.intersection(asked.cites)]
        elsewhere = sum(bool(changed.intersection(asked.cites)) for asked in outside)
        if _is_most(len(rests), len(inside), elsewhere, len(outside)):
            named = Counter(slug for asked in rests for slug in asked.cites if slug in changed).most_common(1)[0][0]
            title = titles(rests)[named]
            said = (
                f"{live.label} changed “{title}” shortly before, and {len(rests)} of {len(inside)} drafts rest on it."
            )
            return _Rested(live, said[:1].upper() + said[1:])
    return None


async def _changed(desk: Desk, live: _Live) -> set[str]:
    """The articles that say something else since this release."""
    try:
        now = await desk.store.releases.get(live.kind, live.number)
        was = (
            await desk.store.releases.get(live.kind, live.instead_of) if live.instead_of else Release(live.kind, 0, {})
        )
    except NotFound:
        return set()
    return {slug for slug, _ in now.manifest.items() ^ was.manifest.items()}


# --- other causes -----------------------------------------------------------------------------------------------------


def _broken(inside: Sequence[Asked], outside: Sequence[Asked]) -> str:
    """One host that takes no replies, or one model that does not answer."""
    host, count = _commonest([asked.undelivered_to for asked in inside])
    if _is_most(count, len(inside), sum(asked.undelivered_to == host for asked in outside), len(outside)):
        return f"{host} does not take our replies: {count} of {len(inside)} were not delivered."
    model, count = _commonest([asked.instead_of for asked in inside])
    if _is_most(count, len(inside), sum(asked.instead_of == model for asked in outside), len(outside)):
        return f"{model} did not answer, and another drafter stood in for it in {count} of {len(inside)} drafts."
    return ""


def _commonest(values: Sequence[str]) -> tuple[str, int]:
    return next(iter(Counter(value for value in values if value).most_common(1)), ("", 0))


def _is_most(here: int, inside: int, there: int, outside: int) -> bool:
    """Whether it is true of most of these, and commoner in them than in others by more than chance."""
    enough = here >= _FEWEST and here >= _MOST_OF_THEM * inside
    return enough and chance(here, inside, there, outside) < _SURE


def _one_surface(inside: Sequence[Asked], traits: Sequence[tuple[str, str, float]]) -> str:
    """Where all of them come in by one door, and others do not."""
    for name, value, share in traits:
        if name in ("surface", "channel", "room") and share >= _ALONE:
            place = {"surface": f"by {value}", "channel": f"by {value}", "room": f"in {value}"}[name]
            return f"Nearly all of these came in {place}, unlike others. Something may be wrong there."
    return ""
