"""What the benchmarks share: percentiles, calibration, the table for people, the JSON line for machines."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

Figures = Mapping[str, float]
WIDEST = 8  # figures that fit side by side; more stand below each other


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def calibration_error(probability: Any, right: Any, bins: int = 15) -> float:
    """Expected calibration error over bins of equal width (Guo et al. 2017)."""
    probability, right = np.asarray(probability, dtype=float), np.asarray(right, dtype=float)
    places = np.minimum((probability * bins).astype(int), bins - 1)
    gaps = np.bincount(places, weights=probability - right, minlength=bins)
    return float(np.abs(gaps).sum() / max(1, len(probability)))


def report(
    bench: str,
    ours: Figures,
    baselines: Mapping[str, Figures],
    aims: Mapping[str, bool],
    *,
    digits: int = 1,
    **conditions: Any,
) -> None:
    """Print the figures beside their baselines, each aim with whether it was met, and last one JSON line."""
    out = Console()
    methods = {"ours": ours, **baselines}
    cells = {key: [f"{told[key]:.{digits}f}" if key in told else "" for told in methods.values()] for key in ours}
    if len(ours) > WIDEST:
        table = Table("", *methods, title=f"bench-{bench}", title_justify="left")
        for key, row in cells.items():
            table.add_row(key, *row)
    else:
        table = Table("", *ours, title=f"bench-{bench}", title_justify="left")
        for i, name in enumerate(methods):
            table.add_row(name, *(row[i] for row in cells.values()))
    out.print(table)
    for aim, met in aims.items():
        out.print(f"{'met   ' if met else 'MISSED'}  {aim}")
    known = {"cores": os.cpu_count(), "python": platform.python_version(), **conditions}
    rounded = {
        name: {key: round(value, digits + 1) for key, value in figures.items()} for name, figures in baselines.items()
    }
    line = {
        "bench": bench,
        "ours": {key: round(value, digits + 1) for key, value in ours.items()},
        "baselines": rounded,
        "aims": dict(aims),
        "conditions": known,
    }
    print(json.dumps(line))
