"""Composition: the only module that names concrete classes. `build` makes the parts, `App` starts and stops them."""

import asyncio
import hashlib
import importlib.resources
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web

from bot.discovery import find
from bot.domain.chat import Person, Role
from bot.domain.errors import RatchetError
from bot.ports import Clock, Desk, Drafter, Embedder, Guardrail, Policy, Surface
from bot.settings import Settings
from bot.storage.engine import Engine
from knowledge.library import Library
from knowledge.retriever import HybridRetriever

if TYPE_CHECKING:
    from bot.llm.openai import OpenAIDrafter
    from bot.llm.voice import Voice

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
    warm: Callable[[], Awaitable[None]]
    starters: list[Callable[[], Awaitable[Any]]] = field(default_factory=list)
    closers: list[Callable[[], Awaitable[Any]]] = field(default_factory=list)
    server: web.Application | None = None
    jobs: Mapping[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    """What happens by the clock, by name."""

    async def start(self) -> None:
        for starter in self.starters:
            await starter()

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
    library: Library
    retriever: HybridRetriever
    desk: Desk
    warm: Callable[[], Awaitable[None]]
    """Loads models and indexes ahead of the first question; safe to run beside everything else."""


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
        "voice": _hash(settings.desk.voice.read_text(encoding="utf-8")),
        "drafter": drafter_hash,
        "guardrails": _hash(",".join(guardrail.name for guardrail in _guardrails())),
    }
    release, _ = await store.releases.publish("workflow", manifest, reason="Start-up", at=clock.now())
    desk = Desk(
        clock=clock,
        policy=_policy(settings, voice),
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

    async def warm() -> None:
        await asyncio.to_thread(triager.warm)
        await retriever.warm()

    return Parts(settings, clock, engine, library, retriever, desk, warm)


def _guardrails() -> tuple[Guardrail, ...]:
    return find("bot.guardrails", "GUARDRAIL", Guardrail)


def _policy(settings: Settings, voice: "Voice") -> Policy:
    return Policy(
        rooms=settings.slack.rooms,
        relay_bots=frozenset(settings.slack.relay_bots),
        default_room=settings.slack.home_room or next(iter(settings.slack.rooms), ""),
        burst_seconds=settings.desk.burst_seconds,
        delivery_delays=settings.desk.retry_seconds,
        allowed_hosts=voice.allowed_hosts,
        banned_phrases=voice.banned_phrases,
    )


def _drafter(settings: Settings, voice: "Voice", embedder: Embedder) -> tuple[Drafter, str]:
    """The drafter, and the hash of all that shapes what it writes."""
    from bot.llm.offline import OfflineDrafter

    offline = OfflineDrafter(embedder, voice)
    if not settings.openai.present:
        return offline, _hash(offline.name)
    from bot.llm.fallback import WithFallback

    prompt = importlib.resources.files("bot.llm.prompts").joinpath("draft.md").read_text(encoding="utf-8")
    return WithFallback(model_drafter(settings, voice), offline), _hash(f"{settings.openai.model}\n{prompt}")


def model_drafter(settings: Settings, voice: "Voice") -> "OpenAIDrafter":
    """The drafter of the OpenAI section."""
    from bot.llm.openai import OpenAIDrafter

    section = settings.openai
    return OpenAIDrafter(
        api_key=section.api_key.get_secret_value(),
        model=section.model,
        base_url=section.base_url,
        deadline_seconds=section.deadline_seconds,
        max_retries=section.max_retries,
        voice=voice,
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


async def build(settings: Settings, *, clock: Clock | None = None, role: str = "all") -> App:
    """Make the whole product, connected to Slack where it is set up. Raises Misconfigured.

    `role` is what this process does in a deployment of several: "all", "web", "worker" or "clock".
    """
    from bot.runtime.durable import DurableRuntime
    from handlers.commands import CommandPlugin
    from handlers.dispatch import Dispatcher

    parts = await build_desk(settings, clock=clock)
    runtime = DurableRuntime(
        settings.core.engine_url, _workflows(), parts.clock, role=role, executor=settings.core.process or role
    )
    slack = await connect_slack(settings, parts.desk) if settings.slack.present else None
    desk = replace(parts.desk, runtime=runtime)
    if slack is not None:
        desk = replace(desk, platforms={"slack": slack.platform}, people=slack.people)
    app = App(settings, parts.engine, desk, parts.library, parts.warm)
    app.desk = desk = replace(desk, surfaces=_surfaces(app, desk))
    dispatcher = Dispatcher(desk, find("handlers.commands", "COMMAND", CommandPlugin))
    app.starters.append(lambda: runtime.launch(desk))
    app.closers.append(runtime.close)
    if slack is not None:
        app.closers.append(slack.close)
    if role in ("all", "web"):
        await _open_doors(app, dispatcher, slack, runtime)
    if role in ("all", "clock"):
        _ring_the_clock(app, dispatcher)
    return app


def _workflows() -> dict[str, Any]:
    from bot.workflows import answer, receive, review, showing

    return {
        "show": showing.show_again,
        "propose": answer.propose,
        "resolve": review.resolve,
        "again": review.again,
        "withdraw": receive.withdraw,
    }


def _surfaces(app: App, desk: Desk) -> dict[str, Surface]:
    from bot.surfaces.thread import ThreadSurface
    from bot.surfaces.webhook import WebhookSurface

    surfaces: dict[str, Surface] = {
        platform.name: ThreadSurface(platform, desk.clock) for platform in desk.platforms.values()
    }
    section = app.settings.webhook
    if section.present:
        webhook = WebhookSurface(
            [secret.get_secret_value() for secret in section.secrets],
            desk.clock,
            reply_secret=section.reply_secret.get_secret_value(),
            reply_hosts=section.reply_hosts,
            timeout_seconds=section.timeout_seconds,
        )
        app.closers.append(webhook.close)
        surfaces[webhook.name] = webhook
    return surfaces


@dataclass(frozen=True, slots=True)
class Slack:
    """The Slack side: how to speak, and who may do what."""

    client: Any
    platform: Any
    people: Any
    session: aiohttp.ClientSession

    async def close(self) -> None:
        """Finish what was begun after acknowledgements, then close the connections."""
        await self.platform.close()
        await self.session.close()


async def connect_slack(settings: Settings, desk: Desk) -> Slack:
    """Ask Slack who we are and make the adapter. Raises DeliveryFailed when it refuses the token, or Unavailable."""
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.platforms.slack import SlackPeople, SlackPlatform, who_am_i

    section = settings.slack
    session = aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=30)
    )  # one for all calls: the SDK opens one each
    client = AsyncWebClient(token=section.bot_token.get_secret_value(), base_url=section.base_url, session=session)
    try:
        own = await who_am_i(client)
    except RatchetError:
        await session.close()
        raise
    per_second = 1 / section.pace_seconds if section.pace_seconds else 0.0
    platform = SlackPlatform(client, desk.store.outbox, desk.clock, own=own, per_second=per_second)
    roles = {Role.REP: section.reps, Role.SENIOR: section.seniors, Role.MANAGER: section.managers}
    return Slack(client, platform, SlackPeople(client, desk.clock, roles, team=own.team), session)


