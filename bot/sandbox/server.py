"""The sandbox put together: one object to mount in the bot's own web server or to serve by itself."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import web

from bot.sandbox import seed as seeding
from bot.sandbox.bench import Bench
from bot.sandbox.control import Control
from bot.sandbox.customers import Customers
from bot.sandbox.deliveries import Deliveries
from bot.sandbox.faults import Faults
from bot.sandbox.interactions import Interactions
from bot.sandbox.model import Clock, Json
from bot.sandbox.page_routes import Page
from bot.sandbox.response_urls import ResponseUrls
from bot.sandbox.speech import Speech
from bot.sandbox.transport import Transport
from bot.sandbox.web_api import WebApi
from bot.sandbox.workspace import Workspace


@dataclass(kw_only=True)
class Sandbox:
    """A local stand-in for a Slack workspace with one app in it: the bot at `bot_url`.

    It promises the bot Slack's wire (Web API, signed events, interactions, commands, response_url, uploads), a person
    a page to use it at `/sandbox`, and a program a control API at `/sandbox/control`. Mount `routes()` in an existing
    server and call `start` and `close`, or serve `app()`, which does both. All addresses it gives out begin with
    `base_url`.
    """

    signing_secret: str = field(repr=False)
    bot_token: str = field(repr=False)
    webhook_secret: str = field(repr=False)  # whsec_ and base64, for both directions
    bot_url: str  # the bot's base address, such as http://127.0.0.1:3000
    base_url: str  # this server's own
    slack_path: str = "/slack/events"
    webhook_path: str = "/surfaces/webhook"
    retry_delays: Sequence[float] = (0.0, 1.0, 5.0)  # seconds; Slack itself waits 0, 60 and 300
    ack_seconds: float = 3.0
    clock: Clock = field(default=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self.base_url = self.base_url.rstrip("/")
        bot_url = self.bot_url.rstrip("/")
        self.workspace = Workspace(self.clock)
        self.faults = Faults()
        self.transport = Transport(bot_url + self.slack_path, self.signing_secret, self.ack_seconds)
        self.deliveries = Deliveries(self.workspace, self.transport, self.retry_delays)
        replies = ResponseUrls(self.workspace, self.base_url)
        self.web_api = WebApi(self.workspace, self.base_url, self.bot_token, self.faults, replies)
        self.interactions = Interactions(self.workspace, self.transport, replies)
        self.speech = Speech(self.workspace, self.base_url)
        webhook_url = bot_url + self.webhook_path
        self.customers = Customers(self.workspace, self.transport, webhook_url, self.webhook_secret, self.faults)
        self.customers.reply_url = f"{self.base_url}/customers/replies"
        self.page = Page(self.workspace, self.customers)

    def seed(self, company: Json) -> None:
        """Furnish the workspace (see `bot.sandbox.seed`); seeded history is not delivered as news."""
        self.deliveries.muted = True
        seeding.furnish(self.workspace, self.speech, company)
        self.deliveries.muted = False
        self.customers.people = list(company.get("customers", self.customers.people))

    def routes(self) -> list[web.RouteDef]:
        """Give every route, to mount in the bot's own server."""
        bench = Bench(
            self.workspace, self.speech, self.interactions, self.deliveries, self.transport, self.customers,
            self.faults, self.web_api,
        )  # fmt: skip
        return [*self.web_api.routes(), *self.customers.routes(), *self.page.routes(), *Control(bench).routes()]

    def app(self) -> web.Application:
        """Make a server of its own that starts and closes the sandbox with itself."""
        application = web.Application(client_max_size=32 * 1024 * 1024)
        application.add_routes(self.routes())
        application.on_startup.append(_ignoring_app(self.start))
        application.on_shutdown.append(_ignoring_app(self.close))
        return application

    async def start(self) -> None:
        """Be ready to deliver; call it inside the running loop."""
        await self.transport.start()

    async def close(self) -> None:
        """Stop delivering and end the page's open streams; call it before the server waits for its connections."""
        self.page.close()
        await self.transport.close()


def _ignoring_app(step: Callable[[], Awaitable[None]]) -> Callable[[web.Application], Awaitable[None]]:
    async def run(_: web.Application) -> None:
        await step()

    return run
