"""Composition: the only module that names concrete classes. `build` makes the parts, `App` starts and stops them."""

import asyncio
import hashlib
import importlib.resources
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bot.discovery import find
from bot.domain.chat import Person, Role
from bot.domain.errors import Misconfigured
from bot.ports import Clock, Desk, Drafter, Embedder, Guardrail, People, Platform, Policy, Runtime, Surface
from bot.settings import Settings
from bot.storage.engine import Engine
from knowledge.library import Library
from knowledge.retriever import HybridRetriever

log = logging.getLogger(__name__)

VERSION = "0.1.0"


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


@dataclass
class App:
    """The running product: its parts, and what to call to start and to stop them."""

    settings: Settings
    engine: Engine
    desk: Desk
    library: Library
    retriever: HybridRetriever
    warmers: list[Callable[[], Any]] = field(default_factory=list)
    starters: list[Callable[[], Awaitable[Any]]] = field(default_factory=list)
    closers: list[Callable[[], Awaitable[Any]]] = field(default_factory=list)
    server: web.Application | None = None

    async def start(self) -> None:
        for starter in self.starters:
            await starter()

    async def warm(self) -> None:
        """Load models and indexes ahead of the first question; safe to run beside everything else."""
        for warmer in self.warmers:
            await asyncio.to_thread(warmer)
        await self.retriever.warm()

    async def close(self) -> None:
        for closer in reversed(self.closers):
            await closer()
        await self.engine.close()


@dataclass(frozen=True, slots=True)
class Parts:
    """What answering needs, before anything is connected to the outside."""

    settings: Settings
    clock: Clock
    engine: Engine
    embedder: Embedder
    library: Library
    retriever: HybridRetriever
    desk: Desk
    warmers: tuple[Callable[[], Any], ...]


async def build_desk(settings: Settings, *, clock: Clock | None = None) -> Parts:
    """Make what answers questions: store, knowledge, triage, drafter, guardrails. Raises Misconfigured."""
    from bot.llm.voice import load_voice
    from bot.storage.engine import create_engine
    from bot.storage.migrate import check, upgrade
    from bot.storage.store import open_store
    from bot.triage.taxonomy import load_taxonomy, load_tone
    from bot.triage.triage import TaxonomyTriager
    from knowledge.embeddings import StaticEmbedder

    clock = clock or SystemClock()
    taxonomy, tone = load_taxonomy(settings.desk.taxonomy), load_tone(settings.desk.tone)
    voice = load_voice(settings.desk.voice)
    if settings.core.store_url.startswith("sqlite"):  # one process owns the file, so it may bring it up to date
        await asyncio.to_thread(upgrade, settings.core.store_url)
    engine = create_engine(settings.core.store_url)
    await check(engine)
    store = open_store(engine, settings.core.workspace, now=clock.now)
    embedder = StaticEmbedder()
    retriever = HybridRetriever(store.articles, store.releases, embedder)
    triager = TaxonomyTriager(taxonomy, tone, embedder)
    drafter, drafter_hash = _drafter(settings, voice, embedder)
    manifest = {
        "taxonomy": taxonomy.hash,
        "tone": tone.hash,
        "voice": _hash(repr(voice)),
        "drafter": drafter_hash,
        "guardrails": _hash(",".join(guardrail.name for guardrail in _guardrails())),
    }
    release, _ = await store.releases.publish("workflow", manifest, reason="Start-up", at=clock.now())
    desk = Desk(
        clock=clock,
        policy=_policy(settings, voice.allowed_hosts),
        store=store,
        triager=triager,
        retriever=retriever,
        drafter=drafter,
        guardrails=_guardrails(),
        platforms={},
        surfaces={},
        people=Nobody(),
        runtime=Idle(),
        workflow_release=release.number,
    )
    library = Library(store.articles, store.releases, embedder, clock)
    return Parts(settings, clock, engine, embedder, library, retriever, desk, (triager.warm,))


def _guardrails() -> tuple[Guardrail, ...]:
    return find("bot.guardrails", "GUARDRAIL", Guardrail)


def _policy(settings: Settings, allowed_hosts: frozenset[str]) -> Policy:
    return Policy(
        rooms=settings.slack.rooms,
        relay_bots=frozenset(settings.slack.relay_bots),
        default_room=settings.slack.home_room or next(iter(settings.slack.rooms), ""),
        burst_seconds=settings.desk.burst_seconds,
        allowed_hosts=allowed_hosts,
        public_url=settings.core.public_url,
    )


def _drafter(settings: Settings, voice: Any, embedder: Embedder) -> tuple[Drafter, str]:
    """The drafter, and the hash of all that shapes what it writes."""
    from bot.llm.offline import OfflineDrafter

    offline = OfflineDrafter(embedder, voice)
    if not settings.openai.present:
        return offline, _hash(offline.name)
    from bot.llm.fallback import WithFallback
    from bot.llm.openai import OpenAIDrafter

    model = OpenAIDrafter(
        api_key=settings.openai.api_key.get_secret_value(),
        model=settings.openai.model,
        base_url=settings.openai.base_url,
        deadline_seconds=settings.openai.deadline_seconds,
        max_retries=settings.openai.max_retries,
        voice=voice,
    )
    prompt = importlib.resources.files("bot.llm.prompts").joinpath("draft.md").read_text(encoding="utf-8")
    return WithFallback(model, offline), _hash(f"{settings.openai.model}\n{prompt}")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


async def build(settings: Settings, *, clock: Clock | None = None, role: str = "all") -> App:
    """Make the whole product, connected to Slack where it is set up. Raises Misconfigured.

    `role` is what this process does in a deployment of several: "all", "web", "worker" or "clock".
    """
    from dataclasses import replace

    from bot.runtime.durable import DurableRuntime
    from bot.surfaces.schema import openapi
    from bot.web.server import create_server
    from bot.workflows import answer, receive, review
    from handlers import escalations, jobs
    from handlers.commands import CommandPlugin
    from handlers.dispatch import Dispatcher

    parts = await build_desk(settings, clock=clock)
    runtime = DurableRuntime(
        settings.core.engine_url,
        {
            "propose": answer.propose,
            "resolve": review.resolve,
            "again": review.again,
            "withdraw": receive.withdraw,
        },
        parts.clock,
        role=role,
        executor=settings.core.process or role,
    )
    desk = replace(parts.desk, runtime=runtime)
    app = App(settings, parts.engine, desk, parts.library, parts.retriever, list(parts.warmers))
    slack = await _slack(app) if settings.slack.present else None
    if slack is not None:
        desk = replace(desk, platforms={"slack": slack.platform}, people=slack.people)
    app.desk = desk = replace(desk, surfaces=_surfaces(app, desk))
    dispatcher = Dispatcher(desk, find("handlers.commands", "COMMAND", CommandPlugin))

    async def ready() -> None:
        await desk.store.releases.live("knowledge")

    async def received(surface: str, headers: Any, body: bytes) -> str:
        return await escalations.request(desk, surface, headers, body)

    if role in ("all", "web"):
        handler = slack.listen(dispatcher, runtime) if slack else None
        app.server = create_server(receive=received, ready=ready, openapi=openapi(VERSION), slack=handler)
    app.starters.append(lambda: runtime.launch(desk))
    app.closers.append(runtime.close)
    if role in ("all", "web"):
        app.starters.append(dispatcher.sweep)
        app.closers.append(dispatcher.close)
    if role in ("all", "clock"):
        _schedule(app, jobs.table(dispatcher))
    return app
