"""What on-call is told of: a count that is far beyond what its own past explains."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.chat import MessageRef, Person
from bot.domain.errors import Conflict

_EXAMPLES = 3


class What(StrEnum):
    """What a series counts; the value is how it is called in its key."""

    VOLUME = "conversations"
    INTENT = "intent"
    UNKNOWN = "unknown"
    UNHAPPY = "unhappy"
    REJECTED = "rejected"
    ABSTAINED = "abstained"
    BLOCKED = "blocked"
    FAILED = "failed"


_TITLES = {
    What.VOLUME: "conversations",
    What.UNKNOWN: "conversations that fit no intent",
    What.UNHAPPY: "unhappy customers",
    What.REJECTED: "rejected drafts",
    What.ABSTAINED: "questions without an answer",
    What.BLOCKED: "drafts that a guardrail blocked",
    What.FAILED: "failed drafts and deliveries",
}


@dataclass(frozen=True, slots=True)
class Series:
    """A count over time. `about` is the intent whose conversations are counted, for `What.INTENT`."""

    what: What
    about: str = ""

    @property
    def key(self) -> str:
        return f"{self.what.value}:{self.about}" if self.about else self.what.value

    @property
    def title(self) -> str:
        """What is counted, for a sentence."""
        return _TITLES.get(self.what) or f"conversations about {self.about.replace('_', ' ')}"


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
    """One cause, however many series show it; the first of `series` shows it most.

    `cause` names it: that series and when it began. `seen`, `expected` and `probability` are as they were when it
    opened or last grew: what was counted in `minutes`, what was to be expected, and the chance that a day goes so far.
    `conversations` are up to three of those behind it, of `behind` in all. `counts` are those of the last
    hours of its first series, for a chart. Nobody is paged before `quiet_until`; `pages` counts how often somebody was.
    `incident` names what was opened for it. `version` grows with every change, so that its card never shows an older
    state.
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
    resolved_at: datetime | None = None
    counts: tuple[Count, ...] = ()
    about: Explained = Explained()
    quiet_until: datetime | None = None
    false_alarm: bool = False
    incident: str = ""
    pages: int = 0
    paged_at: datetime | None = None
    version: int = 1
    card: MessageRef | None = None

    @property
    def times(self) -> float:
        """How many times as much was seen as was expected; of what was hardly expected, as if one had been."""
        return self.seen / max(self.expected, 1.0)

    @property
    def days(self) -> float:
        """In how many days a usual day goes so far once."""
        return 1 / max(self.probability, 1e-9)


def cause_of(series: Series, since: datetime) -> str:
    """What names the cause that this series showed first."""
    return f"{series.key}@{since:%Y-%m-%dT%H:%MZ}"


def examples(conversations: Sequence[str]) -> tuple[str, ...]:
    """The newest conversations that stand for all of them; given oldest first."""
    return tuple(reversed(conversations[-_EXAMPLES:]))


def acknowledged(alert: Alert, by: Person, at: datetime) -> Alert:
    """Somebody looks at it. Raises Conflict when it is over or somebody else does."""
    if alert.state is AlertState.RESOLVED:
        raise Conflict("This is already over.")
    if alert.by is not None and not by.same_as(alert.by):
        raise Conflict(f"{alert.by.name or alert.by.id} is already looking at this.")
    return replace(alert, state=AlertState.ACKNOWLEDGED, by=by, changed_at=at)


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
