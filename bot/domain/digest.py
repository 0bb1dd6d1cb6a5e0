"""The weekly digest: what a week showed, what of it is sure, and what is to be decided. No word of any customer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.calendar import Week


class Kind(StrEnum):
    """What is asked to be decided; it says which button stands beside it.

    An ask's subject is, in this order: the fix's `subject`, the intent's name, what `rejected` gives, the article's
    slug, the topic's id.
    """

    PUBLISH_FIX = "publish_fix"
    RAISE_CASES = "raise_cases"
    LOOK_AT_REJECTED = "look_at_rejected"
    MEND_ARTICLE = "mend_article"
    ACCEPT_TOPIC = "accept_topic"


@dataclass(frozen=True, slots=True)
class Ask:
    """One decision that the digest asks for. `subject` is what its button is about, `why` its reason in figures."""

    kind: Kind
    subject: str
    title: str
    why: str


def rejected(week: Week, mode: str, intent: str) -> str:
    """The subject of the ask to look at the drafts of an intent that were rejected in a week for the same reason."""
    return f"{week.label} {mode} {intent}"


@dataclass(frozen=True, slots=True)
class Value:
    """A figure with its 95 % interval and its n; `value` is None where n is too small to tell it."""

    n: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A metric of the week beside the week before. `shown` and `before_shown` are the figures in words, with interval.

    `change` says in words what became of it. `moved` tells whether that is more than noise after the correction for
    all comparisons of the digest; `better` whether it went the good way, None where there is none or nothing moved.
    It is of one `intent`, "" being all together.
    """

    metric: str
    title: str
    unit: str
    now: Value
    before: Value
    shown: str
    before_shown: str
    change: str
    moved: bool = False
    better: bool | None = None
    intent: str = ""


@dataclass(frozen=True, slots=True)
class Driver:
    """What customers come for: an intent with its volume of late, week by week, oldest first.

    `pain` is the hours that the team's customers waited for it in the week, all conversations together. The share that
    was approved unchanged comes with its interval.
    """

    intent: str
    title: str
    weekly: tuple[int, ...]
    pain: float
    unchanged: Value
    change: str = ""
    moved: bool = False


class Proof(StrEnum):
    """How far a cause is shown."""

    SHOWN = "shown"
    NOT_PROVEN = "not_proven"


@dataclass(frozen=True, slots=True)
class Cause:
    """What a release did: how its intents moved, beside those that it did not touch.

    `effect` is the difference between the two changes, in points of the metric, with its interval; `pretrend` the same
    between the two weeks before it. `said` tells it in a sentence with its reason where it is not proven; `in_short` is
    what it did, for where the sentence stands elsewhere, and empty where nothing is shown.
    """

    release: str
    at: datetime
    metric: str
    intents: tuple[str, ...]
    effect: Value
    pretrend: Value
    proof: Proof
    said: str
    in_short: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """How often answers failed in one mode, with an example thread (its escalation) where one may be shown."""

    mode: str
    label: str
    count: int
    before: int
    example: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Win:
    """Something that got better, in a sentence that says by how much."""

    title: str
    said: str


@dataclass(frozen=True, slots=True)
class Published:
    """A knowledge release of the week: its number, its articles by title, who made it, and what it did."""

    release: int
    at: datetime
    articles: tuple[str, ...]
    by: str
    said: str


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Something in the live knowledge that needs its owner; `slug` is the article that a fix would change."""

    slug: str
    title: str
    what: str
    owner: str = ""
    severe: bool = False


@dataclass(frozen=True, slots=True)
class EvalPoint:
    """How the eval cases stood on one release that was live, oldest first."""

    release: str
    at: datetime
    passed: Value


@dataclass(frozen=True, slots=True)
class Thanks:
    """What somebody gave the desk this week; named in the order of the alphabet."""

    name: str
    cases: int = 0
    fixes: int = 0
    labels: int = 0


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What the next release will hold, as it stands: a fix that waits, a topic, labels to be learned."""

    title: str
    state: str


@dataclass(frozen=True, slots=True)
class Digest:
    """One week of the desk. Everything in it may be read by all who read the managers' room.

    `decisions` are up to three, the most urgent first. `compared` is how many changes were tested together. `drivers`
    are up to 25, by volume. `quality` is what people scored in the sample, in words, and `alerts` what was told to
    on-call; `notes` say what is missing or was not whole (one day of data, a clock change). `days` is for how many days
    of the week anything is on record.
    """

    week: Week
    made_at: datetime
    conversations: int
    days: int = 7
    late: bool = False
    decisions: tuple[Ask, ...] = ()
    figures: tuple[KeyFigure, ...] = ()
    by_intent: tuple[Driver, ...] = ()
    compared: int = 0
    causes: tuple[Cause, ...] = ()
    drivers: tuple[Driver, ...] = ()
    failures: tuple[Failure, ...] = ()
    wins: tuple[Win, ...] = ()
    published: tuple[Published, ...] = ()
    upkeep: tuple[Upkeep, ...] = ()
    trend: tuple[EvalPoint, ...] = ()
    quality: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    thanks: tuple[Thanks, ...] = ()
    upcoming: tuple[Upcoming, ...] = ()
    notes: tuple[str, ...] = ()
