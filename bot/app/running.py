"""The whole product: `build` connects the parts to Slack and to customers' systems, `App` starts and stops them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version

from aiohttp import web

from bot.app.chat import Chat, connect_chat
from bot.app.paging import pagers
from bot.app.parts import Parts, build_desk
from bot.app.slack import Slack
from bot.discovery import find
from bot.platforms.slack import aiohttp_handler, build_bolt, start_socket_mode
from bot.ports import Clock, Desk, Surface, TokenEmbedder
from bot.runtime.durable import DurableRuntime, Workflow
from bot.runtime.scheduler import Scheduler
from bot.settings import Settings, Webhook
from bot.storage.engine import Engine
from bot.surfaces.schema import openapi
from bot.surfaces.thread import ThreadSurface
from bot.surfaces.webhook import WebhookSurface
from bot.web.server import Handler, create_server
from bot.workflows import answer, fix, new_topics, paging, radar, receive, review, showing, topics
from bot.workflows.holding.approval import show_holding
from bot.workflows.holding.sending import send_holding
from evals.digest.weekly import send_digest, weekly_digest
from evals.escaped import find_escape
from evals.learning import learn
from evals.qa.showing import show_sample
from evals.qa.weekly import draw_sample
from evals.release import rehearse_fix, release_fix
from evals.spikes.showing import page_alert, show_alert
from evals.topic_release import teach_topic
from evals.trying import try_case
from handlers import escalations, jobs
from handlers.commands import CommandPlugin
from handlers.dispatch import Dispatcher
from knowledge.library import Library

WORKFLOWS: Mapping[str, Workflow] = {
    "show": showing.show_again,
    "propose": answer.propose,
    "resolve": review.resolve,
    "again": review.again,
    "withdraw": receive.withdraw,
    "try_case": try_case,
    "find_escape": find_escape,
    "show_fix": fix.show_fix,
    "rehearse_fix": rehearse_fix,
    "release_fix": release_fix,
    "propose_topics": new_topics.propose_topics,
    "show_topic": topics.show_topic,
    "teach_topic": teach_topic,
    "learn": learn,
    "ping_owners": radar.ping_owners,
    "weekly_digest": weekly_digest,
    "send_digest": send_digest,
    "draw_sample": draw_sample,
    "show_sample": show_sample,
    "show_alert": show_alert,
    "page_alert": page_alert,
    "tell_pager": paging.tell_pager,
    "show_holding": show_holding,
    "send_holding": send_holding,
}
PROMPT = ("resolve", "show_alert", "page_alert", "tell_pager", "show_holding", "send_holding")
"""What somebody waits for: it goes ahead while thousands of drafts are being written."""


@dataclass
class App:
    """The running product: its parts, and what to call to start and to stop them."""

    settings: Settings
    engine: Engine
    desk: Desk
    library: Library
    warm: Callable[[], Awaitable[None]]
    starters: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    closers: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    """Called last one first, so that nothing is closed before what uses it."""
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


async def build(
    settings: Settings, *, clock: Clock | None = None, role: str = "all", meanings: TokenEmbedder | None = None
) -> App:
    """Make the whole product, connected to the platforms that are set up. Raises Misconfigured.

    `role` is what this process does in a deployment of several: "all", "web", "worker" or "clock". `meanings` is as in
    `build_desk`.
    """
    parts = await build_desk(settings, clock=clock, meanings=meanings)
    runtime = DurableRuntime(
        settings.core.engine_url,
        WORKFLOWS,
        parts.clock,
        role=role,
        executor=settings.core.process or role,
        prompt=PROMPT,
    )
    chat = await connect_chat(settings, parts.desk)
    webhook = _webhook(settings.webhook, parts.clock) if settings.webhook.present else None
    woken = pagers(settings, parts.clock)
    desk = replace(_connected(parts, runtime, chat, webhook), pagers=woken)
    app = App(settings, parts.engine, desk, parts.library, parts.warm)
    app.starters.append(lambda: runtime.launch(desk))
    app.closers += [edge.close for edge in (*woken, webhook, runtime, chat, desk.judge) if edge is not None]
    dispatcher = Dispatcher(desk, find("handlers.commands", "COMMAND", CommandPlugin))
    if role in ("all", "web"):
        _open_doors(app, dispatcher, chat, runtime)
    if role in ("all", "clock"):
        _ring_the_clock(app, dispatcher)
    return app


def _webhook(section: Webhook, clock: Clock) -> WebhookSurface:
    return WebhookSurface(
        [secret.get_secret_value() for secret in section.secrets],
        clock,
        reply_secret=section.reply_secret.get_secret_value(),
        reply_hosts=section.reply_hosts,
        timeout_seconds=section.timeout_seconds,
    )


def _connected(parts: Parts, runtime: DurableRuntime, chat: Chat | None, webhook: WebhookSurface | None) -> Desk:
    """The desk with its edges: where the team works, where customers are, and what runs workflows."""
    desk = replace(parts.desk, runtime=runtime)
    surfaces: dict[str, Surface] = {webhook.name: webhook} if webhook is not None else {}
    if chat is None:
        return replace(desk, surfaces=surfaces)
    desk = chat.joined(desk)
    threads = {name: ThreadSurface(platform, parts.clock) for name, platform in desk.platforms.items()}
    return replace(desk, surfaces=surfaces | threads)


def _open_doors(app: App, dispatcher: Dispatcher, chat: Chat | None, runtime: DurableRuntime) -> None:
    """Make the HTTP server with the doors of the platforms, and Socket Mode where that is how Slack reaches us."""

    async def request(surface: str, headers: Mapping[str, str], body: bytes) -> str:
        return await escalations.request(app.desk, surface, headers, body)

    async def ready() -> None:
        await app.desk.store.releases.live("knowledge")

    doors: dict[str, Handler] = {}
    if chat and chat.slack and (slack := _slack_door(app, dispatcher, chat.slack)):
        doors["/slack/events"] = slack
    if chat and chat.teams_platform:
        from bot.app.teams import teams_door

        bot, doors["/teams/messages"] = teams_door(app.settings, app.desk, dispatcher, chat.teams_platform)
        app.closers.append(bot.close)
    urgent = {path: _urgent(runtime, door) for path, door in doors.items()}
    app.server = create_server(receive=request, ready=ready, openapi=openapi(version("ratchet")), doors=urgent)
    app.starters.append(dispatcher.sweep)
    app.closers.append(dispatcher.close)


def _slack_door(app: App, dispatcher: Dispatcher, slack: Slack) -> Handler | None:
    """What Slack's deliveries are answered by; None where they come by Socket Mode alone."""
    section = app.settings.slack
    bolt = build_bolt(slack.client, section.signing_secret.get_secret_value(), dispatcher, slack.platform)
    if section.app_token.get_secret_value():

        async def connect() -> None:
            connection = await start_socket_mode(bolt, section.app_token.get_secret_value(), slack.client)
            app.closers.append(connection.close)

        app.starters.append(connect)
    if not section.signing_secret.get_secret_value():
        return None
    return aiohttp_handler(bolt, section.signing_secret.get_secret_value())


def _urgent(runtime: DurableRuntime, door: Handler) -> Handler:
    """The same door; acknowledging what comes in goes before all other work of this process."""

    async def acknowledge(request: web.Request) -> web.StreamResponse:
        with runtime.urgent():
            return await door(request)

    return acknowledge


def _ring_the_clock(app: App, dispatcher: Dispatcher) -> None:
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
