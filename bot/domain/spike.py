"""What on-call is told of: a count that is far beyond what its own past explains."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.chat import MessageRef, Person

_EXAMPLES = 3
_NEWS = 10.0  # times as rare as it was when it was called a false alarm
_PLAIN = re.compile(r"[\w.:-]{1,120}", re.ASCII)


class What(StrEnum):
    """What a series counts; the value is how it is called in its key."""

    VOLUME = "conversations"
    INTENT = "intent"
    UNKNOWN = "unknown"
    CLUSTER = "cluster"
    UNHAPPY = "unhappy"
    REJECTED = "rejected"
    ABSTAINED = "abstained"
    BLOCKED = "blocked"
    FAILED = "failed"


_TITLES = {
    What.VOLUME: "conversations in all",
    What.UNKNOWN: "conversations that fit no intent",
    What.UNHAPPY: "unhappy customers",
    What.REJECTED: "rejected drafts",
    What.ABSTAINED: "questions without an answer",
    What.BLOCKED: "drafts that a guardrail blocked",
    What.FAILED: "failed drafts and deliveries",
}


@dataclass(frozen=True, slots=True)
class Series:
    """A count over time. `about` is the intent whose conversations are counted, for `What.INTENT`.

    For `What.CLUSTER` it is the words that tell most of conversations that fit no intent and are alike.
    """

    what: What
    about: str = ""

    @property
    def key(self) -> str:
        return f"{self.what.value}:{self.about}" if self.about else self.what.value

    @property
    def title(self) -> str:
        """What is counted, for a sentence."""
        if self.what is What.CLUSTER:
            return f"conversations that fit no intent and ask about “{self.about}”"
        return _TITLES.get(self.what) or f"conversations about {self.about.replace('_', ' ').replace('-', ' ')}"


def series_of_key(key: str) -> Series:
    """Read what `Series.key` gave."""
    what, _, about = key.partition(":")
    return Series(What(what), about)


class AlertState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted in the time from `at` to the next one's, beside what was expected."""

    at: datetime
    seen: int
    expected: float


@dataclass(frozen=True, slots=True)
class Explained:
    """What is known of a cause beside its counts, without a word that could tell a customer.

    `words` are those that its conversations share beyond what others do; `shares` what else most of them have in
    common, such as ("surface", "web", 0.9). `release` went live shortly before, at `released_at`. `suspect` says in a
    sentence what the cause may be; "" where nothing points anywhere.
    """

    words: tuple[str, ...] = ()
    shares: tuple[tuple[str, str, float], ...] = ()
    release: str = ""
    released_at: datetime | None = None
    suspect: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """One cause, however many series show it; the first of `series` says most of what it is about.

    `cause` names it: the series that showed it first, and when it began. `seen`, `expected` and `probability` are as
    they were when it opened or last grew: what was counted in `minutes`, what was to be expected, and the chance that
    a day goes so far.
    `conversations` are up to three of those behind it, of `behind` in all (once it is over: of all since it began).
    `counts` are those of the last hours of its first series, for a chart.

    Only what is `told` has a card and pages somebody; what opened in shadow mode never is. Nobody is paged before
    `quiet_until`; `pages` counts how often somebody was since it opened or was last snoozed. As a false alarm it is
    nobody's any more, and its first series must be `patience` times as rare as usual from then on. `incident` names
    what was opened for it, at `opener`.

    `version` grows with every change, so that its card never shows an older state; `shown` is the one that the card
    shows. What it shows beside it was `explained` and `drawn` for the figures of that time, which are `as_of`.
    """

    cause: str
    series: tuple[Series, ...]
    since: datetime
    opened_at: datetime
    changed_at: datetime
    minutes: int = 0
    seen: int = 0
    expected: float = 0.0
    probability: float = 1.0
    behind: int = 0
    conversations: tuple[str, ...] = ()
    state: AlertState = AlertState.OPEN
    by: Person | None = None
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
    counts: tuple[Count, ...] = ()
    about: Explained = Explained()
    told: bool = False
    quiet_until: datetime | None = None
    quiet_by: Person | None = None
    false_alarm: bool = False
    false_by: Person | None = None
    false_at: datetime | None = None
    patience: float = 1.0
    incident: str = ""
    opener: MessageRef | None = None
    pages: int = 0
    paged_at: datetime | None = None
    version: int = 1
    shown: int = 0
    card: MessageRef | None = None
    picture: str = ""
    drawn: datetime | None = None
    explained: datetime | None = None

    @property
    def times(self) -> float:
        """How many times as much was seen as was expected; of what was hardly expected, as if one had been."""
        return self.seen / max(self.expected, 1.0)

    @property
    def days(self) -> float:
        """In how many days a usual day goes so far once."""
        return 1 / max(self.probability, 1e-9)

    @property
    def as_of(self) -> datetime:
        """Until when its figures were counted."""
        if len(self.counts) < 2:
            return self.opened_at
        *_, before, last = self.counts
        return last.at + (last.at - before.at)

    @property
    def settled(self) -> bool:
        """Whether nobody needs to look at it: it is over, or was none."""
        return self.false_alarm or self.state is AlertState.RESOLVED

    @property
    def finished(self) -> bool:
        """Whether it is over, and its card says so."""
        return self.state is AlertState.RESOLVED and (not self.told or self.shown >= self.version)

    @property
    def title(self) -> str:
        """What rises, for a sentence."""
        return self.series[0].title


