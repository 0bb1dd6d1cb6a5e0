"""The processes of bench-teams: `python -m tests.benchmarks.teams_peers bot|echo PORT STAND_IN FOLDER`."""

import asyncio
import sys
from pathlib import Path

from tests.benchmarks.peers import until_told
from tests.local import serving
from tests.teams import tokens
from tests.teams.company import company, teams_settings
from tests.teams.standin import StandIn

CHANNELS = ("Escalations", "support-orders", "support-billing", "Random")
"""Of the team that customers' questions are written in."""


async def bot(port: int, standin_url: str, folder: str) -> None:
    """The whole product with the sample knowledge, working in the stand-in that another process serves."""
    from bot.app.running import build
    from bot.settings import CONTENT

    where = StandIn(standin_url, company())  # never served here: only its addresses are read
    rooms = tuple(f"#Support/{name}" for name in CHANNELS)
    app = await build(teams_settings(where, Path(folder), port, teams={"rooms": rooms}))
    await app.library.import_folder(CONTENT / "articles")
    await app.start()
    await app.warm()
    if app.server is None:
        raise RuntimeError("the bot has no server")
    async with serving(app.server, port):
        await until_told()
    await app.close()


async def echo(port: int, standin_url: str, _: str) -> None:
    """A botbuilder bot that answers each invoke with its name, and does nothing else."""
    from aiohttp import web
    from botbuilder.core import ActivityHandler, InvokeResponse, TurnContext
    from botbuilder.core.cloud_adapter_base import CloudAdapterBase
    from botbuilder.schema import Activity
    from botframework.connector.auth import (
        AuthenticationConfiguration,
        BotFrameworkAuthenticationFactory,
        PasswordServiceClientCredentialFactory,
    )

    where = StandIn(standin_url, company())

    class Echo(ActivityHandler):  # type: ignore[misc]
        async def on_invoke_activity(self, turn_context: TurnContext) -> InvokeResponse:
            name = turn_context.activity.name
            said = {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": name}
            task = {"task": {"type": "message", "value": name}}
            return InvokeResponse(status=200, body=said if name == "adaptiveCard/action" else task)

    adapter = CloudAdapterBase(
        BotFrameworkAuthenticationFactory.create(
            to_channel_from_bot_login_url=f"{where.login_url}/botframework.com",
            to_channel_from_bot_oauth_scope="https://api.botframework.com",
            to_bot_from_channel_token_issuer=tokens.ISSUER,
            oauth_url=standin_url,
            to_bot_from_channel_open_id_metadata_url=where.openid_url,
            to_bot_from_emulator_open_id_metadata_url=where.openid_url,
            credential_factory=PasswordServiceClientCredentialFactory(tokens.APP_ID, tokens.APP_PASSWORD),
            auth_configuration=AuthenticationConfiguration(),
        )
    )
    handler = Echo()

    async def deliver(request: web.Request) -> web.Response:
        activity = Activity().deserialize(await request.json())
        answer = await adapter.process_activity(request.headers["Authorization"], activity, handler.on_turn)
        return web.json_response(answer.body, status=answer.status)

    server = web.Application()
    server.router.add_post("/teams/messages", deliver)
    async with serving(server, port):
        await until_told()


if __name__ == "__main__":
    role, port, other, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
    asyncio.run({"bot": bot, "echo": echo}[role](port, other, folder))
