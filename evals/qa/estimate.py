"""How good the answers of a week were: the share that people found good, from what was drawn by chance alone.

Each part counts by how many answers the week had of it. The interval is Wilson's (1927) at the effective size of the
sample: that of a simple random one with as small a variance. The variance is that of the design with the finite
population correction (Cochran 1977, 5.6), each part's own taken as the whole's: parts of a few answers cannot tell
theirs, and where all are found good it would be nothing. See bench-qa for how often it holds the truth.
"""

from collections.abc import Mapping, Sequence
from math import inf

from bot.domain.digest import Value
from bot.domain.sample import Part
from evals.metric import LEAST
from evals.metrics.reliability import wilson


def share(parts: Sequence[Part], found: Mapping[str, Sequence[float]]) -> Value:
    """The week's share, of what was found of the scored answers of each part: 1, 0, or the mean of two people.

    Without a figure where it is not known better than by twenty answers of an endless week. A part of which nothing was
    scored is left out; `covered` tells how much that is.
    """
    scored = [part for part in parts if found.get(part.intent)]
    n, total = sum(len(found[part.intent]) for part in scored), sum(part.answers for part in scored)
    if not total:
        return Value(0)
    value = sum(part.answers / total * _mean(found[part.intent]) for part in scored)
    variance = sum((part.answers / total) ** 2 * _left(part.answers, len(found[part.intent])) for part in scored)
    effective = 1 / variance if variance > 0 else inf
    if effective < LEAST:
        return Value(n)
    low, high = wilson(value * effective, effective) if effective < inf else (value, value)
    return Value(n, value, min(low, value), max(high, value))


def covered(parts: Sequence[Part], found: Mapping[str, Sequence[float]]) -> float:
    """The share of the week's answers that are of a part of which something was scored."""
    total = sum(part.answers for part in parts)
    return sum(part.answers for part in parts if found.get(part.intent)) / total if total else 0.0


def _mean(found: Sequence[float]) -> float:
    return sum(found) / len(found)


def _left(answers: int, scored: int) -> float:
    """What of a variance is left in the mean of so many of them, drawn without putting back."""
    return max(0, answers - scored) / max(1, answers - 1) / scored
