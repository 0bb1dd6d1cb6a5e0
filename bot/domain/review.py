"""How people decide on a draft: the states of a review, and who may do what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.answer import Proposal, Risk
from bot.domain.chat import MessageRef, Person, Role
from bot.domain.errors import NotAllowed


class ReviewState(StrEnum):
    """Where a review stands. Only READY can be decided; DELIVERING ends in DELIVERED or FAILED."""

    DRAFTING = "drafting"
    READY = "ready"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    FAILED = "failed"
    REJECTED = "rejected"
    HANDED_OFF = "handed_off"


OPEN_STATES = frozenset({ReviewState.DRAFTING, ReviewState.READY})


class Action(StrEnum):
    """What a person can decide about a draft."""

    APPROVE = "approve"
    EDIT = "edit"
    REJECT = "reject"
    HAND_OFF = "hand_off"


class FailureMode(StrEnum):
    """Why a draft was wrong; every failure has one of these modes."""

    MISSING_KNOWLEDGE = "missing_knowledge"
    STALE_POLICY = "stale_policy"
    AMBIGUOUS_INTENT = "ambiguous_intent"
    TOOL_FAILURE = "tool_failure"
    POLICY_RESTRICTION = "policy_restriction"
    TONE = "tone"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided what, when, on which draft (by its hash). `text` is the edited reply; `to` the person handed to."""

    review_id: str
    action: Action
    by: Person
    at: datetime
    draft_hash: str
    text: str = ""
    mode: FailureMode | None = None
    note: str = ""
    to: Person | None = None
    redraft: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """The surface's proof that the customer's side accepted the reply."""

    surface: str
    at: datetime
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """One draft of one escalation before the team: its card, its state, its end.

    `id` is "<escalation>/<number>". `version` grows with every change, so that a card is never painted over by an older
    state. `editor` is who last changed the text of a draft that still waits for a senior. `problem` says what failed.
    """

    id: str
    escalation_id: str
    number: int
    revision: int
    state: ReviewState
    version: int
    opened_at: datetime
    proposal: Proposal | None = None
    card: MessageRef | None = None
    editor: Person | None = None
    decision: Decision | None = None
    receipt: Receipt | None = None
    problem: str = ""

    @property
    def reply(self) -> str:
        """What the customer gets: the edited text where a person edited, else the draft."""
        if self.decision and self.decision.text:
            return self.decision.text
        return self.proposal.draft.text if self.proposal else ""


def review_id(escalation_id: str, number: int) -> str:
    return f"{escalation_id}/{number}"


def escalation_of(review_id: str) -> str:
    """The id of the escalation that a review is about."""
    return review_id.partition("/")[0]


def subject_of(review_id: str, draft_hash: str) -> str:
    """What a button or form of a card is about: a review, and the very text that whoever presses it has seen."""
    return f"{review_id}#{draft_hash}"


def review_and_hash(subject: str) -> tuple[str, str]:
    """The two parts of what `subject_of` gave."""
    review_id, _, draft_hash = subject.partition("#")
    return review_id, draft_hash


def why_closed(review: Review) -> str:
    """Tell whoever came late what happened to the draft, who did it and when."""
    decision = review.decision
    if decision is not None:
        done = {Action.APPROVE: "approved", Action.EDIT: "edited and approved", Action.REJECT: "rejected"}
        verb = done.get(decision.action, "handed off")
        return f"{decision.by.name or decision.by.id} {verb} this at {decision.at:%H:%M} UTC on {decision.at:%d %B}."
    if review.state is ReviewState.SUPERSEDED:
        return "This draft was replaced by a newer one, further down in the thread."
    if review.state is ReviewState.WITHDRAWN:
        return "The customer's message was deleted, so this draft was closed."
    if review.state is ReviewState.DRAFTING:
        return "The draft is still being written."
    return "This draft is not open any more."


def needs_second_person(risk: Risk) -> bool:
    """Tell whether a reply of this risk takes a senior's approval by somebody who neither asked nor edited."""
    return risk is Risk.HIGH


def check_may_decide(
    action: Action, risk: Risk, role: Role | None, *, actor: Person, askers: Sequence[Person], editor: Person | None
) -> None:
    """Let a permitted decision pass.

    Low and medium risk take one rep. High risk is assist only: a rep may edit, reject or hand off, but sending takes a
    senior who neither asked for the draft, nor guided it, nor edited it. Raises NotAllowed with a sentence that says
    who may.
    """
    if role is None:
        raise NotAllowed("Only support reps can decide on drafts. Ask your manager to add you to the reps.")
    if action is not Action.APPROVE or not needs_second_person(risk):
        return
    if role < Role.SENIOR:
        raise NotAllowed("This is high risk: a senior rep must approve it. You can edit, reject or hand it off.")
    if actor.same_as(editor):
        raise NotAllowed("This is high risk and you edited the text: another senior rep must approve it.")
    if any(actor.same_as(asker) for asker in askers):
        raise NotAllowed("This is high risk and you asked for it: another senior rep must approve it.")
