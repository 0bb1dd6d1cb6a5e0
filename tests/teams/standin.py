"""A stand-in for Microsoft Teams on this machine, in the wire formats that a bot meets: the Bot Connector, the login
server, the keys that deliveries are signed with, and Microsoft Graph."""

from aiohttp import web

from tests.teams import tokens
from tests.teams.connector import Connector
from tests.teams.faults import Fault, Faults
from tests.teams.graph import Graph
from tests.teams.tokens import Login
from tests.teams.world import World


class StandIn:
    """Everything of Microsoft's that a bot talks to. `world` is what is there; `problems` what a bot did wrong."""

    def __init__(self, base: str, world: World) -> None:
        self.base = base
        self.world = world
        self.login = Login()
        self.faults = Faults()
        self.connector = Connector(world, self.login, self.faults)
        self.graph = Graph(world, self.login, self.faults, base)

    @property
    def service_url(self) -> str:
        """Where the bot sends what it says."""
        return f"{self.base}/teams/"

    @property
    def login_url(self) -> str:
        return f"{self.base}/login"

    @property
    def openid_url(self) -> str:
        return f"{self.base}/openid/.well-known/openidconfiguration"

    @property
    def graph_url(self) -> str:
        return f"{self.base}/graph/v1.0"

    @property
    def problems(self) -> list[str]:
        return self.connector.problems

    def plan(self, kind: str, **how: object) -> Fault:
        """Let something go wrong: "send", "update", "delete", "create", "members", "member", "team", "channels",
        "graph" or "token"; how, is told as `Fault` says."""
        fault = Fault(kind, **how)  # type: ignore[arg-type]
        self.faults.plan(fault)
        return fault

    def app(self) -> web.Application:
        """All of it, to be served at `base`."""

        async def token(request: web.Request) -> web.StreamResponse:
            return await self.faults.around("token", "", request, self.login.token)

        application = web.Application(client_max_size=32 * 1024 * 1024)
        application.router.add_post("/login/{tenant}/oauth2/v2.0/token", token)
        application.add_routes(tokens.openid(self.base))
        application.add_routes(self.connector.routes())
        application.add_routes(self.graph.routes())
        return application
