"""A holding reply: one text for all who ask about the same while an alert is open, until each gets a real answer."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.answer import Finding, Level
from bot.domain.chat import MessageRef, Person, Role
from bot.domain.errors import NotAllowed

HOLDING_REF = "holding"
"""The ref of the one holding turn that a conversation can have."""


class HoldingState(StrEnum):
    """PROPOSED waits for a senior; SENDING was approved. The others are ends, until somebody proposes a text anew."""

    PROPOSED = "proposed"
    SENDING = "sending"
    SENT = "sent"
    STOPPED = "stopped"


OPEN_HOLDINGS = frozenset({HoldingState.PROPOSED, HoldingState.SENDING})


@dataclass(frozen=True, slots=True)
class Holding:
    """The holding reply of an alert, by the alert's cause.

    `writers` are all who wrote at it, the last one last. With `joining` it also goes to those who ask while the alert
    is open; else to those who waited when it was approved. `ended_by` stopped it; nobody did where the alert was over.
    """

    id: str
    cause: str
    about: str
    text: str
    language: str
    joining: bool
    writers: tuple[Person, ...]
    at: datetime
    state: HoldingState = HoldingState.PROPOSED
    findings: tuple[Finding, ...] = ()
    approved_by: Person | None = None
    approved_at: datetime | None = None
    ended_by: Person | None = None
    ended_at: datetime | None = None
    card: MessageRef | None = None
    version: int = 1

    @property
    def hash(self) -> str:
        """What an approval is bound to: all that the approver judges."""
        content = "\x1f".join((self.text, self.language, str(self.joining)))
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def author(self) -> Person:
        return self.writers[-1]

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.level is not Level.PASS)


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a holding reply would go to now, and who is left out: by language, and because of their risk.

    `elsewhere` counts those whom no reply of ours may go to unasked: rooms that are not watched.
    """

    to: tuple[str, ...] = ()
    high_risk: tuple[str, ...] = ()
    languages: tuple[tuple[str, int], ...] = ()
    elsewhere: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """How many conversations got it, and how many it could not be delivered to."""

    sent: int = 0
    failed: int = 0


def holding_id(cause: str) -> str:
    """Derive the id: there is one holding reply an alert."""
    return f"holding_{hashlib.sha256(cause.encode('utf-8', 'replace')).hexdigest()[:12]}"


def check_may_propose(role: Role | None) -> None:
    """Let the team pass. Raises NotAllowed."""
    if role is None:
        raise NotAllowed("Only support reps write holding replies. Ask your manager to add you to the reps.")


def check_may_send(role: Role | None) -> None:
    """Let whoever may send one text to many pass: a senior rep or manager. Raises NotAllowed."""
    if role is None or role < Role.SENIOR:
        raise NotAllowed("A holding reply goes to many customers at once: a senior rep or a manager approves it.")


def why_not_proposed(holding: Holding) -> str:
    """Tell whoever came late what became of the text that they saw."""
    if holding.state is HoldingState.STOPPED:
        by = f" by {holding.ended_by.name or holding.ended_by.id}" if holding.ended_by else ", for the alert is over"
        return f"This holding reply was stopped{by}."
    if holding.state is HoldingState.PROPOSED:
        return "The text was changed in the meantime. Read it again and approve the new one."
    by = (holding.approved_by.name or holding.approved_by.id) if holding.approved_by else "Somebody"
    return f"{by} approved this at {holding.approved_at:%H:%M} UTC already."
