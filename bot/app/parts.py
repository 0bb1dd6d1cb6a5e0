"""What answers questions, connected to nothing outside: store, knowledge, triage, drafter, guardrails."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.app.searching import search_embedder, search_reranker
from bot.discovery import find
from bot.domain.article import Release
from bot.domain.chat import Person, Role
from bot.domain.fix import PolicyChange
from bot.domain.quality import EvalCase
from bot.llm.fallback import WithFallback
from bot.llm.offline.drafter import OfflineDrafter
from bot.llm.remembering import Memory
from bot.llm.request import load_prompt, prompt_version
from bot.llm.spending import Budget, Limits, Prices
from bot.llm.voice import Voice, load_voice
from bot.ports import Cases, Clock, Desk, Drafter, Embedder, Guardrail, Policy, Store, TokenEmbedder
from bot.settings import Settings
from bot.storage.engine import Engine, create_engine
from bot.storage.migrate import check, upgrade
from bot.storage.store import open_store
from bot.triage.embedding import question_embedder
from bot.triage.taxonomy import load_taxonomy, load_tone
from bot.triage.teacher import TaxonomyTeacher
from bot.triage.topics import EmbeddedTopics
from bot.triage.triage import TaxonomyTriager
from bot.workflows.likeness import asked
from evals.recalibration import LearnedCalibration
from knowledge.embeddings.minilm import MiniLmEmbedder
from knowledge.embeddings.remembering import RememberingEmbedder, RememberingTokenEmbedder
from knowledge.embeddings.static import StaticEmbedder
from knowledge.library import Library
from knowledge.retriever import HybridRetriever

if TYPE_CHECKING:
    from bot.llm.openai.drafting import OpenAIDrafter


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


async def build_desk(settings: Settings, *, clock: Clock | None = None, meanings: TokenEmbedder | None = None) -> Parts:
    """Make what answers questions. On SQLite its file is brought up to date first. Raises Misconfigured.

    `meanings` embeds sentences in context, where several desks of a process share what has been read.
    """
    clock = clock or SystemClock()
    taxonomy, tone = load_taxonomy(settings.desk.taxonomy), load_tone(settings.desk.tone)
    voice = load_voice(settings.desk.voice)
    guardrails = find("bot.guardrails", "GUARDRAIL", Guardrail)
    words = StaticEmbedder()  # neither is loaded before its first use
    meanings = meanings or RememberingTokenEmbedder(MiniLmEmbedder(), kept=_SHARED)
    embedder, reranker = search_embedder(settings, words, meanings), search_reranker(settings)
    engine = await _open_database(settings)
    store = open_store(engine, settings.core.workspace, now=clock.now)
    drafter, drafter_hash = _drafter(settings, voice, OfflineDrafter(words, meanings, voice), (store, clock))
    manifest = {
        "taxonomy": taxonomy.hash,
        "tone": tone.hash,
        "voice": _hash(settings.desk.voice.read_text(encoding="utf-8")),
        "drafter": drafter_hash,
        "guardrails": _hash(",".join(guardrail.name for guardrail in guardrails)),
        "search": _hash(f"{embedder.name} {reranker.name if reranker else ''}"),
    }
    release = await _workflow_release(store, manifest, clock.now())
    questions = question_embedder(meanings, words)
    triager = TaxonomyTriager(taxonomy, tone, questions, phone_region=settings.desk.region.upper() or None)
    retriever = HybridRetriever(store.articles, store.releases, embedder, reranker=reranker)
    library = Library(store.articles, store.releases, embedder, clock, log=store.policy_log)
    desk = Desk(
        clock=clock,
        policy=_policy(settings, voice),
        store=store,
        triager=triager,
        retriever=retriever,
        knowledge=library,
        drafter=drafter,
        guardrails=guardrails,
        calibration=LearnedCalibration(store.reviews, clock),
        platforms={},
        surfaces={},
        people=Nobody(),
        runtime=Idle(),
        questions=questions,
        teacher=TaxonomyTeacher(),
        topics=EmbeddedTopics(questions),
        workflow_release=release.number,
    )
    warm = _warming(settings.core.cache / "questions.npz", questions, triager, retriever, store.cases)
    return Parts(settings, clock, engine, library, retriever, questions, desk, warm)


def _warming(
    cache: Path, questions: RememberingEmbedder, triager: TaxonomyTriager, retriever: HybridRetriever, cases: Cases
) -> Callable[[], Awaitable[None]]:
    def learn(known: Sequence[EvalCase]) -> None:
        questions.recall(cache)
        triager.warm()
        questions.embed([asked(case) for case in known])  # whoever captures a thread is shown those that ask the same
        questions.keep(cache)

    async def warm() -> None:
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


async def _workflow_release(store: Store, manifest: Mapping[str, str], now: datetime) -> Release:
    """The release of what this process answers with; a new one is told to the policy log, part by part."""
    before = await store.releases.live("workflow")
    release, is_new = await store.releases.publish("workflow", manifest, reason="Start-up", at=now)
    changed = [part for part in manifest if before.manifest.get(part) != manifest[part]] if is_new else []
    lines = (
        PolicyChange(
            id=f"workflow:{release.number}:{part}",
            at=now,
            kind="taxonomy" if part == "taxonomy" else "workflow",
            subject=part,
            why=f"Start-up with other settings or another version ({release.label})",
            before=before.manifest.get(part, ""),
            after=manifest[part],
        )
        for part in changed
    )
    await store.policy_log.add(*lines)
    return release


def _policy(settings: Settings, voice: Voice) -> Policy:
    return Policy(
        rooms=settings.slack.rooms,
        relay_bots=frozenset(settings.slack.relay_bots),
        home_room=settings.slack.home_room or next(iter(settings.slack.rooms), ""),
        burst_seconds=settings.desk.burst_seconds,
        retry_seconds=settings.desk.retry_seconds,
        allowed_hosts=voice.allowed_hosts,
        banned_phrases=voice.banned_phrases,
    )


def _drafter(
    settings: Settings, voice: Voice, offline: OfflineDrafter, books: tuple[Store, Clock]
) -> tuple[Drafter, str]:
    """The drafter, and what names all that shapes what it writes: the prompt's version, and a hash."""
    if not settings.openai.present:
        return offline, _hash(f"{offline.name} {offline.version}")
    prompt = load_prompt()
    shaped_by = f"prompt {prompt_version(prompt)} {_hash(f'{settings.openai.model} {prompt}')}"
    return WithFallback(model_drafter(settings, voice, books), offline), shaped_by


def model_drafter(settings: Settings, voice: Voice, books: tuple[Store, Clock] | None = None) -> "OpenAIDrafter":
    """The drafter of the OpenAI section; without books to keep it in, nothing of what it spends and replies is kept."""
    from bot.llm.openai.calling import Endpoint  # 1.3 s, which installations without a model need not wait for
    from bot.llm.openai.drafting import OpenAIDrafter

    section = settings.openai
    endpoint = Endpoint(
        section.api_key.get_secret_value(),
        section.model,
        base_url=section.base_url,
        deadline_seconds=section.deadline_seconds,
        max_retries=section.max_retries,
    )
    store, clock = books or (None, None)
    return OpenAIDrafter(
        endpoint,
        first_words_seconds=section.first_words_seconds,
        output_tokens=section.output_tokens,
        voice=voice,
        budget=Budget(
            Prices(section.input_price, section.output_price, section.currency),
            Limits(section.daily_budget, dict(section.room_budgets)),
            books=(store.ledger, clock) if store and clock else None,
        ),
        memory=Memory(store.replies, clock, days=section.cache_days) if store and clock else None,
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
