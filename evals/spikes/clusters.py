"""A new problem that has no name yet: conversations that fit no intent, are alike, and come faster than before."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.alerting import patience_of
from bot.domain.answer import UNKNOWN_INTENT
from bot.domain.codec import codec
from bot.domain.spike import Alert, Count, Series, What, series_of_key
from bot.domain.text.naming import telling_words
from bot.domain.watching import Event
from bot.ports import Desk, KnownIntent
from bot.ports.watching import Watched
from bot.workflows.topics import intents_of
from evals.spikes.alarm import COOL_DOWN, RARITY_DAYS, Alarm, Change
from evals.spikes.conversations import Reader
from evals.spikes.detector import BUCKET, Reading
from evals.spikes.traits import Asked

WINDOWS = (timedelta(hours=1), timedelta(hours=4))
"""The times in which alike ones are counted; the longest is what is looked at."""
LEAST = 5
"""Conversations below which nothing is a new problem."""
_BEFORE = timedelta(days=14)
_RECENT, _EARLIER = 200, 300  # conversations that are looked at
_KNOWN = 500  # members that are remembered
_SAME = 0.5  # of the smaller one's members, by which a cluster is known again
_NAMED = 3  # words


@dataclass(frozen=True, slots=True)
class Cluster:
    """Conversations that are about the same: those of the last hours, oldest first, and how many there were before."""

    members: tuple[str, ...]
    at: tuple[datetime, ...]
    before: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """The clusters of the last hours; `hours` is how long a time before them their earlier counts are of."""

    clusters: tuple[Cluster, ...] = ()
    hours: float = 0.0


@dataclass(slots=True)
class Known:
    """A cluster that was beyond expectation: whether it still is, and its conversations."""

    alarm: Alarm = field(default_factory=Alarm)
    members: tuple[str, ...] = ()

    def take(self, cluster: Cluster) -> None:
        self.members = tuple(dict.fromkeys((*self.members, *cluster.members)))[-_KNOWN:]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a look at clusters comes to: what changed, which conversations count in which, and for a chart, when."""

    known: Mapping[Series, Known]
    rises: tuple[tuple[Series, Change, Reading], ...] = ()
    events: tuple[Event, ...] = ()
    counts: Mapping[Series, tuple[Count, ...]] = field(default_factory=dict)

    @property
    def open(self) -> frozenset[Series]:
        return frozenset(series for series, each in self.known.items() if each.alarm.is_open)

    @property
    def kept(self) -> dict[str, str]:
        """What is remembered of them beside the other series."""
        return {series.key: codec(Known).dump_json(each).decode() for series, each in self.known.items()}


async def hear(
    desk: Desk, watched: Watched, happened: Collection[Event], until: datetime, record: Iterable[Alert]
) -> Heard:
    """Look at the clusters of now; `record` are the alerts of late, among them those called false alarms.

    Only what was beyond expectation is remembered, until it may open anew.
    """
    series = ((series_of_key(key), text) for key, text in watched.series.items())
    known = {each: codec(Known).validate_json(text) for each, text in series if each.what is What.CLUSTER}
    now, record = desk.clock.now(), tuple(record)
    looked = await look(desk, happened, until)
    rises: list[tuple[Series, Change, Reading]] = []
    events: list[Event] = []
    counts: dict[Series, tuple[Count, ...]] = {}
    for each, (reading, cluster) in readings(looked, until, known).items():
        remembered = known.get(each) or Known()
        patience = patience_of(each, record).times(now)
        change = remembered.alarm.hear(reading, now, rarity_days=RARITY_DAYS * patience)
        if remembered.alarm.opened is None:
            continue
        known[each] = remembered
        if cluster is not None and remembered.alarm.is_open:
            remembered.take(cluster)
            events += [Event(each, at, name) for name, at in zip(cluster.members, cluster.at, strict=True)]
            counts[each] = _counts(cluster, looked, until)
        if change is not Change.NONE:
            rises.append((each, change, reading))
    ended = [each for each, one in known.items() if one.alarm.resolved and until - one.alarm.resolved > COOL_DOWN]
    for each in ended:
        del known[each]
    return Heard(known, tuple(rises), tuple(events), counts)


