"""What answering needs: to judge, to search, to draft, to check."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.domain.answer import Draft, Finding, Passage, Triage
from bot.domain.article import Audience
from bot.domain.confidence import Calibrated
from bot.domain.escalation import Escalation
from bot.domain.precedent import Precedent


class Embedder(Protocol):
    """Turns texts into unit vectors whose inner product is their likeness.

    Calls may compute or, for an embedder behind a network, wait: call it in a thread unless it is known to be quick.
    Raises Unavailable where it depends on something that does not answer.
    """

    name: str
    dimensions: int

    def embed(self, texts: Sequence[str]) -> Any:
        """Embed into a float32 array of shape (len(texts), dimensions), rows of length 1 (or 0 for empty text)."""
        ...


class TokenEmbedder(Embedder, Protocol):
    """An embedder that also tells what each piece of a text means where it stands."""

    def embed_tokens(self, texts: Sequence[str]) -> tuple[Any, list[Any]]:
        """Embed as `embed` does, and each text's tokens: float32 arrays of (tokens, dimensions), rows of length 1."""
        ...


class Triager(Protocol):
    """Judges what an escalation is about."""

    async def triage(self, escalation: Escalation) -> Triage:
        """Judge the escalation's question; never fails on any text, and says "unknown" where it does not know."""
        ...


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Passages, best first, and the number of the knowledge release that they were found in.

    `notes` are for the team: what was not as it should be (the embedder did not answer, so only words were compared).
    """

    passages: tuple[Passage, ...]
    release: int
    notes: tuple[str, ...] = ()


class Reranker(Protocol):
    """Judges how well passages answer a query, reading both together; slower and better than retrieval."""

    name: str

    async def rerank(self, query: str, passages: Sequence[Passage]) -> Sequence[float]:
        """Give each passage a score, higher is better. Raises Unavailable where it cannot."""
        ...


class Retriever(Protocol):
    """Finds citable passages in a knowledge release."""

    async def retrieve(
        self,
        query: str,
        *,
        at: datetime,
        audience: Audience,
        limit: int = 8,
        release: int | None = None,
        needs: Sequence[str] = (),
    ) -> Retrieved:
        """Find the best passages among what may be cited at that time to that audience.

        In the live release, or in the numbered one: a run keeps the release that it began with. Raises NotFound for a
        release that never was. A query without letters or digits finds nothing. `needs` are things asked in it that
        are searched apart as well, so that each has its passages among those found.
        """
        ...


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """What a drafter works from: the customer's words, the team's guidance and the only sources that it may use.

    `precedents` show how the team answered before; they are no source, and nothing may be cited or stated from them.
    """

    escalation: Escalation
    triage: Triage
    passages: tuple[Passage, ...]
    precedents: tuple[Precedent, ...] = ()


Progress = Callable[[str], None]
"""Is told what a drafter has written so far, the whole of it each time; returns at once and never fails."""


class Drafter(Protocol):
    """Writes a suggested reply.

    `slow` tells that it takes long enough (a second and more) for people to want to see that it is at work.
    """

    name: str
    slow: bool

    async def draft(self, request: DraftRequest, progress: Progress | None = None) -> Draft:
        """Draft from the passages alone, citing them; without support, abstain and name what is missing.

        A slow drafter tells `progress` what it has written; it is not checked yet, and is for the team alone.
        """
        ...


class Calibration(Protocol):
    """Turns a drafter's estimate into a confidence that means something: the share of such drafts sent unchanged."""

    async def calibrate(self, draft: Draft) -> Calibrated:
        """Give the confidence in the draft, with all that it was computed from; 0 for an abstention.

        Drafts of one drafter keep the order of their estimates.
        """
        ...


@dataclass(frozen=True, slots=True)
class GuardInput:
    """What a guardrail judges.

    `allowed_hosts` are the hosts that a reply may link to, `banned_phrases` what the team never says.
    """

    escalation: Escalation
    triage: Triage
    passages: tuple[Passage, ...]
    draft: Draft
    at: datetime
    allowed_hosts: frozenset[str] = frozenset()
    banned_phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Guardrail:
    """One rule that a draft must pass. A plug-in module in `bot/guardrails` has one as its constant GUARDRAIL."""

    name: str
    title: str
    check: Callable[[GuardInput], Iterable[Finding]]
