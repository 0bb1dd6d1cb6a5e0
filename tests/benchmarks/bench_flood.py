"""bench-flood: ten thousand conversations in an hour, most about one thing. Is it told, and does drafting go on?

The bot, the sandbox, and whoever writes are three processes of this machine; the clocks of the first two run `SPEED`
times as fast while the hour lasts. Run `python -m tests.benchmarks.bench_flood [conversations] [speed]`.
"""

import asyncio
import contextlib
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from rich.progress import Progress

from bot.app.running import App, build
from bot.sandbox.remote import Remote
from bot.sandbox.server import Sandbox
from bot.settings import CONTENT
from tests.benchmarks.peers import until_told
from tests.benchmarks.processes import started
from tests.benchmarks.report import percentile, report
from tests.e2e.alerting import ROOM, record_past
from tests.e2e.company import BOT_TOKEN, COMPANY, SIGNING_SECRET, WEBHOOK_SECRET, settings_for, words
from tests.local import free_port, serving

MANY, SPEED = 10_000, 3.0
PEOPLE = 200
ASKED = (
    "Where is my parcel? Order 10{:05} should have arrived last week.",
    "Tracking has not moved for days, my order number is 10{:05}.",
    "My delivery is late. When will order 10{:05} be here?",
)
BESIDE = "How long does a card refund take to arrive? It is order 10{:05}."
PROBE = "What does it cost to return a grinder from Germany? It is order 20{:05}."
_BESIDE_EVERY = 10  # one in so many is about something else
_PROBED = 4.0  # seconds between two whose card is waited for
_FOLLOWED = timedelta(hours=8)  # after the hour


class FastClock:
    """The machine's clock until `folder` says when the hour began; from then on it runs faster."""

    def __init__(self, folder: Path) -> None:
        self._begun = folder / "begun"
        self._told: tuple[float, float] | None = None
        self.moved = timedelta()

    @property
    def runs(self) -> bool:
        if self._told is None and self._begun.exists():
            at, speed = self._begun.read_text().split()
            self._told = float(at), float(speed)
        return self._told is not None

    def now(self) -> datetime:
        at = time.time()
        if self.runs and self._told is not None:
            begun, speed = self._told
            at = begun + (at - begun) * speed
        return datetime.fromtimestamp(at, UTC) + self.moved


# --- the peers --------------------------------------------------------------------------------------------------------


def furnished(folder: Path, port: int, bot_port: int) -> Sandbox:
    people = [{"name": f"c{n}", "real_name": f"Customer {n}"} for n in range(PEOPLE)]
    made = Sandbox(
        signing_secret=SIGNING_SECRET,
        bot_token=BOT_TOKEN,
        webhook_secret=WEBHOOK_SECRET,
        bot_url=f"http://127.0.0.1:{bot_port}",
        base_url=f"http://127.0.0.1:{port}",
        clock=FastClock(folder).now,
    )
    made.seed(COMPANY | {"users": [*COMPANY["users"], *people]})
    return made


async def sandbox(folder: Path, port: int, bot_port: int) -> None:
    """The stand-in for Slack."""
    async with serving(furnished(folder, port, bot_port).app(), port):
        await until_told()


async def bot(folder: Path, sandbox_port: int, port: int) -> None:
    """The whole product with a past of five days, whose jobs ring by the fast clock."""
    clock = FastClock(folder)
    settings = settings_for(
        furnished(folder, sandbox_port, port),  # never served here: only its address is read
        folder,
        port,
        alerts={"mode": "on"},
        oncall={"group": "@oncall", "room": ROOM},
    )
    app = await build(settings, clock=clock)
    await app.library.import_folder(CONTENT / "articles")
    await record_past(app.desk.store, clock.now())
    await app.jobs["watch for spikes"]()
    await app.start()
    await app.warm()
    if app.server is None:
        raise RuntimeError("the bot has no server")
    async with serving(app.server, port):
        ringing = asyncio.create_task(_ring(app, clock, folder))
        await until_told()
        ringing.cancel()
    await app.close()


async def _ring(app: App, clock: FastClock, folder: Path) -> None:
    """Ring for the jobs of alerts when their minute comes, and write down how each look went; at last the hours after.

    While it waits it measures for how long the event loop is held.
    """
    rung, lag = clock.now(), 0.0
    with (folder / "looks").open("a", buffering=1) as looks:
        while not (folder / "over").exists():
            begin = time.perf_counter()
            await asyncio.sleep(0.02)
            lag = max(lag, time.perf_counter() - begin - 0.02)
            minute = clock.now().replace(second=0, microsecond=0)
            if not clock.runs or minute <= rung:
                continue
            rung = minute
            if minute.minute % 5 == 3:
                await app.jobs["group the drafts of alerts"]()
            if minute.minute % 5 == 1:
                looked = await _look(app)
                told = {"at": minute.isoformat(), "held_between": lag, "mb": _resident()}
                looks.write(json.dumps(told | looked) + "\n")
                lag = 0.0
            await app.jobs["tend to alerts"]()
    until = clock.now() + _FOLLOWED
    while clock.now() < until:
        clock.moved += timedelta(minutes=5)
        await app.jobs["watch for spikes"]()
    (folder / "followed").touch()


