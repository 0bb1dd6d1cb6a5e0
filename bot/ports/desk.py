"""`Desk`: the frozen bundle of all that a use case may touch."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.calendar import Calendar
from bot.domain.schedule import Schedule
from bot.ports.answering import Embedder, Retriever
from bot.ports.delivery import Identity, People, Platform, Surface
from bot.ports.judging import Judge
from bot.ports.learning import Knowledge
from bot.ports.memory import Store
from bot.ports.precedents import PrecedentFinder
from bot.ports.running import Clock, Runtime
from bot.ports.teaching import Learner, Teacher, TopicFinder
from bot.ports.telling import Mailer, Pager
from bot.ports.timing import OnCall
from bot.ports.workflow import Workflows


@dataclass(frozen=True, slots=True)
class Sampling:
    """The weekly sample that people score in a room; see `bot.settings.team.Quality`."""

    room: str
    schedule: Schedule
    margin: float = 0.1
    failures: int = 10
    double: float = 0.2


@dataclass(frozen=True, slots=True)
class Policy:
    """What the team decided about how Ratchet behaves, as its settings say.

    `rooms` are watched, `home_room` gets what belongs to no room. Messages within `burst_seconds` are one escalation.
    What cannot be delivered or shown is tried again after each of `retry_seconds`, then given up. `owners` are the
    rooms of articles' owners. An approved answer is an example for `precedent_days`; with 0 none is kept. The team
    works by the `calendar`; alerts go to the `oncall_room`, else the home room, and wake nobody while it is `quiet`.
    Without `alerts` they are only kept. The `digest` goes to the `managers_room` and to `mail_to`.
    """

    rooms: tuple[str, ...] = ()
    relay_bots: frozenset[str] = frozenset()
    home_room: str = ""
    burst_seconds: float = 0.0
    retry_seconds: tuple[float, ...] = ()
    owners: Mapping[str, str] = field(default_factory=dict)
    precedent_days: int = 180
    calendar: Calendar = field(default_factory=Calendar)
    oncall_room: str = ""
    quiet: Calendar | None = None
    alerts: bool = False
    repage_minutes: float = 15.0
    managers_room: str = ""
    digest: Schedule | None = None
    mail_to: tuple[str, ...] = ()
    sample: Sampling | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """All that a use case may touch.

    `questions` compares what is asked; it computes here and waits for nobody. `judge` is there where one is set up,
    `precedents` where approved answers shall be looked at, `on_call` where it is said who that is, `identity` where the
    team works on several platforms.
    """

    clock: Clock
    policy: Policy
    store: Store
    workflows: Workflows
    retriever: Retriever
    knowledge: Knowledge
    platforms: Mapping[str, Platform]
    surfaces: Mapping[str, Surface]
    people: People
    runtime: Runtime
    questions: Embedder
    teacher: Teacher
    learner: Learner
    topics: TopicFinder
    judge: Judge | None = None
    precedents: PrecedentFinder | None = None
    on_call: OnCall | None = None
    mailer: Mailer | None = None
    pagers: tuple[Pager, ...] = ()
    identity: Identity | None = None
