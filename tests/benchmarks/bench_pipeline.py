"""bench-pipeline: from an escalation's event to its card with a draft, offline drafter, everything else real.

First one at a time (the latency that a rep sees), then eight at once for a minute (what the machine sustains). The
shares come from the traces of the one-at-a-time phase: our code, the search index, Slack's answers, the engine.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import aiohttp

from bot.domain.trace import Trace
from tests.benchmarks.processes import peer
from tests.benchmarks.report import percentile, report
from tests.local import free_port

SINGLE = 60
AT_ONCE = 8
QUESTIONS = (
    "How long does a card refund take to arrive?",
    "My machine shows E09. What should I do?",
    "Can I pause my refill for two months?",
    "What does it cost to return a grinder from Germany?",
    "Where is my parcel? Tracking says delivered.",
    "Is there a fee when a direct debit is returned?",
)
SLACK_STEPS = frozenset({"show", "tell", "route"})
INDEX_STEPS = frozenset({"retrieve"})


class Desk:
    """Sends escalations and sees, through the stand-in for Slack, when each has its card."""

    def __init__(self, session: aiohttp.ClientSession, bot_port: int, slack: str) -> None:
        self._session = session
        self._bot = f"http://127.0.0.1:{bot_port}/slack/events"
        self._slack = f"{slack}/sandbox/control"
        self._number = 0

    async def prepare(self) -> None:
        """Look up the room and the person who writes."""
        rooms = (await self._read("rooms"))["rooms"]
        self._room = next(room["id"] for room in rooms if room["name"] == "escalations")

    async def one(self) -> float:
        """Say something in the room and wait for the card; return the seconds."""
        self._number += 1
        text = f"{QUESTIONS[self._number % len(QUESTIONS)]} (case {self._number})"
        begin = time.perf_counter()
        said = {"room": self._room, "as": "gus", "text": text}
        async with self._session.post(f"{self._slack}/messages", json=said) as answer:
            ts = (await answer.json())["ts"]
        wanted = {"room": self._room, "thread": ts, "contains": "knowledge v", "seconds": 60}
        async with self._session.post(f"{self._slack}/wait", json=wanted) as answer:
            if not (await answer.json()).get("ok"):
                raise RuntimeError("a card did not come within a minute")
        return time.perf_counter() - begin

    async def _read(self, what: str) -> dict[str, list[dict[str, str]]]:
        async with self._session.get(f"{self._slack}/{what}") as answer:
            found: dict[str, list[dict[str, str]]] = await answer.json()
            return found


async def main(seconds: float) -> None:
    ports = {name: free_port() for name in ("sandbox", "ours")}
    slack = f"http://127.0.0.1:{ports['sandbox']}"
    with tempfile.TemporaryDirectory() as folder:
        with (
            peer("sandbox", ports["sandbox"], f"http://127.0.0.1:{ports['ours']}"),
            peer("bot", ports["ours"], slack, folder),
        ):
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
                desk = Desk(session, ports["ours"], slack)
                await desk.prepare()
                for _ in range(10):
                    await desk.one()
                singles = [await desk.one() for _ in range(SINGLE)]
                busy, rate = await _sustained(desk, seconds)
        traces = await _traces(Path(folder), SINGLE)
    shares = _shares(traces, statistics.mean(singles) * 1000)
    report(
        "pipeline",
        {
            "p50_ms": percentile(singles, 0.5) * 1000,
            "p99_ms": percentile(singles, 0.99) * 1000,
            "busy_p50_ms": percentile(busy, 0.5) * 1000,
            "busy_p99_ms": percentile(busy, 0.99) * 1000,
            "per_second": rate,
        },
        {"share in ms (mean)": shares},
        {"p50 under 150 ms": percentile(singles, 0.5) < 0.150, "20 escalations/s sustained": rate >= 20},
        n=len(singles),
        at_once=AT_ONCE,
        seconds=seconds,
        shares_ms={name: round(value, 1) for name, value in shares.items()},
        note="offline drafter, 39 articles, SQLite, burst window 0; Slack's stand-in and the load share the machine",
    )


async def _sustained(desk: Desk, seconds: float) -> tuple[list[float], float]:
    until = time.perf_counter() + seconds
    times: list[float] = []

    async def rep() -> None:
        while time.perf_counter() < until:
            times.append(await desk.one())

    begin = time.perf_counter()
    await asyncio.gather(*(rep() for _ in range(AT_ONCE)))
    return times, len(times) / (time.perf_counter() - begin)


async def _traces(folder: Path, count: int) -> list[Trace]:
    """The traces of the one-at-a-time phase: after the ten that warmed up."""
    from bot.storage.engine import create_engine
    from bot.storage.store import open_store

    engine = create_engine(f"sqlite+aiosqlite:///{folder / 'ratchet.db'}")
    try:
        newest = await open_store(engine, "main").traces.newest(100_000)
    finally:
        await engine.close()
    return sorted((trace for trace in newest if trace.kind == "propose"), key=lambda t: t.started_at)[10 : 10 + count]


def _shares(traces: list[Trace], whole: float) -> dict[str, float]:
    """Mean milliseconds a run by where they went; what no step accounts for is the engine and the way in and out."""

    def mean(names: frozenset[str], inside: bool) -> float:
        return statistics.mean(
            sum(span.duration_ms for span in trace.spans if (span.name in names) is inside) for trace in traces
        )

    slack, index = mean(SLACK_STEPS, True), mean(INDEX_STEPS, True)
    ours = mean(SLACK_STEPS | INDEX_STEPS, False)
    return {
        "our code": ours,
        "index": index,
        "slack calls": slack,
        "engine, store, transport": whole - ours - index - slack,
    }


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seconds", type=float, default=60.0)
    asyncio.run(main(arguments.parse_args().seconds))
