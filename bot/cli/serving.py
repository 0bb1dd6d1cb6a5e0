"""`ratchet serve | db | manifest`: running the bot, its database, its Slack app manifest."""

import asyncio
import logging
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bot.app.running import App

log = logging.getLogger("bot.serve")


@click.command()
@click.option(
    "--role",
    type=click.Choice(["all", "web", "worker", "clock"]),
    default="all",
    show_default=True,
    help="What this process does; anything but all needs PostgreSQL.",
)
def serve(role: str) -> None:
    """Run the bot: by itself it does everything in one process, on SQLite."""
    from bot.cli.terminal import log_to_stderr, run
    from bot.domain.errors import Misconfigured
    from bot.settings import Settings

    settings = Settings()
    log_to_stderr(settings.core.log_level)
    if role != "all" and not settings.core.store_url.startswith("postgresql"):
        raise Misconfigured(f"--role {role} needs PostgreSQL: set RATCHET_DATABASE_URL, or leave the role out.")

    async def work() -> None:
        from bot.app.running import build

        app = await build(settings, role=role)
        await serve_until_stopped(app)

    run(work())


async def serve_until_stopped(app: "App") -> None:
    """Start the app and its server, serve until SIGINT or SIGTERM, then stop in order."""
    from aiohttp import web

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    runner: web.AppRunner | None = None
    try:
        await app.start()
        if app.server is not None:
            runner = web.AppRunner(app.server, access_log=None, handler_cancellation=False)
            await runner.setup()
            core = app.settings.core
            await web.TCPSite(runner, core.host, core.port).start()
            click.echo(f"Ratchet is ready at http://{core.host}:{core.port}", err=True)
        else:
            click.echo("Ratchet is ready.", err=True)
        warming, stopping = asyncio.create_task(_warm(app)), asyncio.create_task(stop.wait())
        await asyncio.wait({warming, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if warming.done():
            warming.result()
        await stopping
        warming.cancel()
    finally:
        if runner is not None:
            await runner.cleanup()
        await app.close()


async def _warm(app: "App") -> None:
    """Load models and indexes; raises Misconfigured where one never can be, since then no question could be answered.

    Any other trouble is told and may have passed by the first question, which only takes longer then.
    """
    from bot.domain.errors import Misconfigured

    try:
        await app.warm()
    except Misconfigured:
        raise
    except Exception:
        log.exception("Loading ahead of the first question failed; the first question tries again.")


@click.group()
def db() -> None:
    """Bring the database up to date."""


@db.command()
def upgrade() -> None:
    """Apply the migrations that the database lacks; safe to run again, and from several processes at once."""
    from bot.settings import Settings
    from bot.storage.migrate import current, upgrade

    url = Settings().core.store_url
    before = current(url) if not url.startswith("sqlite") or _exists(url) else None
    after = upgrade(url)
    click.echo(f"The database is up to date ({after})." if before == after else f"Upgraded to {after}.")


def _exists(url: str) -> bool:
    return Path(url.removeprefix("sqlite+aiosqlite:///")).exists()


@click.command()
@click.option("--write", type=click.Path(path_type=Path), help="File to write; without it the manifest is printed.")
@click.option("--check", type=click.Path(path_type=Path, exists=True), help="Fail when this file is not up to date.")
def manifest(write: Path | None, check: Path | None) -> None:
    """Write the Slack app manifest, made from the commands and events that the code handles."""
    from bot.app.slack import slack_manifest

    text = slack_manifest()
    if check is not None and check.read_text(encoding="utf-8") != text:
        raise click.ClickException(f"{check} is not what the code asks for: run `make manifest`.")
    if write is not None:
        write.write_text(text, encoding="utf-8")
    elif check is None:
        click.echo(text, nl=False)
