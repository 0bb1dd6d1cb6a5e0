"""What is remembered of the knowledge: article revisions with their passages, and the releases that name them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.answer import Passage
from bot.domain.article import Release, Revision
from bot.domain.chat import Person


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as the library keeps it; `vector` are the float32 bytes of its embedding by `embedder`."""

    passage: Passage
    ordinal: int
    embedder: str
    vector: bytes


class Articles(Protocol):
    """Article revisions, their passages, and the releases that name them. Revisions and releases never change."""

    async def add(self, revision: Revision, passages: Sequence[StoredPassage]) -> None:
        """Keep the revision with its passages; again with the same hash only replaces the passages."""
        ...

    async def add_many(self, items: Sequence[tuple[Revision, Sequence[StoredPassage]]]) -> None:
        """As `add`, in one transaction."""
        ...

    async def revisions(self, manifest: Mapping[str, str]) -> tuple[Revision, ...]:
        """The revisions that a knowledge manifest (slug -> hash) names, by slug."""
        ...

    async def passages(self, manifest: Mapping[str, str]) -> tuple[StoredPassage, ...]:
        """Every passage of the manifest's revisions, in reading order."""
        ...


class WorkflowParts(Protocol):
    """The texts that workflow releases consist of, by the digests that their manifests name. A text never changes."""

    async def keep(self, parts: Mapping[str, str]) -> dict[str, str]:
        """Keep the text of each part; return the manifest that names them (part -> digest)."""
        ...

    async def texts(self, manifest: Mapping[str, str]) -> dict[str, str]:
        """The text of each part that the manifest names, without those that were never kept."""
        ...


class Releases(Protocol):
    """The numbered releases of one workspace, by kind."""

    async def live(self, kind: str) -> Release:
        """The live release; number 0 with an empty manifest before the first."""
        ...

    async def publish(
        self,
        kind: str,
        manifest: Mapping[str, str],
        *,
        reason: str,
        at: datetime,
        by: Person | None = None,
    ) -> tuple[Release, bool]:
        """Make the manifest the live release: the next number, or the live one when nothing differs; tell if new."""
        ...

    async def propose(
        self, kind: str, manifest: Mapping[str, str], *, reason: str, at: datetime, by: Person | None, fix: str
    ) -> Release:
        """Give the manifest the next number, not live; that of the same manifest and fix keeps its own."""
        ...

    async def activate(self, kind: str, number: int, *, instead_of: int | None = None) -> Release:
        """Make this release the live one, atomically, and return it; the live one again changes nothing.

        Raises NotFound, and Conflict where `instead_of` is given and is not live any more.
        """
        ...

    async def get(self, kind: str, number: int) -> Release:
        """Raises NotFound."""
        ...

    async def newest(self, kind: str, limit: int = 20) -> tuple[Release, ...]:
        """The highest numbers first, live or not."""
        ...
