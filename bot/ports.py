"""What the core needs from the world, each as one protocol with one promise, and `Desk`, the bundle of them.

Implementations are chosen in `bot.app` alone. A contract test in `tests/contracts` runs each promise against every
implementation. Any method may raise `Unavailable`; what else it raises is said where it is promised.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from bot.cards.elements import Card, Form
from bot.domain.answer import Draft, Finding, Passage, Proposal, Triage
from bot.domain.article import Audience, Release, Revision
from bot.domain.chat import FormErrors, MessageRef, Person, Place, Role, Room, RoomMessage, Stimulus, Toast
from bot.domain.escalation import Customer, Escalation, EscalationStatus, Outcome, Turn
from bot.domain.review import Decision, Receipt, Review
from bot.domain.trace import Span, Trace

T = TypeVar("T")

Answer = Toast | Form | FormErrors | None
"""What a handler gives back to whoever acted."""


class Clock(Protocol):
    """Tells the time; tests bring their own."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


# --- answering --------------------------------------------------------------------------------------------------------


class Embedder(Protocol):
    """Turns texts into unit vectors whose inner product is their likeness."""

    name: str
    dimensions: int

    def embed(self, texts: Sequence[str]) -> Any:
        """Embed into a float32 array of shape (len(texts), dimensions), rows of length 1 (or 0 for empty text)."""
        ...


class Triager(Protocol):
    """Judges what an escalation is about."""

    async def triage(self, escalation: Escalation) -> Triage:
        """Judge the escalation's question; never fails on any text, and says "unknown" where it does not know."""
        ...


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Passages, best first, and the number of the knowledge release that they were found in."""

    passages: tuple[Passage, ...]
    release: int


class Retriever(Protocol):
    """Finds citable passages in a knowledge release."""

    async def retrieve(
        self, query: str, *, at: datetime, audience: Audience, limit: int = 8, release: int | None = None
    ) -> Retrieved:
        """Find the best passages among what may be cited at that time to that audience.

        In the live release, or in the numbered one: a run keeps the release that it began with. Raises NotFound for a
        release that never was. A query without letters or digits finds nothing.
        """
        ...


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """What a drafter works from: the customer's words, the team's guidance and the only sources that it may use."""

    escalation: Escalation
    triage: Triage
    passages: tuple[Passage, ...]


class Drafter(Protocol):
    """Writes a suggested reply."""

    name: str

    async def draft(self, request: DraftRequest) -> Draft:
        """Draft from the passages alone, citing them; without support, abstain and name what is missing."""
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


# --- delivery ---------------------------------------------------------------------------------------------------------


class Platform(Protocol):
    """A chat platform where the team works. Raises DeliveryFailed when the platform refuses for good."""

    name: str

    async def post(self, place: Place, card: Card, *, key: str) -> MessageRef:
        """Post a card once per key, even when an earlier try was cut off after the platform accepted it."""
        ...

    async def reply(self, place: Place, text: str, *, key: str) -> MessageRef:
        """Post plain text, once per key: no formatting, mention or unfurling comes out of it."""
        ...

    async def update(self, message: MessageRef, card: Card) -> None:
        """Replace a card that was posted before."""
        ...

    async def tell(self, place: Place, person: Person, text: str) -> None:
        """Say something that only this person sees."""
        ...

    async def publish_home(self, person: Person, card: Card) -> None:
        """Show the card as this person's own page."""
        ...

    async def permalink(self, message: MessageRef) -> str:
        """The address of a message, or an empty string where it has none."""
        ...

    async def room(self, room: str) -> Room:
        """Describe a room given by id or "#name". Raises NotFound."""
        ...

    async def thread(self, place: Place) -> tuple[RoomMessage, ...]:
        """What people and bots wrote in the thread, oldest first, our own messages left out. Raises NotFound."""
        ...

    async def name_of(self, person: Person) -> str:
        """The name that colleagues know this person by."""
        ...


class Intake(Protocol):
    """What a platform hands its stimuli to."""

    def immediate(self, stimulus: Stimulus) -> bool:
        """Tell whether this one must be answered within the acknowledgement (it opens a form, or sends one)."""
        ...

    async def accept(self, stimulus: Stimulus) -> None:
        """Return once the stimulus is durable; it is handled afterwards, and its answer shown with `Platform.tell`."""
        ...

    async def answer(self, stimulus: Stimulus) -> Answer:
        """Handle the stimulus now. Raises no RatchetError: those come back as a Toast."""
        ...


class People(Protocol):
    """Knows who may do what."""

    async def role(self, person: Person) -> Role | None:
        """The person's highest role, or None for an outsider. Raises Unavailable rather than guess."""
        ...


