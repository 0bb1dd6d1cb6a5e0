"""What is remembered for one workspace, a repository for each noun, and `Store`, the bundle of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.answer import Draft, Finding, Proposal
from bot.domain.chat import MessageRef, Person, Place
from bot.domain.confidence import Judgement
from bot.domain.escalation import Escalation, EscalationStatus, Outcome, Turn
from bot.domain.review import Decision, Receipt, Review
from bot.domain.trace import Trace
from bot.ports.articles import Articles, Releases, WorkflowParts
from bot.ports.digests import Digests
from bot.ports.history import History
from bot.ports.holding import Holdings
from bot.ports.judging import Escapes, Ratings
from bot.ports.learning import Cases, EvalRuns, Fixes, Labels, PolicyLog, Topics
from bot.ports.pinging import Pings
from bot.ports.precedents import Precedents
from bot.ports.reaching import Accounts, Conversations, OpenForms, ShownCards
from bot.ports.sampling import Samples
from bot.ports.timing import Slots
from bot.ports.usage import Ledger, Replies
from bot.ports.watching import Spikes


class Escalations(Protocol):
    """The escalations of one workspace."""

    async def receive(
        self, escalation: Escalation, *, burst_seconds: float = 0.0, burst_key: str = ""
    ) -> tuple[Escalation, bool]:
        """Open the escalation, or add its new turns to the one that it belongs to; atomic.

        It belongs to the stored one of the same id; else, with a `burst_key`, to the newest open one with that key, if
        its last customer turn is at most `burst_seconds` older than this one's first. Known turns (by ref) are not
        added again; new customer or reviewer turns raise the revision, an agent's do not; a customer's open an answered
        or withdrawn one again. Returns the stored escalation and whether its revision changed (True for a new one).
        Raises Conflict when the stored one is another customer's.
        """
        ...

    async def get(self, escalation_id: str) -> Escalation:
        """Raises NotFound."""
        ...

    async def several(self, ids: Collection[str]) -> Mapping[str, Escalation]:
        """Those of these that there are, by id; in a few statements, however many."""
        ...

    async def at_place(self, place: Place) -> Escalation | None:
        """The escalation that is worked on in this thread."""
        ...

    async def in_room(self, platform: str, room: str, limit: int = 20) -> tuple[Escalation, ...]:
        """Those that are worked on in threads of this room, newest first."""
        ...

    async def with_turn(self, ref: str) -> Escalation | None:
        """The escalation that has the turn with this `ref`, even if the turn was removed since."""
        ...

    async def change_turn(self, ref: str, text: str | None) -> Escalation | None:
        """Replace (or with None remove) the text of the turn with this `ref`, whichever escalation it belongs to.

        Raises the revision unless the turn is an agent's; an escalation left without customer turns becomes withdrawn.
        None when nothing changed.
        """
        ...

    async def add_turn(self, escalation_id: str, turn: Turn) -> Escalation:
        """Add one turn (once per ref), raising the revision unless it is an agent's."""
        ...

    async def set_place(self, escalation_id: str, place: Place) -> Escalation:
        """Remember where the team works on it."""
        ...

    async def set_status(self, escalation_id: str, status: EscalationStatus) -> None: ...

    async def record_outcome(self, outcome: Outcome) -> bool:
        """Keep the outcome, once per key; tell whether it was new. Raises NotFound for an unknown conversation."""
        ...


@dataclass(frozen=True, slots=True)
class Claim:
    """The answer to a decision: `review` as it now stands, and whether this decision is the one that counts."""

    review: Review
    won: bool


