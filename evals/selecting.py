"""Which cases one knowledge release could answer otherwise than another: those for which anything else is found."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar
from weakref import WeakKeyDictionary

from bot.domain.answer import UNKNOWN_INTENT, Passage, Triage
from bot.domain.quality import EvalCase
from bot.ports import Desk, Retriever, Triager
from bot.workflows.answer import Found, gather
from evals.runner import escalation_of

_AT_ONCE = 4  # searches: more would only take turns on a few cores, and whoever drafts meanwhile would wait
_KEPT = 20_000

_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass(frozen=True, slots=True)
class Selection:
    """The cases to be tried. For those that are `alike`, by id, both releases find the very same."""

    tried: tuple[EvalCase, ...]
    alike: frozenset[str]


async def select(
    desk: Desk, cases: Sequence[EvalCase], *, candidate: int, live: int, slug: str, intent: str = ""
) -> Selection:
    """Choose the cases that the candidate could answer otherwise, and the core set; in the order given.

    Those that cite the article or share an intent with one that does (or with the conversation that the fix is from),
    and every one for which the search finds anything else: an answer is made from what is found and nothing besides.
    """
    of_article = {case.intent for case in cases if slug in case.sources} | {intent}
    intents = of_article - {"", UNKNOWN_INTENT}
    search = await _search(desk)
    slots = asyncio.Semaphore(_AT_ONCE)

    async def same(case: EvalCase) -> bool:
        async with slots:
            return await search.finds(case, candidate) == await search.finds(case, live)

    alike = dict(zip(cases, await asyncio.gather(*map(same, cases)), strict=True))
    tried = tuple(
        case
        for case, found_alike in alike.items()
        if case.core or not found_alike or slug in case.sources or case.intent in intents
    )
    return Selection(tried, frozenset(case.id for case in tried if alike[case]))


# --- searching for what a case asks -----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Memory:
    """What was judged of cases, and names of what was found for them; the last of it."""

    triages: OrderedDict[tuple[int, str], Triage] = field(default_factory=OrderedDict)
    found: OrderedDict[tuple[int, str, int, date], str] = field(default_factory=OrderedDict)


_memories: WeakKeyDictionary[Retriever, _Memory] = WeakKeyDictionary()


async def _search(desk: Desk) -> "_Search":
    working = await desk.workflows.live()
    memory = _memories.setdefault(desk.retriever, _Memory())
    return _Search(replace(desk, precedents=None), working.release, working.triager, memory)


@dataclass(frozen=True, slots=True)
class _Search:
    """Searches as `prepare` does, with what one workflow release makes of the question."""

    desk: Desk
    workflow: int
    triager: Triager
    memory: _Memory

    async def finds(self, case: EvalCase, release: int) -> str:
        """Name what is found for the case in the release: equal names, equal findings."""
        key = self.workflow, _asks(case), release, self.desk.clock.now().date()
        known = self.memory.found.get(key)
        if known is not None:
            return known
        found = await gather(self.desk, escalation_of(case, self.desk), await self._triaged(case), release)
        named = _name(found)
        if not found.notes:  # a search without its embedder or reranker is no finding to go by later
            _keep(self.memory.found, key, named)
        return named

    async def _triaged(self, case: EvalCase) -> Triage:
        """What the case is about. Remembered: of what a search goes by, nothing depends on the day."""
        key = self.workflow, _asks(case)
        if key not in self.memory.triages:
            _keep(self.memory.triages, key, await self.triager.triage(escalation_of(case, self.desk)))
        return self.memory.triages[key]


def _keep(kept: OrderedDict[_K, _V], key: _K, value: _V) -> None:
    kept[key] = value
    while len(kept) > _KEPT:
        kept.popitem(last=False)


def _asks(case: EvalCase) -> str:
    return _digest(repr(case.turns))


def _name(found: Found) -> str:
    """The passages, in the order of the whole and of each opinion: a drafter goes by which article words put first.

    Scores are left out: every article that comes or goes moves all of them by a trifle.
    """
    whole, procedures = ([passage.id for passage in each] for each in (found.passages, found.procedures))
    opinions = [_ordered(found.passages, opinion) for opinion in ("bm25", "cosine", "rerank")]
    return _digest(repr((whole, opinions, procedures, found.notes)))


def _ordered(passages: Sequence[Passage], opinion: str) -> list[str]:
    return [passage.id for passage in sorted(passages, key=lambda each: -each.scores.get(opinion, 0.0))]


def _digest(said: str) -> str:
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:24]
