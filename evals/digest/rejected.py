"""Drafts of an intent that were rejected for the same reason: what somebody should look at together."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.review import FailureMode
from bot.ports import Embedder
from bot.workflows.likeness import ALIKE
from evals.digest.failures import Wrong

FEWEST = 3
"""Rejected drafts that make a cluster; fewer are chance."""
_CLUSTERS, _COMPARED = 3, 60  # clusters whose questions are compared, questions of each
_MODES = frozenset(mode.value for mode in FailureMode)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Rejected drafts of one intent and mode, by their reviews; at least `alike` of them were asked much the same."""

    intent: str
    mode: str
    reviews: tuple[str, ...]
    alike: int = 0


async def clusters(wrong: Sequence[Wrong], questions: Embedder) -> tuple[Cluster, ...]:
    """The largest clusters, the largest first; each has at least three drafts."""
    gathered: dict[tuple[str, str], list[Wrong]] = defaultdict(list)
    for each in wrong:
        if each.mode in _MODES:
            gathered[each.intent, each.mode].append(each)
    large = sorted((key for key, some in gathered.items() if len(some) >= FEWEST), key=lambda k: (-len(gathered[k]), k))
    found = []
    for intent, mode in large[:_CLUSTERS]:
        some = gathered[intent, mode]
        alike = await asyncio.to_thread(_alike, [each.question for each in some if each.question], questions)
        found.append(Cluster(intent, mode, tuple(each.review for each in some), alike))
    return tuple(found)


def _alike(texts: Sequence[str], questions: Embedder) -> int:
    """How many of the newest texts are like one of them, the one that most are like; 0 where fewer than three are."""
    if len(texts) < FEWEST:
        return 0
    vectors = questions.embed(texts[-_COMPARED:])
    most = int(((vectors @ vectors.T) >= ALIKE).sum(axis=1).max())
    return most if most >= FEWEST else 0