async def _open_doors(app: App, dispatcher: Any, slack: Slack | None, runtime: Any) -> None:
    """Make the HTTP server, and the Socket Mode connection where that is how Slack reaches us."""
    from bot.surfaces.schema import openapi
    from bot.web.server import create_server
    from handlers import escalations

    async def receive(surface: str, headers: Any, body: bytes) -> str:
        return await escalations.request(app.desk, surface, headers, body)

    async def ready() -> None:
        await app.desk.store.releases.live("knowledge")

    handler = None
    if slack is not None:
        handler = _slack_door(app, dispatcher, slack, runtime)
    app.server = create_server(receive=receive, ready=ready, openapi=openapi(VERSION), slack=handler)
    app.starters.append(dispatcher.sweep)
    app.closers.append(dispatcher.close)


def _slack_door(app: App, dispatcher: Any, slack: Slack, runtime: Any) -> Any:
    """What Slack's deliveries are answered by; acknowledging them goes before all other work of this process."""
    from bot.platforms.slack import aiohttp_handler, build_bolt, start_socket_mode

    section = app.settings.slack
    bolt = build_bolt(slack.client, section.signing_secret.get_secret_value(), dispatcher, slack.platform)
    if section.app_token.get_secret_value():

        async def connect() -> None:
            connection = await start_socket_mode(bolt, section.app_token.get_secret_value(), slack.client)
            app.closers.append(connection.close)

        app.starters.append(connect)
    if not section.signing_secret.get_secret_value():
        return None
    deliver = aiohttp_handler(bolt)

    async def acknowledge(request: web.Request) -> web.StreamResponse:
        with runtime.urgent():
            return await deliver(request)

    return acknowledge


def _ring_the_clock(app: App, dispatcher: Any) -> None:
    from bot.runtime.scheduler import Scheduler
    from handlers import jobs

    scheduler = Scheduler()
    table = jobs.table(app.desk, dispatcher)
    app.jobs = {job.name: job.run for job in table}
    for job in table:
        scheduler.add(job.name, job.cron, job.run)

    async def start() -> None:
        scheduler.start()

    async def close() -> None:
        scheduler.close()

    app.starters.append(start)
    app.closers.append(close)


def slack_manifest() -> str:
    """The Slack app manifest as YAML, made from the commands and events that the code handles."""
    import yaml

    from bot.platforms.slack import manifest
    from handlers.commands import CommandPlugin

    plugins = find("handlers.commands", "COMMAND", CommandPlugin)
    commands = {plugin.name: (plugin.help, plugin.usage) for plugin in plugins if plugin.slash}
    shortcuts = {plugin.name: (plugin.shortcut, plugin.help) for plugin in plugins if plugin.shortcut}
    head = "# The Slack app, made by `make manifest`. Replace ratchet.example.com by your own address;\n"
    head += "# for a pilot without a public address, set socket_mode_enabled to true and leave the URLs out.\n"
    return head + yaml.safe_dump(manifest(commands, shortcuts), sort_keys=False, allow_unicode=True, width=110)
