"""Precedents: which approved answers were given to questions like this one, kept in memory beside the articles."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from bot.domain.answer import UNKNOWN_INTENT, Triage
from bot.domain.precedent import Precedent
from bot.domain.text.message import prose
from bot.ports import Embedder, PrecedentChanges, Precedents, Releases
from bot.workflows.likeness import may_be_same
from knowledge.embeddings import Vectors

ALIKE = 0.7
"""The likeness from which two questions are the same (bench-precedents: chosen on other draws than it reports)."""
SAME_INTENT = 0.1
"""What it adds to the likeness that triage believes both questions to be of one intent."""
_SHOWN = 3
_READ = 2_000  # characters of a question that are compared
_MOST_NEEDS = 6
_MANIFESTS = 4  # of releases that stay in memory

Asked = tuple[str, str]
"""A text that is asked, and its intent."""


class PrecedentIndex:
    """A PrecedentFinder that compares every question that was answered, and follows the store at each search.

    What it needs of a new row is embedded when it is first seen; a search waits `patience` seconds for that and then
    does with what is known already. The embedder must be a local one that remembers what triage has read.
    """

    def __init__(
        self, precedents: Precedents, releases: Releases, embedder: Embedder, *, patience: float = 0.5
    ) -> None:
        self._precedents = precedents
        self._releases = releases
        self._embedder = embedder
        self._patience = patience
        self._known = _Known(0, (), np.zeros((0, embedder.dimensions), dtype=np.float32), np.zeros(0, np.str_))
        self._following: asyncio.Task[None] | None = None
        self._manifests: dict[int, Mapping[str, str]] = {}

    async def find(
        self, question: str, triage: Triage, *, at: datetime, release: int, room: str = ""
    ) -> tuple[Precedent, ...]:
        """Find up to three that still hold at that time in that knowledge release, the most alike first.

        Those of a private room only for that `room`.

        Each thing that is asked is compared as well as the whole. Questions that triage believes to be of different
        intents are never alike.
        """
        await self._follow(self._patience)
        known, asked = self._known, _asked(question, triage)
        if not known.precedents or not asked:
            return ()
        manifest = await self._manifest(release)

        def search() -> tuple[Precedent, ...]:
            vectors = np.asarray(self._embedder.embed([text for text, _ in asked]), dtype=np.float32)
            found = known.alike(asked, vectors)
            holding = (each for each in found if each.holds(at, manifest) and each.shown_in(room))
            return tuple(islice(holding, _SHOWN))

        return await asyncio.to_thread(search)

    async def warm(self) -> None:
        """Read all that is in store, however long it takes."""
        await self._follow(None)

    async def _follow(self, patience: float | None) -> None:
        """Take in what has changed in the store, once however many ask for it."""
        task = self._following
        if task is None or task.done():
            task = self._following = asyncio.create_task(self._update(), name="follow precedents")
        done, _ = await asyncio.wait({task}, timeout=patience)
        for each in done:
            each.result()

    async def _update(self) -> None:
        changes = await self._precedents.since(self._known.number)
        if changes.number != self._known.number:
            self._known = await asyncio.to_thread(self._known.with_changes, changes, self._embedder)

    async def _manifest(self, release: int) -> Mapping[str, str]:
        if not release:
            return {}
        if release not in self._manifests:
            kept = list(self._manifests.items())[-_MANIFESTS + 1 :]
            self._manifests = {**dict(kept), release: (await self._releases.get("knowledge", release)).manifest}
        return self._manifests[release]


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read of the store up to a number; a row of `vectors` for each precedent's question."""

    number: int
    precedents: tuple[Precedent, ...]
    vectors: Vectors
    intents: NDArray[np.str_]

    def with_changes(self, changes: PrecedentChanges, embedder: Embedder) -> "_Known":
        gone = {*changes.removed, *(precedent.id for precedent in changes.added)}
        stay = [at for at, precedent in enumerate(self.precedents) if precedent.id not in gone]
        vectors = [self.vectors[stay]]
        if changes.added:
            new = embedder.embed([_compared(precedent.question) for precedent in changes.added])
            vectors.append(np.asarray(new, dtype=np.float32))
        precedents = (*(self.precedents[at] for at in stay), *changes.added)
        intents = np.array([precedent.intent for precedent in precedents], dtype=np.str_)
        return _Known(changes.number, precedents, np.concatenate(vectors), intents)

    def alike(self, asked: Sequence[Asked], vectors: Vectors) -> Iterator[Precedent]:
        """Yield what answers the same question, the most alike first; the whole is asked first, then its parts."""
        theirs = self.intents
        likeness = np.full(len(theirs), -1.0, dtype=np.float32)
        for (_, intent), vector in zip(asked, vectors, strict=True):
            own = self.vectors @ vector
            if intent != UNKNOWN_INTENT:
                own = np.where(theirs == intent, own + SAME_INTENT, np.where(theirs == UNKNOWN_INTENT, own, -1.0))
            likeness = np.maximum(likeness, own)
        whole, _ = asked[0]
        for place in np.argsort(-likeness, kind="stable"):
            if likeness[place] < ALIKE:
                return
            if may_be_same(whole, self.precedents[place].question):
                yield self.precedents[place]


def _asked(question: str, triage: Triage) -> list[Asked]:
    """The whole question and, where it asks several things, each of them; none without words."""
    texts = [(_compared(question), triage.intent)]
    if len(triage.needs) > 1:
        texts += [(_compared(need.text), need.intent) for need in triage.needs[:_MOST_NEEDS]]
    return [(text, intent) for text, intent in texts if any(character.isalnum() for character in text)]


def _compared(question: str) -> str:
    """What is compared of a question: what triage embeds of it, so that mostly nothing is embedded twice."""
    return " ".join(prose(question).split())[:_READ]
