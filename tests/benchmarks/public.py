"""The public data that quality benchmarks read; it lies outside the project and is named by RATCHET_BENCH_DATA."""

import csv
import json
import os
import sys
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]


def data(folder: str) -> Path:
    """The folder of one data set. Ends the process with a sentence and status 3 where it is not there."""
    root = Path(os.environ.get("RATCHET_BENCH_DATA") or PROJECT.parent / "shared" / "data")
    path = root / folder
    if not path.is_dir():
        print(
            f"skipped: there is no benchmark data {folder} in {root}; set RATCHET_BENCH_DATA to the folder that has it"
        )
        sys.exit(3)
    return path


def json_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file by column name."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
