"""bench-digest: a week's digest out of 10,000 to 1,000,000 recorded conversations, in seconds and memory.

Run `python -m tests.benchmarks.bench_digest [--postgres] [count ...]`. Without a count it stops at 100,000, which takes
some minutes; to record 1,000,000 takes a quarter of an hour or two, and 12 GB of disk while it runs. The aims are those
of the largest count. Each digest is made by a process of its own, so that memory is that of a digest alone. `metrics`
are all of them, of all and by intent, out of one reading; `digest` is everything that the digest tells, as the schedule
gathers it, and `pictures` its charts on top.
"""

import asyncio
import contextlib
import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from bot.cli import OBJECTS_BETWEEN_COLLECTIONS
from bot.cli.terminal import desk_parts
from bot.ports import Desk
from evals.digest.charts import charts
from evals.digest.weekly import gathered
from evals.measuring import Period, measure_each
from tests.benchmarks.bench_metrics import prepare
from tests.benchmarks.recorded import END
from tests.benchmarks.report import report
from tests.databases import running_postgres

COUNTS = (10_000, 100_000)
WEEK = timedelta(days=7)
ROUNDS = 3
LABEL = "2026-W47"


def main() -> None:
    asked = sys.argv[1:]
    counts = [int(each) for each in asked if each.isdigit()] or list(COUNTS)
    kind = "postgres" if "--postgres" in asked else "sqlite"
    figures: dict[str, float] = {}
    with _databases(kind, counts) as urls:
        for count, url in urls:
            prepare(url, count)
            for name, value in _made(url).items():
                figures[f"{name} at {count:,}"] = value
    largest = f"at {counts[-1]:,}"
    aims = {
        f"the digest's numbers {largest} in less than 5 s": figures[f"digest s {largest}"] < 5,
        f"with pictures {largest} in less than 10 s": figures[f"digest with pictures s {largest}"] < 10,
        f"memory {largest} below 500 MB": figures[f"MB {largest}"] < 500,
    }
    report("digest", figures, {}, aims, digits=2, database=kind, rounds=ROUNDS)


@contextlib.contextmanager
def _databases(kind: str, counts: list[int]) -> Iterator[Iterator[tuple[int, str]]]:
    """An empty database for each count, one after the other."""
    with tempfile.TemporaryDirectory(prefix="ratchet-bench-") as folder:
        if kind == "sqlite":
            yield ((count, f"sqlite:///{folder}/{count}.db") for count in counts)
            return
        with running_postgres() as server:
            yield ((count, server.new_database()) for count in counts)


def _made(url: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.bench_digest", "--one", url]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    made: dict[str, float] = json.loads(told.stdout)
    return made


async def _one(url: str) -> None:
    """Print the medians of some rounds in seconds, and the process's greatest memory."""
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)  # as in every process of the product
    with tempfile.TemporaryDirectory(prefix="ratchet-bench-") as folder:
        os.environ |= {"RATCHET_DATABASE_URL": url, "RATCHET_DATA_DIR": folder}
        async with desk_parts() as parts:
            desk = replace(parts.desk, clock=Then())
            told = [await _round(desk) for _ in range(ROUNDS)]
    medians = {name: sorted(each[name] for each in told)[ROUNDS // 2] for name in told[0]}
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(medians | {"MB": megabytes}))


async def _round(desk: Desk) -> dict[str, float]:
    began = time.perf_counter(), time.process_time()
    await measure_each(desk.store.history, Period(END - WEEK, END), now=END, by=("", "intent"))
    metrics = time.perf_counter(), time.process_time()
    digest = await gathered(desk, LABEL)
    numbers = time.perf_counter(), time.process_time()
    for chart in charts(digest):
        chart.png()
    pictures = time.perf_counter(), time.process_time()
    return {
        "metrics s": metrics[0] - began[0],
        "metrics cpu s": metrics[1] - began[1],
        "digest s": numbers[0] - metrics[0],
        "digest cpu s": numbers[1] - metrics[1],
        "digest with pictures s": pictures[0] - metrics[0],
        "digest with pictures cpu s": pictures[1] - metrics[1],
    }


class Then:
    """The clock at the end of the record."""

    def now(self) -> datetime:
        return END


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        asyncio.run(_one(sys.argv[2]))
    else:
        main()
