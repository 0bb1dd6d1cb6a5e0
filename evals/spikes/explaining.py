"""What the conversations behind an alert share beyond what others do, what went live before, and the likely cause."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.spike import Alert, Explained
from bot.ports import Desk
from bot.workflows.behind import behind
from evals.spikes.conversations import Reader, others, titles
from evals.spikes.traits import Asked, chance, traits_shared, words_shared
from evals.went_live import KNOWLEDGE, Live, went_live

SHORTLY = timedelta(hours=24)
"""How long before a spike a release can have gone live to be told with it."""
_READ, _COMPARED = 200, 300  # conversations that are read
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
    before = await went_live(desk, alert.since - SHORTLY, alert.opened_at)
    newest = before[-1] if before else None
    if not inside:
        return Explained(release=newest.release.label if newest else "", released_at=newest.at if newest else None)
    outside = await reader.read(await others(desk, alert, set(every), _COMPARED))
    traits = traits_shared(inside, outside)
    rested = _rested_on(before, inside, outside)
    told = rested.live if rested else newest
    return Explained(
        words=words_shared(inside, outside),
        shares=traits,
        release=told.release.label if told else "",
        released_at=told.at if told else None,
        suspect=(rested.sentence if rested else "") or _broken(inside, outside) or _one_surface(traits),
    )


# --- releases ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Rested:
    """A release that most of the drafts rest on, with the sentence that says so."""

    live: Live
    sentence: str


def _rested_on(before: Sequence[Live], inside: Sequence[Asked], outside: Sequence[Asked]) -> _Rested | None:
    """The knowledge that went live before and whose changed articles most of the drafts rest on, others not."""
    for live in reversed(before):
        release, changed = live.release, live.changed
        if release.kind != KNOWLEDGE:
            continue
        rests = [asked for asked in inside if asked.release == release.number and changed.intersection(asked.cites)]
        elsewhere = sum(bool(changed.intersection(asked.cites)) for asked in outside)
        if _is_most(len(rests), len(inside), elsewhere, len(outside)):
            named = Counter(slug for asked in rests for slug in asked.cites if slug in changed).most_common(1)[0][0]
            said = (
                f"{release.label} changed “{titles(rests)[named]}” shortly before, "
                f"and {len(rests)} of {len(inside)} drafts rest on it."
            )
            return _Rested(live, said[:1].upper() + said[1:])
    return None


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


def _one_surface(traits: Sequence[tuple[str, str, float]]) -> str:
    """Where all of them come in by one door, and others do not."""
    for name, value, share in traits:
        if name in ("surface", "channel", "room") and share >= _ALONE:
            place = {"surface": f"by {value}", "channel": f"by {value}", "room": f"in {value}"}[name]
            return f"Nearly all of these came in {place}, unlike others. Something may be wrong there."
    return ""
