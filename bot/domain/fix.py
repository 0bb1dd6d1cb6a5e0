"""Knowledge fixes: an article's change that somebody proposed, its way to the customers, and who may do what."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.article import Revision
from bot.domain.chat import MessageRef, Person, Place, Role
from bot.domain.errors import NotAllowed
from bot.domain.quality import GateResult
from bot.domain.review import FailureMode


class FixState(StrEnum):
    """OPEN waits for the owner; TESTING is before the gate; HELD by it; LIVE, RETURNED and WITHDRAWN are ends.

    A returned fix can be sent again; a held one goes live only with a manager's written reason.
    """

    OPEN = "open"
    TESTING = "testing"
    HELD = "held"
    LIVE = "live"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class KnowledgeFix:
    """A proposed state of one article. `base` is the hash of the revision that it changes, "" for a new article.

    `place` is the thread where it began and is told how it ended, `card` its review card in the owner's room.
    `version` grows with every change, so that a decision names what was seen. `release` is the knowledge release that
    it went live with. `override` is the manager's reason for letting a held one through.
    """

    id: str
    state: FixState
    revision: Revision
    base: str
    by: Person
    opened_at: datetime
    reason: str = ""
    mode: FailureMode | None = None
    escalation: str = ""
    place: Place | None = None
    card: MessageRef | None = None
    version: int = 1
    decided_by: Person | None = None
    decided_at: datetime | None = None
    note: str = ""
    gate: GateResult | None = None
    release: int | None = None
    override: str = ""


def check_may_approve(fix: KnowledgeFix, role: Role | None, actor: Person) -> None:
    """Let whoever may approve a fix pass: a senior rep or manager who did not propose it. Raises NotAllowed."""
    if role is None or role < Role.SENIOR:
        raise NotAllowed("A senior rep or a manager approves knowledge fixes. Ask one of them.")
    if actor.same_as(fix.by):
        raise NotAllowed("You proposed this fix, so somebody else must approve it.")


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """One line of the policy log: a change that can alter what customers are told, with before and after.

    `kind` is "article", "workflow", "override", "activation", "roll back" or "taxonomy"; `subject` names what changed.
    """

    id: str
    at: datetime
    kind: str
    subject: str
    why: str
    by: Person | None = None
    before: str = ""
    after: str = ""
