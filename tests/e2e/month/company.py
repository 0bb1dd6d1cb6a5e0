"""The month's company: the real bot and the sandbox by one clock, and workflows that run at once, in order."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.app.running import App, build
from bot.ports import Desk as Bot
from bot.sandbox.remote import Json, Remote
from tests.e2e.company import COMPANY, Desk, sandbox_serving, settings_for
from tests.e2e.month.customers import ZONE, midnight
from tests.embedders import MEANINGS
from tests.local import free_port, serving
from tests.queued_runs import QueuedRuns

HOURS = "mon-fri 09:00-17:30"
MANAGERS = "#support-managers"


@dataclass
class MonthClock:
    """Stands still until it is moved, and never goes back."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def move(self, to: datetime) -> None:
        self.at = max(self.at, to.astimezone(UTC))


@dataclass
class Company:
    """The company while its history is made. `bot` is the real one but for its runtime."""

    desk: Desk
    bot: Bot
    clock: MonthClock
    runs: QueuedRuns

    async def settled(self) -> None:
        """Return when all that was started is done."""
        await self.runs.work(self.bot)


@contextlib.asynccontextmanager
async def founded(folder: Path, articles: Path, **more: Json) -> AsyncIterator[Company]:
    """The company on the first morning with these articles. Its own durable runtime and jobs do not run yet.

    The customers' door and Slack's are open; what they start runs when the history says so.
    """
    clock, port = MonthClock(midnight(0).astimezone(UTC)), free_port()
    sections: dict[str, Json] = {
        "desk": {"retry_seconds": (0.0,)},
        "team": {"time_zone": ZONE.key, "hours": HOURS},
        "digest": {"room": MANAGERS},
    }
    for name, section in more.items():
        sections[name] = sections.get(name, {}) | section
    async with sandbox_serving(port, COMPANY, clock=clock.now) as sandbox:
        app = await build(settings_for(sandbox, folder, port, **sections), clock=clock, meanings=MEANINGS)
        runs = QueuedRuns(clock)
        try:
            await app.library.import_folder(articles)
            await app.warm()
            async with _served(app, port), Remote(sandbox.base_url) as hands:
                bot = replace(app.desk, runtime=runs)
                yield Company(Desk(sandbox, hands, app, f"http://127.0.0.1:{port}"), bot, clock, runs)
        finally:
            await app.close()


def _served(app: App, port: int) -> contextlib.AbstractAsyncContextManager[object]:
    if app.server is None:
        raise RuntimeError("the bot has no server")
    return serving(app.server, port)