class Reviews(Protocol):
    """The drafts before the team, one open review an escalation at most."""

    async def open(self, escalation: Escalation, *, at: datetime) -> tuple[Review, tuple[Review, ...]]:
        """Open the review of this revision (once) and supersede older undecided ones; return it and those superseded.

        A revision that is older than one already opened gets its own review in state SUPERSEDED.
        """
        ...

    async def get(self, review_id: str) -> Review:
        """Raises NotFound."""
        ...

    async def of_escalation(self, escalation_id: str) -> tuple[Review, ...]:
        """All reviews of an escalation, oldest first."""
        ...

    async def of_escalations(self, ids: Collection[str]) -> Mapping[str, tuple[Review, ...]]:
        """The same of each of these that has any, by its id; in a few statements, however many."""
        ...

    async def propose(self, review_id: str, proposal: Proposal) -> Review:
        """Put the proposal before the team: DRAFTING becomes READY; in any other state only the proposal is kept.

        Kept means: among the draft versions. What was decided on, and what a person edited, stays as it is.
        """
        ...

    async def set_card(self, review_id: str, card: MessageRef) -> None:
        """Remember the card's message; does not raise the version."""
        ...

    async def claim(self, decision: Decision) -> Claim:
        """Let one decision win: conditional on READY and on the draft's hash; atomic.

        The same decision again is won again. Approve and edit lead to DELIVERING, reject to REJECTED, hand off to
        HANDED_OFF. Raises Conflict when the draft was replaced or there is nothing to decide.
        """
        ...

    async def revise(
        self, review_id: str, *, draft_hash: str, draft: Draft, findings: tuple[Finding, ...], editor: Person
    ) -> Review:
        """Replace the text of a READY draft that still waits for a senior, and what was found in it.

        Raises Conflict if it changed.
        """
        ...

    async def settle(self, review_id: str, *, receipt: Receipt | None, problem: str, final: bool = True) -> Review:
        """End a delivery: DELIVERED with its receipt, or FAILED with its problem (`final=False`: still trying).

        A problem ends DRAFTING in FAILED too and changes no other state. Raises Conflict for a receipt of what was not
        to be delivered.
        """
        ...

    async def retry(self, review_id: str) -> Review:
        """FAILED becomes DELIVERING again. Raises Conflict from any other state."""
        ...

    async def withdraw(self, escalation_id: str) -> tuple[Review, ...]:
        """Close every undecided review of an escalation whose question is gone; return all that are withdrawn."""
        ...

    async def waiting(self, limit: int = 50) -> tuple[Review, ...]:
        """READY and FAILED reviews, oldest first."""
        ...

    async def decided_by(self, person: Person, since: datetime, limit: int = 20) -> tuple[Review, ...]:
        """What this person decided since then, newest first."""
        ...

    async def of_intent(self, intent: str, since: datetime, limit: int = 3000) -> tuple[Review, ...]:
        """The newest draft of each escalation that triage judged to be of this intent since then, oldest first."""
        ...

    async def judged(
        self, *, drafter: str | None = None, since: datetime | None = None, limit: int | None = None
    ) -> tuple[Judgement, ...]:
        """What people made of drafts that they could have sent as they were, newest decision first.

        Of one drafter or of all. A hand-off judges the case and not the text, an abstention or a blocked draft could
        not be sent, and what was superseded or withdrawn nobody decided: these are not among them.
        """
        ...


class Outbox(Protocol):
    """Remembers which effect was begun and done, so that a repeated step knows whether to look before it posts."""

    async def begin(self, key: str) -> MessageRef | bool:
        """Note the attempt; return the message if it was done, True if it was begun before, False if it is new."""
        ...

    async def done(self, key: str, message: MessageRef) -> None: ...


class Traces(Protocol):
    """The record of runs."""

    async def save(self, trace: Trace) -> None:
        """Keep the trace; saved again under the same id, it gets the spans that it lacks, for spans never change."""
        ...

    async def get(self, trace_id: str) -> Trace:
        """Find by id, by a unique beginning of it, or the newest of an escalation's id. Raises NotFound."""
        ...

    async def newest(self, limit: int = 20) -> tuple[Trace, ...]: ...


@dataclass(frozen=True, slots=True)
class Received:
    """A stimulus that was accepted and not yet handled: `kind` names its parser, `payload` is JSON."""

    key: str
    kind: str
    payload: str


class Inbox(Protocol):
    """What was acknowledged and must not be lost. Many acceptances at once share one commit."""

    async def accept(self, received: Received) -> bool:
        """Return once it is durable; False when this key was accepted before (within the time that keys are kept)."""
        ...

    async def pending(self, limit: int = 500) -> tuple[Received, ...]:
        """What is not handled yet, oldest first."""
        ...

    async def handled(self, keys: Sequence[str]) -> None:
        """Mark as handled; the keys are kept for a day so that redeliveries are recognised."""
        ...


@dataclass(frozen=True, slots=True)
class Store:
    """Everything we remember for one workspace. No method of it can read or write another workspace's rows."""

    workspace: str
    escalations: Escalations
    reviews: Reviews
    outbox: Outbox
    traces: Traces
    articles: Articles
    releases: Releases
    workflow_parts: WorkflowParts
    inbox: Inbox
    ledger: Ledger
    replies: Replies
    cases: Cases
    eval_runs: EvalRuns
    fixes: Fixes
    policy_log: PolicyLog
    pings: Pings
    precedents: Precedents
    ratings: Ratings
    escapes: Escapes
    topics: Topics
    labels: Labels
    slots: Slots
    history: History
    spikes: Spikes
    holdings: Holdings
    samples: Samples
    digests: Digests
    conversations: Conversations
    shown_cards: ShownCards
    open_forms: OpenForms
    accounts: Accounts
