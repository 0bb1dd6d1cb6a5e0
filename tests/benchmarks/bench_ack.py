"""bench-ack: from a signed Slack request to its acknowledgement, 200 in flight, beside a bolt app that only acks.

Ours makes each message durable before it acknowledges, and goes on to work on it: escalations are drafted while more
requests come in. Rounds alternate between the two, so that a busy moment of the machine meets both.
"""

import asyncio
import statistics
import tempfile
import time

import aiohttp

from tests.benchmarks.processes import message_event, peer, signed
from tests.benchmarks.report import percentile, report
from tests.local import free_port

IN_FLIGHT = 200
REQUESTS = 1000
ROUNDS = 5


async def main() -> None:
    ports = {name: free_port() for name in ("sandbox", "ours", "bare bolt")}
    slack = f"http://127.0.0.1:{ports['sandbox']}"
    with (
        tempfile.TemporaryDirectory() as folder,
        peer("sandbox", ports["sandbox"], f"http://127.0.0.1:{ports['ours']}"),
        peer("bot", ports["ours"], slack, folder),
        peer("bare", ports["bare bolt"], slack),
    ):
        room, user = await _room_and_user(slack)
        taken: dict[str, list[list[float]]] = {"ours": [], "bare bolt": []}
        for number in range(ROUNDS + 1):
            for name in taken:
                times = await _round(ports[name], room, user, number)
                if number:  # the first round warms both
                    taken[name].append(times)
                await asyncio.sleep(0.5)
    figures = {name: _figures(rounds) for name, rounds in taken.items()}
    ours, bare = figures["ours"], figures["bare bolt"]
    report(
        "ack",
        ours,
        {"bare bolt": bare},
        {
            "p99 within 2x of bare bolt": ours["p99_ms"] <= 2 * bare["p99_ms"],
            "p99 far inside 3 s (under 1 s)": ours["p99_ms"] < 1000,
        },
        n=REQUESTS,
        rounds=ROUNDS,
        in_flight=IN_FLIGHT,
        note="median of the rounds; every request a new escalation, drafted in the background; SQLite",
    )


def _figures(rounds: list[list[float]]) -> dict[str, float]:
    return {
        "p50_ms": statistics.median(percentile(times, 0.5) for times in rounds) * 1000,
        "p99_ms": statistics.median(percentile(times, 0.99) for times in rounds) * 1000,
    }


async def _room_and_user(slack: str) -> tuple[str, str]:
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{slack}/sandbox/control/rooms") as answer:
            rooms = (await answer.json())["rooms"]
        async with session.get(f"{slack}/sandbox/control/people") as answer:
            people = (await answer.json())["people"]
    room = next(room["id"] for room in rooms if room["name"] == "escalations")
    return room, next(person["id"] for person in people if person["name"] == "gus")


async def _round(port: int, room: str, user: str, number: int) -> list[float]:
    gate = asyncio.Semaphore(IN_FLIGHT)
    times: list[float] = []

    async def send(session: aiohttp.ClientSession, index: int) -> None:
        body = message_event(room, user, f"Where is my parcel number {index}?", number * REQUESTS + index)
        async with gate:
            begin = time.perf_counter()
            async with session.post(f"http://127.0.0.1:{port}/slack/events", data=body, headers=signed(body)) as answer:
                if answer.status != 200:
                    raise RuntimeError(f"the server answered {answer.status}")
            times.append(time.perf_counter() - begin)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(send(session, index) for index in range(REQUESTS)))
    return times


if __name__ == "__main__":
    asyncio.run(main())