def _counts(cluster: Cluster, looked: Looked, until: datetime) -> tuple[Count, ...]:
    usual = cluster.before / max(looked.hours, 1.0) * (BUCKET / timedelta(hours=1))
    begins = [until - n * BUCKET for n in range(WINDOWS[-1] // BUCKET, 0, -1)]
    return tuple(Count(at, sum(at <= came < at + BUCKET for came in cluster.at), usual) for at in begins)


async def look(desk: Desk, happened: Collection[Event], until: datetime) -> Looked:
    """Cluster what fits no intent of the last hours together with what fitted none in the two weeks before.

    At most some hundreds of texts are read, and none where too few came. What private rooms are asked is left out: its
    words would be told elsewhere.
    """
    begin = until - WINDOWS[-1]
    fits_none = [event for event in happened if event.series.what is What.UNKNOWN and begin <= event.at < until]
    if len(fits_none) < LEAST:
        return Looked()
    reader = Reader(desk, desk.policy.oncall_room or desk.policy.home_room)
    came = {event.conversation: event.at for event in fits_none[-_RECENT:]}
    recent = await reader.read(came)
    if len({asked.asker for asked in recent}) < LEAST:
        return Looked()
    reviews = await desk.store.reviews.of_intent(UNKNOWN_INTENT, until - _BEFORE, limit=_RECENT + _EARLIER)
    older = [review for review in reviews if review.opened_at < begin and review.escalation_id not in came][-_EARLIER:]
    earlier = await reader.read(review.escalation_id for review in older)
    hours = (
        (begin - older[0].opened_at) / timedelta(hours=1) if len(older) == _EARLIER else _BEFORE / timedelta(hours=1)
    )
    return Looked(await clustered(desk, recent, came, earlier, await intents_of(desk)), hours)


async def clustered(
    desk: Desk,
    recent: Sequence[Asked],
    came: Mapping[str, datetime],
    earlier: Sequence[Asked],
    known: Sequence[KnownIntent],
) -> tuple[Cluster, ...]:
    """The clusters that enough different customers of the last hours are in, with their words."""
    every = [*earlier, *recent]
    found = []
    for topic in await desk.topics.find([asked.text for asked in every], known):
        inside = [every[place] for place in sorted(topic.members) if place >= len(earlier)]
        if len({asked.asker for asked in inside}) < LEAST:
            continue
        ids = sorted({asked.id for asked in inside}, key=lambda name: (came[name], name))
        others = [asked.text for place, asked in enumerate(every) if place not in set(topic.members)]
        others += [example for intent in known for example in intent.examples]
        words = telling_words([asked.text for asked in inside], others, most=_NAMED)
        found.append(Cluster(tuple(ids), tuple(came[name] for name in ids), len(topic.members) - len(inside), words))
    return tuple(found)


def readings(
    looked: Looked, until: datetime, known: Mapping[Series, Known]
) -> dict[Series, tuple[Reading, Cluster | None]]:
    """How far each cluster is beyond expectation; one that was, and is not found any more, is as usual."""
    found: dict[Series, tuple[Reading, Cluster | None]] = {}
    for cluster in looked.clusters:
        series = _known_again(cluster, known) or _named(cluster, {*known, *found})
        reading = _reading(cluster, looked, until)
        if series not in found or reading.height > found[series][0].height:
            found[series] = (reading, cluster)
    for series in known:
        found.setdefault(series, (_quiet(until), None))
    return found


def _known_again(cluster: Cluster, known: Mapping[Series, Known]) -> Series | None:
    """The series of which this is the cluster, or a part of it, by the conversations that both have."""
    for series, each in known.items():
        shared = len({*each.members} & {*cluster.members})
        if shared and shared >= _SAME * min(len(each.members), len(cluster.members)):
            return series
    return None


def _named(cluster: Cluster, taken: Collection[Series]) -> Series:
    """A series that is called by the words of the cluster, and by a number where that name is taken."""
    said = ", ".join(cluster.words) or "the same"
    names = (said if number == 1 else f"{said} ({number})" for number in range(1, len(taken) + 2))
    return next(series for name in names if (series := Series(What.CLUSTER, name)) not in taken)


def _reading(cluster: Cluster, looked: Looked, until: datetime) -> Reading:
    """The rarer of the last hour and the last four.

    Of two Poisson counts with one rate, each event falls into the window with the window's share of the time, so that
    the count in it is binomial (Przyborowski & Wilenski 1940). Corrected for the windows of a day, for two lengths and
    for the clusters that were looked at.
    """
    best = _quiet(until)
    for window in WINDOWS:
        seen = sum(at >= until - window for at in cluster.at)
        hours = window / timedelta(hours=1)
        tail = _binomial_tail(seen, seen + cluster.before, hours / (hours + looked.hours))
        a_day = tail * (24 / hours) * len(WINDOWS) * len(looked.clusters)
        expected = cluster.before * hours / max(looked.hours, 1.0)
        height = -math.log(max(a_day, 1e-300))
        if height > best.height:
            best = Reading(until, int(window.total_seconds() // 60), seen, expected, height, ready=True)
    return best


def _quiet(until: datetime) -> Reading:
    return Reading(until, int(WINDOWS[-1].total_seconds() // 60), 0, 0.0, -10.0, ready=True)


def _binomial_tail(least: int, of: int, share: float) -> float:
    """The chance of at least so many."""
    terms = (math.comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(least, of + 1))
    return min(1.0, math.fsum(terms))
