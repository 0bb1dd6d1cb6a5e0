"""How good the answers of a week were: the share that people found good, from what was drawn by chance alone.

Each part counts by how many answers the week had of it. The interval is Wilson's (1927) at the effective size of the
sample (`evals.qa.sizing.effective`). That takes each part's own variance as the whole's: a few answers cannot tell
theirs, and where all are found good it would be nothing. See bench-qa for how often it holds the truth.
"""

from collections.abc import Mapping, Sequence
from math import inf

from bot.domain.digest import Value
from bot.domain.sample import Part
from evals.metric import LEAST
from evals.metrics.reliability import wilson
from evals.qa.sizing import effective


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
    known = effective((part.answers, len(found[part.intent])) for part in scored)
    if known < LEAST:
        return Value(n)
    low, high = wilson(value * known, known) if known < inf else (value, value)
    return Value(n, value, min(low, value), max(high, value))


def covered(parts: Sequence[Part], found: Mapping[str, Sequence[float]]) -> float:
    """The share of the week's answers that are of a part of which something was scored."""
    total = sum(part.answers for part in parts)
    return sum(part.answers for part in parts if found.get(part.intent)) / total if total else 0.0


def _mean(found: Sequence[float]) -> float:
    return sum(found) / len(found)