def cause_of(series: Series, since: datetime) -> str:
    """What names the cause that this series showed first: short and plain, whatever the intent is called."""
    key = series.key
    if not _PLAIN.fullmatch(key):
        key = f"{series.what.value}:{hashlib.blake2b(key.encode('utf-8', 'replace'), digest_size=8).hexdigest()}"
    return f"{key}@{since:%Y-%m-%dT%H:%MZ}"


def examples(conversations: Sequence[str]) -> tuple[str, ...]:
    """The newest conversations that stand for all of them; given oldest first."""
    return tuple(reversed(conversations[-_EXAMPLES:]))


def joined(alert: Alert, series: Series, at: datetime) -> Alert:
    """Another series shows the same cause."""
    if series in alert.series:
        return alert
    return replace(alert, series=(*alert.series, series), changed_at=at)


def resolved(alert: Alert, at: datetime) -> Alert:
    """It is over; once over it stays so."""
    if alert.state is AlertState.RESOLVED:
        return alert
    return replace(alert, state=AlertState.RESOLVED, resolved_at=at, changed_at=at)


def merged(stored: Alert, found: Alert) -> Alert:
    """What the watch found, in the alert as people have left it meanwhile.

    A false alarm stays one while it grows, with the figures that it had, until it is ten times as rare as they say:
    that is news again.
    """
    if stored.false_alarm and found.days >= _NEWS * stored.days and found.state is not AlertState.RESOLVED:
        stored = replace(
            stored,
            false_alarm=False,
            state=AlertState.OPEN,
            by=None,
            acknowledged_at=None,
            quiet_until=None,
            pages=0,
            paged_at=None,
        )
    figures = stored if stored.false_alarm else found
    over = AlertState.RESOLVED in (stored.state, found.state)
    return replace(
        stored,
        version=stored.version + 1,
        state=AlertState.RESOLVED if over else stored.state,
        resolved_at=stored.resolved_at or found.resolved_at,
        changed_at=max(stored.changed_at, found.changed_at),
        series=found.series,
        minutes=figures.minutes,
        seen=figures.seen,
        expected=figures.expected,
        probability=figures.probability,
        behind=found.behind,
        conversations=found.conversations,
        counts=found.counts,
    )


def noted(stored: Alert, painted: Alert) -> Alert:
    """The alert as it stands, with what was noted of its card while that was painted; what is newer stays."""
    told = painted if _not_before(painted.explained, stored.explained) else stored
    seen = painted if _not_before(painted.drawn, stored.drawn) else stored
    return replace(
        stored,
        about=told.about,
        explained=told.explained,
        picture=seen.picture,
        drawn=seen.drawn,
        opener=stored.opener or painted.opener,
        card=stored.card or painted.card,
        shown=max(stored.shown, painted.shown),
    )


def _not_before(at: datetime | None, other: datetime | None) -> bool:
    return other is None or (at is not None and at >= other)
