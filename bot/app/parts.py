"""What answers questions, connected to nothing outside: store, knowledge, triage, drafter, guardrails."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.app.judging import model_judge
from bot.app.mailing import digest_mailer
from bot.app.searching import search_embedder, search_reranker
from bot.app.starting import read_files, start_release, visited_release
from bot.app.timing import TeamTime, team_time
from bot.app.workflows import Maker, Program, StoredWorkflows
from bot.discovery import find
from bot.domain.chat import Person, Role
from bot.domain.quality import EvalCase
from bot.ports import Cases, Clock, Desk, Embedder, Guardrail, Policy, TokenEmbedder
from bot.settings import Settings
from bot.storage.engine import Engine, create_engine
from bot.storage.migrate import check, upgrade
from bot.storage.store import open_store
from bot.triage.embedding import question_embedder
from bot.triage.learner import TaxonomyLearner
from bot.triage.teacher import TaxonomyTeacher
from bot.triage.topics import EmbeddedTopics
from bot.workflows.likeness import asked
from evals.recalibration import LearnedCalibration
from knowledge.embeddings.minilm import MiniLmEmbedder
from knowledge.embeddings.remembering import RememberingEmbedder, RememberingTokenEmbedder
from knowledge.embeddings.static import StaticEmbedder
from knowledge.library import Library
from knowledge.precedents import PrecedentIndex
from knowledge.retriever import HybridRetriever

_SHARED = 8_000  # texts whose meaning is remembered: triage, both searches and the drafter read the same questions


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class Nobody:
    """The people of an installation without a chat platform: nobody may decide anything."""

    async def role(self, person: Person) -> Role | None:
        return None


class Idle:
    """The runtime of a process that answers questions but runs no workflows."""

    async def start(self, workflow: str, key: str, **arguments: str | int) -> None:
        raise RuntimeError(f"this process does not run workflows, so {workflow} ({key}) was not started")


@dataclass(frozen=True, slots=True)
class Parts:
    """What answering needs. The desk has neither platforms nor surfaces yet, and starts no workflows."""

    settings: Settings
    clock: Clock
    engine: Engine
    library: Library
    retriever: HybridRetriever
    questions: Embedder
    """What triage reads with."""
    desk: Desk
    warm: Callable[[], Awaitable[None]]
    """Loads models and indexes ahead of the first question; safe to run beside everything else."""


async def build_desk(
    settings: Settings, *, clock: Clock | None = None, meanings: TokenEmbedder | None = None, serves: bool = True
) -> Parts:
    """Make what answers questions. On SQLite its file is brought up to date first. Raises Misconfigured.

    `meanings` embeds sentences in context, where several desks of a process share what has been read. One that `serves`
    makes live what its files and settings say; a command at the terminal answers as what is live.
    """
    clock = clock or SystemClock()
    said = read_files(settings)
    time = team_time(settings, clock)
    mailer = digest_mailer(settings, clock)
    words = StaticEmbedder()  # neither is loaded before its first use
    meanings = meanings or RememberingTokenEmbedder(MiniLmEmbedder(), kept=_SHARED)
    embedder, reranker = search_embedder(settings, words, meanings), search_reranker(settings)
    engine = await _open_database(settings)
    store = open_store(engine, settings.core.workspace, now=clock.now)
    questions = question_embedder(meanings, words)
    program = Program(
        settings=settings,
        words=words,
        meanings=meanings,
        questions=questions,
        guardrails=find("bot.guardrails", "GUARDRAIL", Guardrail),
        calibration=LearnedCalibration(store.reviews, clock),
        search=" ".join(each.name for each in (embedder, reranker) if each is not None),
        books=(store, clock),
    )
    workflows = StoredWorkflows(store, clock, Maker(program))
    await (start_release if serves else visited_release)(store, said, program.code, clock.now())
    retriever = HybridRetriever(store.articles, store.releases, embedder, reranker=reranker)
    library = Library(store.articles, store.releases, embedder, clock, log=store.policy_log)
    precedents = PrecedentIndex(store.precedents, store.releases, questions)
    desk = Desk(
        clock=clock,
        policy=_policy(settings, time),
        store=store,
        workflows=workflows,
        retriever=retriever,
        knowledge=library,
        platforms={},
        surfaces={},
        people=Nobody(),
        runtime=Idle(),
        questions=questions,
        teacher=TaxonomyTeacher(),
        learner=TaxonomyLearner(questions, phone_region=settings.desk.region.upper() or None),
        topics=EmbeddedTopics(questions),
        precedents=precedents,
        judge=model_judge(settings, (store, clock)),
        on_call=time.on_call,
        mailer=mailer,
    )
    warm = _warming(settings.core.cache / "questions.npz", questions, workflows, retriever, precedents, store.cases)
    return Parts(settings, clock, engine, library, retriever, questions, desk, warm)


def _warming(
    cache: Path,
    questions: RememberingEmbedder,
    workflows: StoredWorkflows,
    retriever: HybridRetriever,
    precedents: PrecedentIndex,
    cases: Cases,
) -> Callable[[], Awaitable[None]]:
    def learn(known: Sequence[EvalCase]) -> None:
        questions.embed([asked(case) for case in known])  # whoever captures a thread is shown those that ask the same
        questions.keep(cache)

    async def warm() -> None:
        await asyncio.to_thread(questions.recall, cache)
        await workflows.warm()
        await precedents.warm()
        await asyncio.to_thread(learn, await cases.all())
        await retriever.warm()

    return warm


async def _open_database(settings: Settings) -> Engine:
    url = settings.core.store_url
    if url.startswith("sqlite"):  # one process owns the file, so it may bring it up to date
        await asyncio.to_thread(upgrade, url)
    engine = create_engine(url)
    await check(engine)
    return engine


def home_room(settings: Settings) -> str:
    """The room for what belongs to no other: the one that the settings name, else the first watched one."""
    rooms = (settings.slack.home_room, settings.teams.home_room, *settings.slack.rooms, *settings.teams.rooms)
    return next(filter(None, rooms), "")


def _policy(settings: Settings, time: TeamTime) -> Policy:
    return Policy(
        rooms=settings.slack.rooms + settings.teams.rooms,
        relay_bots=frozenset(settings.slack.relay_bots),
        home_room=home_room(settings),
        burst_seconds=settings.desk.burst_seconds,
        retry_seconds=settings.desk.retry_seconds,
        owners=dict(settings.desk.owners),
        precedent_days=settings.desk.precedent_days,
        calendar=time.calendar,
        oncall_room=settings.oncall.room,
        quiet=time.quiet,
        alerts=settings.alerts.mode == "on",
        repage_minutes=settings.alerts.repage_minutes,
        managers_room=settings.digest.room,
        digest=time.digest,
        mail_to=settings.digest.mail_to,
        sample=time.sample,
    )
