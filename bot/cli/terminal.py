"""What the commands share: settings, a running event loop, progress bars, tables."""

import asyncio
import getpass
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from bot.app.parts import Parts
    from bot.domain.chat import Person
    from bot.ports import Desk

T = TypeVar("T")

EXIT_NOTHING = 3
"""The exit code of an answer or a search that found nothing to cite."""


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run the coroutine to its end."""
    return asyncio.run(work)


def console() -> Console:
    """A console that fits tables to the terminal and writes plain text into pipes."""
    return Console(highlight=False)


def log_to_stderr(level: str) -> None:
    """Send our log to standard error, one line an entry; libraries only from warnings on."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for package in ("bot", "handlers", "knowledge", "evals"):
        logging.getLogger(package).setLevel(level.upper())


@asynccontextmanager
async def desk_parts() -> AsyncIterator["Parts"]:
    """What answers questions, made from the settings and closed afterwards."""
    from bot.app.parts import build_desk
    from bot.settings import Settings

    settings = Settings()
    log_to_stderr(settings.core.log_level if settings.core.log_level != "info" else "warning")
    parts = await build_desk(settings, serves=False)
    try:
        yield parts
    finally:
        if parts.desk.judge is not None:
            await parts.desk.judge.close()
        await parts.engine.close()


@asynccontextmanager
async def connected_desk(what: str) -> AsyncIterator["Desk"]:
    """The desk with the platforms that the team works on. Raises Misconfigured, saying what needs one, without any."""
    from bot.app.chat import connect_chat
    from bot.domain.errors import Misconfigured

    async with desk_parts() as parts:
        chat = await connect_chat(parts.settings, parts.desk)
        if chat is None:
            raise Misconfigured(f"{what}, which is not set up: see `ratchet doctor`.")
        try:
            yield chat.joined(parts.desk)
        finally:
            await chat.close()


def user() -> "Person":
    """Whoever is logged in at this terminal, as the records name them."""
    from bot.domain.chat import Person

    name = getpass.getuser()
    return Person("terminal", name, name)


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int, str], None]]:
    """A bar on standard error: call it with (done, total, what)."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=False) as progress:
        task = progress.add_task(title, total=None)

        def tell(done: int, total: int, what: str) -> None:
            progress.update(task, completed=done, total=total, description=f"{title} {what[-40:]}")

        yield tell
