"""A desk for tests of single workflows: the real store and clock, and a platform and a surface that do as told."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.cards.elements import Card
from bot.domain.answer import Draft, Triage
from bot.domain.article import Release
from bot.domain.chat import MessageRef, Person, Place, Role, Room, RoomMessage
from bot.domain.errors import NotFound
from bot.domain.escalation import Escalation
from bot.domain.review import Receipt
from bot.ports import Desk, DraftRequest, Inbound, Policy, Progress, Retrieved, Workflow
from bot.settings import CONTENT
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from bot.storage.store import open_store
from bot.triage.learner import TaxonomyLearner
from bot.triage.teacher import TaxonomyTeacher
from bot.triage.topics import EmbeddedTopics
from bot.workflows.run import RecordedRun
from evals.recalibration import LearnedCalibration
from knowledge.embeddings.static import StaticEmbedder
from knowledge.library import Library
from tests.contracts.store_samples import NOON, draft, proposal


@dataclass
class Clock:
    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def pass_by(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class ScriptedPlatform:
    """A chat platform in memory; `troubles` are raised by its next calls, in turn."""

    name: str = "slack"
    troubles: list[Exception] = field(default_factory=list)
    cards: dict[str, Card] = field(default_factory=dict)
    """Every posted card as it stands now, by key."""
    told: list[tuple[str, str]] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)
    shared: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    """The rooms that another organisation can read."""
    closed: tuple[str, ...] = ()
    """The private rooms that nobody who asks is in."""
    missing: tuple[str, ...] = ()
    """Rooms that it does not have."""
    _keys: dict[str, str] = field(default_factory=dict)

    def _trouble(self) -> None:
        if self.troubles:
            raise self.troubles.pop(0)

    async def post(self, place: Place, card: Card, *, key: str) -> MessageRef:
        self._trouble()
        self.cards.setdefault(key, card)
        message = f"200.{len(self._keys)}"
        self._keys.setdefault(message, key)
        return MessageRef(place, message)

    async def reply(self, place: Place, text: str, *, key: str) -> MessageRef:
        raise NotImplementedError

    async def upload(self, png: bytes, *, name: str, title: str, alt: str) -> str:
        self._trouble()
        self.pictures.append(png)
        return f"F{len(self.pictures)}"

    async def update(self, message: MessageRef, card: Card) -> None:
        self._trouble()
        self.cards[self._keys[message.message]] = card

    async def tell(self, place: Place, person: Person, said: str | Card) -> None:
        self._trouble()
        self.told.append((person.id, said if isinstance(said, str) else said.summary))

    async def publish_home(self, person: Person, card: Card) -> None:
        raise NotImplementedError

    async def permalink(self, message: MessageRef) -> str:
        return ""

    def message_of(self, link: str) -> MessageRef | None:
        return None

    async def room(self, room: str) -> Room:
        self._trouble()
        if room in self.missing:
            raise NotFound(f"There is no room {room}.")
        return Room(room, room, shared=room in self.shared, private=room in self.private)

    async def sees(self, person: Person, room: str) -> bool:
        return room not in self.closed

    async def thread(self, place: Place) -> tuple[RoomMessage, ...]:
        self._trouble()
        return ()

    async def name_of(self, person: Person) -> str:
        return person.name


@dataclass
class ScriptedSurface:
    """A customer's side; `troubles` are raised by its next deliveries, in turn."""

    name: str = "web"
    receives: bool = True
    troubles: list[Exception] = field(default_factory=list)
    delivered: list[tuple[str, str]] = field(default_factory=list)

    def parse(self, headers: Any, body: bytes) -> Inbound:
        raise NotImplementedError

    async def deliver(self, escalation: Escalation, text: str, *, key: str) -> Receipt:
        if self.troubles:
            raise self.troubles.pop(0)
        self.delivered.append((key, text))
        return Receipt(self.name, NOON, key)


class LiveRun(RecordedRun):
    """A run that notes how long it waited and what it started."""

    def __init__(self, run_id: str, clock: Clock) -> None:
        super().__init__(run_id, clock)
        self.waits: list[float] = []
        self.started: list[tuple[str, str]] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(0)

    async def start(self, workflow: str, key: str, **arguments: str | int) -> None:
        self.started.append((workflow, key))


@dataclass
class NotingRuntime:
    started: list[tuple[str, str]] = field(default_factory=list)

    async def start(self, workflow: str, key: str, **arguments: str | int) -> None:
        self.started.append((workflow, key))


class Judge:
    """Triages, retrieves and drafts what the samples say; `trouble` is raised instead."""

    name = "judge"
    slow = True
    trouble: Exception | None = None

    async def triage(self, escalation: Escalation) -> Triage:
        if self.trouble:
            raise self.trouble
        return proposal().triage

    async def retrieve(self, query: str, **how: Any) -> Retrieved:
        return Retrieved(proposal().passages, 12)

    async def draft(self, request: DraftRequest, progress: Progress | None = None) -> Draft:
        return draft()


@dataclass
class OneWorkflow:
    """Answers as this one always; there are no others."""

    workflow: Workflow

    async def live(self) -> Workflow:
        return self.workflow

    async def get(self, number: int) -> Workflow:
        return self.workflow

    async def parts(self, number: int) -> Mapping[str, str]:
        return {"taxonomy": (CONTENT / "taxonomy.yaml").read_text(encoding="utf-8")}

    async def propose(self, changes: Mapping[str, str], *, beside: Release, reason: str, by: Any, fix: str = "") -> Any:
        raise NotImplementedError


async def working_with(desk: Desk, **parts: Any) -> Desk:
    """The desk with another triager, drafter or the like in its workflow."""
    return replace(desk, workflows=OneWorkflow(replace(await desk.workflows.live(), **parts)))


class Everybody:
    async def role(self, person: Person) -> Role | None:
        return Role.REP


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def platform() -> ScriptedPlatform:
    return ScriptedPlatform()


@pytest.fixture
def surface() -> ScriptedSurface:
    return ScriptedSurface()


@pytest.fixture
def judge() -> Judge:
    return Judge()


@pytest.fixture
def runtime() -> NotingRuntime:
    return NotingRuntime()


@pytest.fixture
def run(clock: Clock) -> LiveRun:
    return LiveRun("run-1", clock)


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with our tables, to copy."""
    file = tmp_path_factory.mktemp("store") / "ratchet.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def store_file(empty_store: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(empty_store, tmp_path / "ratchet.db"))


@pytest_asyncio.fixture
async def desk(
    store_file: Path,
    clock: Clock,
    platform: ScriptedPlatform,
    surface: ScriptedSurface,
    judge: Judge,
    runtime: NotingRuntime,
) -> AsyncIterator[Desk]:
    engine = create_engine(f"sqlite+aiosqlite:///{store_file}")
    policy = Policy(home_room="#team", retry_seconds=(2, 10, 60))
    store = open_store(engine, "main", now=clock.now)
    working = Workflow(7, judge, judge, (), LearnedCalibration(store.reviews, clock))
    yield Desk(
        clock=clock,
        policy=policy,
        store=store,
        workflows=OneWorkflow(working),
        retriever=judge,
        knowledge=Library(store.articles, store.releases, StaticEmbedder(), clock),
        platforms={"slack": platform},
        surfaces={"web": surface},
        people=Everybody(),
        runtime=runtime,
        questions=StaticEmbedder(),
        teacher=TaxonomyTeacher(),
        learner=TaxonomyLearner(StaticEmbedder()),
        topics=EmbeddedTopics(StaticEmbedder()),
    )
    await engine.close()
