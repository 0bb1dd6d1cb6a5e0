"""What the learning loop remembers: eval cases and their runs, fixes, the policy log; and what builds a fix."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.article import Release, Revision
from bot.domain.chat import MessageRef, Person
from bot.domain.fix import FixState, KnowledgeFix, PolicyChange
from bot.domain.intents import Label, TopicProposal
from bot.domain.quality import CaseResult, EvalCase, EvalRun


class Cases(Protocol):
    """The eval cases of one workspace."""

    async def save(self, case: EvalCase) -> tuple[EvalCase, bool]:
        """Keep the case; the same conversation again keeps the first one's content and credits both; tell if new."""
        ...

    async def replace(self, case: EvalCase) -> None:
        """Change a case that is there. Raises NotFound."""
        ...

    async def get(self, case_id: str) -> EvalCase:
        """Find by id or a unique beginning of it. Raises NotFound."""
        ...

    async def all(self) -> tuple[EvalCase, ...]:
        """Every case, oldest first."""
        ...


class EvalRuns(Protocol):
    """Runs over cases and what they scored; results are found again by their fingerprint."""

    async def begin(self, run: EvalRun) -> None: ...

    async def record(self, run_id: str, results: Sequence[CaseResult]) -> None:
        """Keep results of a run; the same case and trial again replaces the result."""
        ...

    async def finish(self, run: EvalRun) -> None: ...

    async def get(self, run_id: str) -> tuple[EvalRun, tuple[CaseResult, ...]]:
        """Find by id, a unique beginning of it, or "latest". Raises NotFound."""
        ...

    async def newest(self, limit: int = 20) -> tuple[EvalRun, ...]: ...

    async def of_case(self, case_id: str, limit: int = 50) -> tuple[tuple[EvalRun, CaseResult], ...]:
        """What the case scored, in the newest runs first."""
        ...

    async def known(self, fingerprints: Sequence[str]) -> dict[str, CaseResult]:
        """The newest result without an error of each of these fingerprints that has one."""
        ...


class Fixes(Protocol):
    """The knowledge fixes of one workspace."""

    async def open(self, fix: KnowledgeFix) -> KnowledgeFix:
        """Keep a new fix; the one with this id that is there already is returned as it stands."""
        ...

    async def get(self, fix_id: str) -> KnowledgeFix:
        """Raises NotFound."""
        ...

    async def change(self, fix: KnowledgeFix) -> KnowledgeFix:
        """Replace the fix if its version is still the stored one; return it with the next version. Raises Conflict."""
        ...

    async def set_card(self, fix_id: str, card: MessageRef) -> None:
        """Remember the card's message; does not raise the version: who presses the new card has seen what it says."""
        ...

    async def in_state(self, *states: FixState, limit: int = 100) -> tuple[KnowledgeFix, ...]:
        """Those in these states, oldest first."""
        ...

    async def newest(self, limit: int = 200) -> tuple[KnowledgeFix, ...]:
        """Those that were proposed last, newest first."""
        ...

    async def proposed_by(self, person: Person, limit: int = 20) -> tuple[KnowledgeFix, ...]:
        """What this person proposed, newest first."""
        ...


class Labels(Protocol):
    """The labelled questions of one workspace, one a conversation."""

    async def save(self, label: Label) -> Label:
        """Keep the label, unless a newer one of its conversation is there; return the one that counts.

        One that says the same as before stays taught.
        """
        ...

    async def get(self, label_id: str) -> Label:
        """Raises NotFound."""
        ...

    async def all(self) -> tuple[Label, ...]:
        """Every label that counts, oldest first."""
        ...

    async def between(self, since: datetime, until: datetime) -> tuple[Label, ...]:
        """Those that count and were given in the period, oldest first."""
        ...

    async def untaught(self) -> tuple[Label, ...]:
        """Those that no release has learned from, oldest first; a release that was rolled back did learn from its."""
        ...

    async def mark_taught(self, labels: Sequence[Label], release: int) -> None:
        """Remember which release learned from these; one that was replaced since they were read stays as it is."""
        ...


class Topics(Protocol):
    """The proposed topics of one workspace."""

    async def open(self, topic: TopicProposal) -> TopicProposal:
        """Keep a new topic; the one with this id that is there already is returned as it stands."""
        ...

    async def get(self, topic_id: str) -> TopicProposal:
        """Raises NotFound."""
        ...

    async def change(self, topic: TopicProposal) -> TopicProposal:
        """Replace the topic if its version is still the stored one; return it with the next. Raises Conflict."""
        ...

    async def set_card(self, topic_id: str, card: MessageRef) -> None:
        """Remember the card's message; does not raise the version."""
        ...

    async def newest(self, limit: int = 1000) -> tuple[TopicProposal, ...]:
        """Those that were proposed last, newest first."""
        ...


class PolicyLog(Protocol):
    """Every change that can alter what customers are told; nothing in it is ever changed."""

    async def add(self, *changes: PolicyChange) -> None:
        """Keep each change, once per id; all or none of them."""
        ...

    async def newest(self, limit: int = 200) -> tuple[PolicyChange, ...]: ...

    async def between(self, since: datetime, until: datetime, *kinds: str) -> tuple[PolicyChange, ...]:
        """The changes of these kinds in the period, oldest first."""
        ...


class Knowledge(Protocol):
    """What the knowledge does for a fix. What it says is in the store: articles, and the releases that name them."""

    async def propose(
        self, revision: Revision, *, beside: Release, reason: str, by: Person | None, fix: str
    ) -> Release:
        """Build the release that has this one revision on top of the one it stands beside, ready to be searched.

        It is not live. The same one again for the same fix is the same release. Raises Rejected
        for a revision without text, and Unavailable where the embedder does not answer.
        """
        ...