async def _look(app: App) -> dict[str, float]:
    """How long a look takes, and for how long it holds the event loop at most."""
    begin, held = time.perf_counter(), 0.0
    look = asyncio.ensure_future(app.jobs["watch for spikes"]())
    while not look.done():
        slept = time.perf_counter()
        await asyncio.sleep(0.02)
        held = max(held, time.perf_counter() - slept - 0.02)
    await look
    return {"look": time.perf_counter() - begin, "held": held}


def _resident() -> int:
    """Memory of this process, in MB."""
    line = next(each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmRSS"))
    return int(line.split()[1]) // 1024


# --- the hour ---------------------------------------------------------------------------------------------------------


async def main(many: int, speed: float) -> None:
    ports = free_port(), free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        where = (str(folder), *map(str, ports))
        with started("bench_flood", "sandbox", *where), started("bench_flood", "bot", *where):
            async with Remote(f"http://127.0.0.1:{ports[0]}") as hands:
                await _measured(hands, folder, many, speed)


async def _measured(hands: Remote, folder: Path, many: int, speed: float) -> None:
    quiet = [await _probe(hands, n) for n in range(20)]
    begun = time.time()
    (folder / "begun").write_text(f"{begun} {speed}")
    hour = 3600 / speed
    probes: list[tuple[float, float]] = []
    probing = asyncio.create_task(_probed(hands, probes, begun))
    with Progress(disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("conversations", total=many)
        for n in range(many):
            await asyncio.sleep(begun + n * hour / many - time.time())
            text = (BESIDE if n % _BESIDE_EVERY == 0 else ASKED[n % len(ASKED)]).format(n)
            await hands.do("messages", as_=f"c{n % PEOPLE}", room="#escalations", text=text)
            progress.advance(task)
    written = time.time() - begun
    probing.cancel()
    at_the_end = _drafted(folder)
    await _once(lambda: _drafted(folder) >= many + len(quiet) + len(probes))
    drafted = time.time() - begun
    (folder / "over").touch()
    await _once((folder / "followed").exists)
    await _report(hands, folder, many, speed, quiet, probes, (written, at_the_end, drafted))


async def _once(so: Callable[[], bool]) -> None:
    while True:
        await asyncio.sleep(1)
        if so():
            return


async def _probe(hands: Remote, number: int) -> float:
    """Ask something else, and wait for its card; the seconds that took."""
    begin = time.perf_counter()
    wrote = await hands.do("messages", as_="gus", room="#escalations", text=PROBE.format(number))
    await hands.do("wait", room="#escalations", thread=wrote["ts"], contains="knowledge v", seconds=600)
    return time.perf_counter() - begin


async def _probed(hands: Remote, probes: list[tuple[float, float]], begun: float) -> None:
    for number in count(100):
        at = time.time() - begun
        probes.append((at, await _probe(hands, number)))
        await asyncio.sleep(_PROBED)


def _drafted(folder: Path) -> int:
    with contextlib.closing(sqlite3.connect(f"file:{folder / 'ratchet.db'}?mode=ro", uri=True, timeout=30)) as records:
        drafted = "SELECT count(*) FROM reviews WHERE proposal IS NOT NULL AND escalation_id NOT LIKE 'esc_past%'"
        return int(records.execute(drafted).fetchone()[0])


async def _report(
    hands: Remote,
    folder: Path,
    many: int,
    speed: float,
    quiet: list[float],
    probes: list[tuple[float, float]],
    times: tuple[float, int, float],
) -> None:
    written, at_the_end, drafted = times
    looks = [json.loads(line) for line in (folder / "looks").read_text().splitlines()]
    cards = (await hands.read("messages", room=ROOM))["messages"]
    alerts = [words(card) for card in cards if "conversations" in words(card)]
    for said in alerts:
        print(said)
    for look in looks:
        print(look)
    waits = [seconds for _, seconds in probes]
    report(
        "flood",
        {
            "alerts": len(alerts),
            "drafted_a_second": many / drafted,
            "behind_at_the_end": many + len(quiet) + len(probes) - at_the_end,
            "draft_p50_s": percentile(waits, 0.5),
            "draft_p99_s": percentile(waits, 0.99),
            "look_p50_s": percentile([look["look"] for look in looks], 0.5),
            "look_worst_s": max(look["look"] for look in looks),
            "held_by_a_look_s": max(look["held"] for look in looks),
            "held_between_s": max(look["held_between"] for look in looks),
            "mb_first": looks[0]["mb"],
            "mb_last": looks[-1]["mb"],
        },
        {"before the flood": {"draft_p50_s": percentile(quiet, 0.5), "draft_p99_s": percentile(quiet, 0.99)}},
        {"one alert": len(alerts) == 1},
        digits=2,
        conversations=many,
        speed=speed,
        minutes_written=round(written / 60, 1),
        minutes_drafted=round(drafted / 60, 1),
        probes=len(probes),
    )


if __name__ == "__main__":
    role, *told = sys.argv[1:] or [str(MANY)]
    if role in ("sandbox", "bot"):
        asyncio.run({"sandbox": sandbox, "bot": bot}[role](Path(told[0]), int(told[1]), int(told[2])))
    else:
        asyncio.run(main(int(role), float(told[0]) if told else SPEED))