@dataclass(frozen=True, slots=True)
class Inbound:
    """What a surface's request asks for: turns of a conversation, or an outcome of one."""

    external_id: str
    customer: Customer | None = None
    turns: tuple[Turn, ...] = ()
    outcome: Outcome | None = None
    channel: str = ""
    language: str | None = None
    reply_url: str | None = None
    metadata: Mapping[str, str] | None = None


class Surface(Protocol):
    """Where the customer is: reads the inbound request and delivers the approved reply.

    `receives` tells whether customers' systems may post to it over HTTP.
    """

    name: str
    receives: bool

    def parse(self, headers: Mapping[str, str], body: bytes) -> Inbound:
        """Read a request. Raises Unauthenticated for a bad signature and Rejected, naming the field, for a bad body."""
        ...

    async def deliver(self, escalation: Escalation, text: str, *, key: str) -> Receipt:
        """Deliver the reply under a key that the receiver can tell repeats by. Raises DeliveryFailed."""
        ...


# --- memory -----------------------------------------------------------------------------------------------------------


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
        """
        ...

    async def get(self, escalation_id: str) -> Escalation:
        """Raises NotFound."""
        ...

    async def at_place(self, place: Place) -> Escalation | None:
        """The escalation that is worked on in this thread."""
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


class Outbox(Protocol):
    """Remembers which effect was begun and done, so that a repeated step knows whether to look before it posts."""

    async def begin(self, key: str) -> MessageRef | bool:
        """Note the attempt; return the message if it was done, True if it was begun before, False if it is new."""
        ...

    async def done(self, key: str, message: MessageRef) -> None: ...


class Traces(Protocol):
    """The record of runs."""

    async def save(self, trace: Trace) -> None:
        """Keep the trace whole; saving the same id again replaces it."""
        ...

    async def get(self, trace_id: str) -> Trace:
        """Find by id, by a unique beginning of it, or the newest of an escalation's id. Raises NotFound."""
        ...

    async def newest(self, limit: int = 20) -> tuple[Trace, ...]: ...


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


class Releases(Protocol):
    """The numbered releases of one workspace, by kind."""

    async def live(self, kind: str) -> Release:
        """The live release; number 0 with an empty manifest before the first."""
        ...

    async def publish(
        self, kind: str, manifest: Mapping[str, str], *, reason: str, at: datetime
    ) -> tuple[Release, bool]:
        """Make the manifest the live release: the next number, or the same one when nothing differs; tell if new."""
        ...

    async def get(self, kind: str, number: int) -> Release:
        """Raises NotFound."""
        ...


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
    inbox: Inbox


# --- running ----------------------------------------------------------------------------------------------------------


class Run(Protocol):
    """One execution of a workflow. Steps run in order, are timed and recorded, and are not repeated once done."""

    id: str

    async def step(self, name: str, function: Callable[..., Awaitable[T]], *args: Any, **kwargs: Any) -> T:
        """Execute the function as a recorded step and return its result.

        The function's return annotation tells how its result is kept, so it must be a plain value or a frozen dataclass
        of them. After a crash, finished steps give their recorded result and the one in flight is executed again.
        """
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait, durably where the run is durable."""
        ...

    async def start(self, workflow: str, key: str, **arguments: str | int) -> None:
        """Start another workflow, as `Runtime.start` does; called between steps, never inside one."""
        ...

    @property
    def spans(self) -> tuple[Span, ...]:
        """What was executed so far."""
        ...


class Runtime(Protocol):
    """Starts workflows that survive a crash."""

    async def start(self, workflow: str, key: str, **arguments: str | int) -> None:
        """Start the workflow, once per key; durable when this returns."""
        ...


@dataclass(frozen=True, slots=True)
class Policy:
    """What the team decided about how Ratchet behaves; part of the workflow release."""

    rooms: tuple[str, ...] = ()
    relay_bots: frozenset[str] = frozenset()
    default_room: str = ""
    burst_seconds: float = 3.0
    allowed_hosts: frozenset[str] = frozenset()
    banned_phrases: tuple[str, ...] = ()
    delivery_delays: tuple[float, ...] = (2, 10, 60, 300, 1800)


@dataclass(frozen=True, slots=True)
class Desk:
    """All that a use case may touch."""

    clock: Clock
    policy: Policy
    store: Store
    triager: Triager
    retriever: Retriever
    drafter: Drafter
    guardrails: tuple[Guardrail, ...]
    platforms: Mapping[str, Platform]
    surfaces: Mapping[str, Surface]
    people: People
    runtime: Runtime
    workflow_release: int = 0
