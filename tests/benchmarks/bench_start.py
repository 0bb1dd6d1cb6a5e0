"""bench-start: `ratchet --help`, `ratchet serve` until it is ready, and its memory when idle, beside bare peers."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.benchmarks.report import report
from tests.local import free_port

RUNS = 7
RATCHET = str(Path(sys.executable).parent / "ratchet")


def main() -> None:
    empty = [_timed([sys.executable, "-c", "pass"]) for _ in range(RUNS)]
    click = [_timed([sys.executable, "-c", "import click"]) for _ in range(RUNS)]
    helped = [_timed([RATCHET, "--help"]) for _ in range(RUNS)]
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"RATCHET_DATA_DIR": folder, "RATCHET_WEBHOOK_SECRETS": "whsec_bm90LWEtc2VjcmV0"}
        subprocess.run(
            [RATCHET, "kb", "import", "knowledge/content/articles"], env=environment, check=True, capture_output=True
        )
        served = [_serve(environment) for _ in range(3)]
    ready, memory = (statistics.median(column) for column in zip(*served, strict=True))
    ours = {"help_ms": statistics.median(helped), "ready_ms": ready, "idle_mb": memory}
    baselines = {
        "python -c pass": {"help_ms": statistics.median(empty)},
        "python -c 'import click'": {"help_ms": statistics.median(click)},
        "importing chromadb, dbos and slack_bolt": {"ready_ms": _timed([sys.executable, "-c", _IMPORTS])},
    }
    aims = {"ratchet --help under 300 ms": ours["help_ms"] < 300}
    report(
        "start", ours, baselines, aims, runs=RUNS, note="medians; idle memory 5 s after ready, models and index loaded"
    )


_IMPORTS = "import chromadb, dbos, slack_bolt.async_app, sqlmodel"


def _timed(command: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return (time.perf_counter() - begin) * 1000


def _serve(environment: dict[str, str]) -> tuple[float, float]:
    """Milliseconds until `serve` is ready, and resident megabytes five seconds later."""
    port = free_port()
    begin = time.perf_counter()
    process = subprocess.Popen(
        [RATCHET, "serve"], env=environment | {"RATCHET_PORT": str(port)}, stderr=subprocess.DEVNULL
    )
    try:
        while not _is_ready(port):
            if time.perf_counter() - begin > 60:
                raise RuntimeError("serve did not become ready within a minute")
            time.sleep(0.01)
        ready = (time.perf_counter() - begin) * 1000
        time.sleep(5)
        pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
        return ready, pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    finally:
        process.terminate()
        process.wait(20)


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    main()
