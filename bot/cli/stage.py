"""What the demo runs on: a furnished sandbox, the bot in it with the sample knowledge, and hands that play."""

import asyncio
import base64
import contextlib
import hashlib
import logging
import os
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from bot.app.running import App
    from bot.ports import Clock
    from bot.sandbox.play import Player
    from bot.sandbox.script import Script
    from bot.sandbox.server import Sandbox
    from bot.settings import Settings

PROXIES = ("http_proxy", "https_proxy", "all_proxy")


class StageClock:
    """The machine's time of day on the day of the play, on which the sample articles are in force."""

    def __init__(self, script: "Script") -> None:
        self._ahead = timedelta(days=(script.today - datetime.now(UTC).date()).days)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs: the script, the sandbox with its page, the bot, and the player's hands."""

    script: "Script"
    sandbox: "Sandbox"
    app: "App"
    player: "Player"


@contextlib.asynccontextmanager
async def on_stage(folder: Path, page: socket.socket, *, with_model: bool) -> AsyncIterator[Stage]:
    """Furnish the sandbox, start the bot in it with the sample knowledge, and stop both afterwards."""
    import yaml

    from bot.app.running import build
    from bot.app.slack import slack_manifest
    from bot.sandbox.play import Player
    from bot.sandbox.remote import Remote
    from bot.sandbox.script import company, load_script
    from bot.settings import CONTENT

    script = load_script(CONTENT / "demo.yaml")
    clock = StageClock(script)
    door = listen(page.getsockname()[1] + 1)
    sandbox = _sandbox(page, door, clock)
    sandbox.seed(company(script, yaml.safe_load(slack_manifest())))
    application = sandbox.app()
    application.router.add_get("/", _to_the_page)
    suffix = f"-{clock.now():%H%M%S}" if await asyncio.to_thread(_has_records, folder) else ""
    settings = demo_settings(script, sandbox, folder, door.getsockname()[1], with_model=with_model)
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(_serving(application, page))
        app = await build(settings, clock=clock)
        stack.push_async_callback(app.close)
        await _learn(app, CONTENT / "articles")
        await app.start()
        logging.getLogger("dbos").setLevel(logging.ERROR)  # it warns of every run that Ctrl-C interrupts
        await stack.enter_async_context(_serving(app.server, door))
        hands = await stack.enter_async_context(Remote(sandbox.base_url))
        yield Stage(script, sandbox, app, Player(hands, script, suffix=suffix))


def _has_records(folder: Path) -> bool:
    return any(folder.iterdir())


def _sandbox(page: socket.socket, door: socket.socket, clock: "Clock") -> "Sandbox":
    from bot.sandbox.server import Sandbox

    return Sandbox(
        signing_secret="demo-signing-secret",  # noqa: S106  both ends of it are in this process
        bot_token="xoxb-demo",  # noqa: S106
        webhook_secret="whsec_" + base64.b64encode(hashlib.sha256(b"demo").digest()).decode(),
        bot_url=f"http://127.0.0.1:{door.getsockname()[1]}",
        base_url=f"http://127.0.0.1:{page.getsockname()[1]}",
        clock=clock.now,
    )


async def _learn(app: "App", articles: Path) -> None:
    from bot.cli.terminal import progress_bar
    from evals.dataset import STARTER, load_cases
    from evals.importing import import_cases

    with progress_bar("Importing the sample articles") as tell:
        await app.library.import_folder(articles, progress=tell, source="demo")
    await import_cases(app.desk.store.cases, load_cases(STARTER), at=app.desk.clock.now())
    await app.warm()


async def _to_the_page(_: Any) -> Any:
    from aiohttp import web

    raise web.HTTPFound("/sandbox")


@contextlib.asynccontextmanager
async def _serving(application: Any, at: socket.socket) -> AsyncIterator[None]:
    from aiohttp import web

    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.SockSite(runner, at).start()
    try:
        yield
    finally:
        await runner.cleanup()


def listen(first: int) -> socket.socket:
    """A socket on this machine's first free port from `first` on; 0 for any."""
    for port in [0] if first == 0 else range(first, first + 100):
        at = socket.socket()
        at.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            at.bind(("127.0.0.1", port))
        except OSError:
            at.close()
            continue
        return at
    raise click.ClickException(f"None of the ports {first} to {first + 99} is free: choose another one with --port.")


def demo_settings(script: "Script", sandbox: "Sandbox", folder: Path, port: int, *, with_model: bool) -> "Settings":
    """The demo's own settings: every value is given here, so that neither the environment nor a .env file matters.

    Only the language model's section is read from the environment, and only `with_model`.
    """
    from bot.settings import SECTIONS, Settings

    sections: dict[str, dict[str, Any]] = {
        name: {field: told.get_default(call_default_factory=True) for field, told in kind.model_fields.items()}
        for name, kind in SECTIONS.items()
        if not (name == "openai" and with_model)
    }
    sections["core"] |= {"data_dir": folder, "port": port, "log_level": "warning"}
    sections["slack"] |= {
        "bot_token": sandbox.bot_token,
        "signing_secret": sandbox.signing_secret,
        "base_url": f"{sandbox.base_url}/api/",
        "rooms": script.watched,
        "relay_bots": script.relays,
        "home_room": script.watched[0],
        "reps": script.listed("rep"),
        "seniors": script.listed("senior"),
        "managers": script.listed("manager"),
        "pace_seconds": 0.0,
    }
    sections["oncall"] |= {"group": next(iter(script.listed("oncall")), "")}
    sections["webhook"] |= {"secrets": (sandbox.webhook_secret,), "reply_hosts": ("127.0.0.1",)}
    for name in SECTIONS:
        sections[name] = sections.get(name, {}) | {"_env_file": None}
    return Settings(**sections)


@contextlib.contextmanager
def without_proxies() -> Iterator[None]:
    """Let Slack's SDK reach the sandbox directly: it would send even 127.0.0.1 through a proxy of the environment."""
    found = {name: os.environ.pop(name) for name in list(os.environ) if name.lower() in PROXIES}
    try:
        yield
    finally:
        os.environ.update(found)
