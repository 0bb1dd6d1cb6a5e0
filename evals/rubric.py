"""The rubric of good answers, read from YAML."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.domain.errors import Misconfigured
from bot.domain.judging import Point, Rubric

RUBRIC = Path(__file__).parent / "rubric.yaml"
"""The rubric that ships with Ratchet."""
_KEYS = {"name", "asks", "decides", "of_sent"}


@cache
def load_rubric(path: Path = RUBRIC) -> Rubric:
    """Read a rubric, once. Raises Misconfigured, naming what is wrong, for a file that is none."""
    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as problem:
        raise Misconfigured(f"{path} cannot be read: {problem}.") from None
    entries = read.get("points") if isinstance(read, dict) and set(read) == {"points"} else None
    if not isinstance(entries, list) or not entries:
        raise Misconfigured(f"{path}: a rubric is a list of `points` and nothing else.")
    points = tuple(_point(entry, f"{path}, point {number}") for number, entry in enumerate(entries, 1))
    if len({point.name for point in points}) < len(points):
        raise Misconfigured(f"{path}: two points have the same name.")
    if not any(point.decides for point in points):
        raise Misconfigured(f"{path}: at least one point must decide.")
    return Rubric(points)


def _point(entry: Any, where: str) -> Point:
    if not isinstance(entry, dict) or not set(entry) <= _KEYS:
        raise Misconfigured(f"{where}: a point has `name`, `asks`, `decides` and `of_sent`, and nothing else.")
    name, asks, decides = entry.get("name"), entry.get("asks"), entry.get("decides", True)
    if not isinstance(name, str) or not name.isidentifier():
        raise Misconfigured(f"{where}: its `name` must be one word of letters, digits and _.")
    if not isinstance(asks, str) or not asks.strip() or not isinstance(decides, bool):
        raise Misconfigured(f"{where}: `asks` is a question, `decides` true or false.")
    of_sent = entry.get("of_sent", "")
    if not isinstance(of_sent, str):
        raise Misconfigured(f"{where}: `of_sent` is a question.")
    return Point(name, " ".join(asks.split()), decides, " ".join(of_sent.split()))
