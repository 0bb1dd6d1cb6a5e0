"""The weekly digests that were made for the managers' room, as they were posted."""

from dataclasses import dataclass
from typing import Protocol

from bot.domain.chat import MessageRef
from bot.domain.digest import Digest


@dataclass(frozen=True, slots=True)
class KeptDigest:
    """A week's digest; `card` is its message in the managers' room once it is there."""

    digest: Digest
    card: MessageRef | None = None


class Digests(Protocol):
    """The digests of one workspace, one a week."""

    async def keep(self, digest: Digest) -> KeptDigest:
        """Keep the digest of its week; the one that is there already stays, and is what is returned."""
        ...

    async def get(self, week: str) -> KeptDigest | None:
        """The digest of the week with this label, such as 2026-W47."""
        ...

    async def set_card(self, week: str, card: MessageRef) -> None:
        """Remember where it was posted."""
        ...
