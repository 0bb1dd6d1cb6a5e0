"""What happens at set times happens once per slot: three processes at once, one of them killed, all of them down."""

import asyncio
import contextlib
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.sandbox.remote import Remote
from bot.storage.migrate import upgrade
from tests.databases import DATABASES, Server
from tests.e2e.company import sandbox_serving, words
from tests.local import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROOM = "#escalations"
NAMES = ("one", "two", "three")


@dataclass
class Deployment:
    """Processes that ring for the same job, and the clock that they share."""

    folder: Path
    database: str
    hands: Remote
    base_url: str
    port: int
    job: str = "tell the slot"

    def time(self, moment: str) -> None:
        """Set everybody's clock (UTC)."""
        written = self.folder / "time.new"
        written.write_text(f"{moment}+00:00")
        written.replace(self.folder / "time")

    @contextlib.asynccontextmanager
    async def running(self, *names: str) -> AsyncIterator[dict[str, "subprocess.Popen[bytes]"]]:
        """These processes, killed without a warning at the end."""
        with contextlib.ExitStack() as all_of_them:
            started = {name: all_of_them.enter_context(self.process(name)) for name in names}
            await self.up(*names)
            yield started

    @contextlib.contextmanager
    def process(self, name: str) -> Iterator["subprocess.Popen[bytes]"]:
        (self.folder / f"{name} is up").unlink(missing_ok=True)
        arguments = [str(self.folder), name, self.database, self.base_url, str(self.port), self.job]
        with (self.folder / "log").open("ab") as log:
            started = subprocess.Popen([sys.executable, "-m", "tests.e2e.ringing_bot", *arguments], stderr=log)
            try:
                yield started
            finally:
                started.kill()
                started.wait(20)

    async def up(self, *names: str) -> None:

        async def all_up() -> bool:
            return all((self.folder / f"{name} is up").exists() for name in names)

        await until(all_up, seconds=120)

    def runs(self) -> list[list[str]]:
        """Who began which slot, in order."""
        file = self.folder / "runs"
        return [line.split() for line in file.read_text().splitlines()] if file.exists() else []

    async def who_began(self, count: int) -> str:
        """The process that began the slot of this number."""

        async def there() -> bool:
            return len(self.runs()) >= count

        await until(there, seconds=60)
        return self.runs()[count - 1][1]

    async def posted(self, count: int) -> list[str]:
        """What the room shows when it shows so many slots, and some rings later still."""

        async def enough() -> bool:
            return len(await self._shown()) >= count

        await until(enough, seconds=60)
        await asyncio.sleep(1)
        return await self._shown()

    async def _shown(self) -> list[str]:
        messages = (await self.hands.read("messages", room=ROOM))["messages"]
        return [words(message) for message in messages if "Slot" in words(message)]


async def until(condition: Callable[[], Awaitable[bool]], *, seconds: float) -> None:
    """Return when it is so."""
    async with asyncio.timeout(seconds):
        done = await condition()
        while not done:
            await asyncio.sleep(0.02)
            done = await condition()


@pytest.fixture
def engine_url(request: pytest.FixtureRequest) -> str:
    """An empty database of this kind: on SQLite the files of the folder."""
    if request.param == "sqlite":
        return ""
    server: Server = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.mark.parametrize("engine_url", DATABASES, indirect=True)
async def test_each_slot_happens_once_in_three_processes_over_a_kill_an_outage_and_both_clock_changes(
    engine_url: str, tmp_path: Path
) -> None:
    port = free_port()
    if engine_url:
        await asyncio.to_thread(upgrade, engine_url)
    async with sandbox_serving(port) as sandbox, Remote(sandbox.base_url) as hands:
        deployment = Deployment(tmp_path, engine_url, hands, sandbox.base_url, port)
        deployment.time("2026-03-21T12:00")
        async with deployment.running(*NAMES) as processes:
            await asyncio.sleep(1)
            deployment.time("2026-03-22T01:30")
            assert await deployment.posted(1) == ["Slot 22 Mar 01:30."]
            sandbox.faults.plan({"method": "chat.postMessage", "status": 503, "times": 1_000})
            deployment.time("2026-03-29T01:00:30")  # 02:30 is skipped that night
            victim = await deployment.who_began(2)
            processes[victim].kill()  # in the midst of it
            sandbox.faults.clear()
            with deployment.process(victim):
                await deployment.up(victim)
                assert await deployment.posted(2) == ["Slot 22 Mar 01:30.", "Slot 29 Mar 01:00."]
                deployment.time("2026-04-05T00:30")
                assert (await deployment.posted(3))[2:] == ["Slot 05 Apr 00:30."]
        deployment.time("2026-04-15T09:00")  # nobody was there on the 12th
        async with deployment.running(*NAMES):
            assert (await deployment.posted(4))[3:] == ["Slot 12 Apr 00:30 late."]
            deployment.time("2026-10-24T12:00")  # what is half a year late is not done any more
            assert len(await deployment.posted(4)) == 6
            deployment.time("2026-10-25T00:31")  # 02:30 comes twice that night
            assert (await deployment.posted(7))[6:] == ["Slot 25 Oct 00:30."]
            deployment.time("2026-10-25T01:31")
            assert len(await deployment.posted(7)) == 7
    begun = Counter(slot for slot, _ in deployment.runs())
    assert begun.pop("2026-03-29T01:00+00:00") == 2, "whoever was killed began it, and again afterwards"
    assert set(begun.values()) == {1}
    assert "Traceback" not in (tmp_path / "log").read_text()
