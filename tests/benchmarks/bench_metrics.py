"""bench-metrics: a week's figures, all metrics, out of 10,000 to 1,000,000 recorded conversations: seconds and memory.

Run `python -m tests.benchmarks.bench_metrics [count ...]`. RATCHET_BENCH_DATABASE names an empty database to use
instead of SQLite files. Each week is measured by a process of its own, so that memory is that of a week alone.
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import timedelta

from rich.progress import Progress
from sqlalchemy import create_engine

from bot.storage.engine import create_engine as create_async
from bot.storage.engine import parse_url
from bot.storage.migrate import upgrade
from bot.storage.store import open_store
from bot.storage.values import to_json
from evals.measuring import Period, measure
from tests.benchmarks.recorded import END, WORKSPACE, record
from tests.benchmarks.report import report

COUNTS = (10_000, 50_000, 200_000)
WEEK = timedelta(days=7)
ROUNDS = 3


def main() -> None:
    counts = [int(each) for each in sys.argv[1:]] or list(COUNTS)
    given = os.environ.get("RATCHET_BENCH_DATABASE")
    counts = counts[:1] if given else counts
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="ratchet-bench-") as folder:
        for count in counts:
            url = given or f"sqlite:///{folder}/{count}.db"
            prepare(url, count)
            for name, by in (("a week", ""), ("a week by intent", "intent")):
                told = _measured(url, by)
                figures.setdefault(name, {}).update(
                    {
                        f"s at {count:,}": told["seconds"],
                        f"cpu s at {count:,}": told["cpu"],
                        f"MB at {count:,}": told["megabytes"],
                    }
                )
    ours, largest = figures["a week"], f"at {counts[-1]:,}"
    aims = {
        f"numbers {largest} in less than 5 s": ours[f"s {largest}"] < 5,
        f"memory {largest} below 500 MB": ours[f"MB {largest}"] < 500,
    }
    others = {name: values for name, values in figures.items() if name != "a week"}
    report("metrics", ours, others, aims, digits=2, database="given" if given else "sqlite", rounds=ROUNDS)


def prepare(url: str, count: int) -> None:
    """Make the tables in an empty database and write so many conversations into them."""
    upgrade(url)
    address = parse_url(url)
    sync = address if address.get_backend_name() == "postgresql" else address.set(drivername="sqlite")
    engine = create_engine(sync, json_serializer=to_json)
    with Progress(disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(f"recording {count:,}", total=count)
        record(engine, count, lambda made: progress.update(task, completed=made))
    if sync is address:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def _measured(url: str, by: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.bench_metrics", "--week", url, by]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    measured: dict[str, float] = json.loads(told.stdout)
    return measured


async def _week(url: str, by: str) -> None:
    """Print the median seconds of a week's figures, and the process's greatest memory."""
    engine = create_async(url)
    history, taken = open_store(engine, WORKSPACE).history, []
    for _ in range(ROUNDS):
        began = time.perf_counter(), time.process_time()
        found = await measure(history, Period(END - WEEK, END), now=END, by=by)
        taken.append((time.perf_counter() - began[0], time.process_time() - began[1]))
    await engine.close()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds, cpu = sorted(taken)[ROUNDS // 2]
    print(json.dumps({"seconds": seconds, "cpu": cpu, "megabytes": megabytes, "figures": len(found)}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--week"]:
        asyncio.run(_week(sys.argv[2], sys.argv[3]))
    else:
        main()
