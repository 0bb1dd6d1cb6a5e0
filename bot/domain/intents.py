"""How the desk learns what customers want: labelled questions, and proposals of intents that it does not know yet."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.answer import Risk
from bot.domain.chat import MessageRef, Person


class LabelSource(StrEnum):
    """Where a label comes from: somebody set the right intent, captured a case, or accepted a topic."""

    RELABEL = "relabel"
    CASE = "case"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class Label:
    """A customer's question with the intent that a person gave it; private data stands in it as stand-ins only.

    One label a conversation: the newest counts. `taught` is the workflow release that first learned from it.
    """

    id: str
    text: str
    intent: str
    source: LabelSource
    by: Person
    at: datetime
    escalation: str = ""
    taught: int | None = None


class TopicState(StrEnum):
    """PROPOSED waits for the team; the others are ends."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    MERGED = "merged"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class TopicProposal:
    """Conversations that fit no intent and belong together, put before the team to be named.

    `members` are their escalations, `examples` masked questions, the most typical first. `nearest` is the known intent
    that is most like them, with its `likeness` (a cosine). `intent` is what it became: a new one, or the one that it
    was merged into.
    """

    id: str
    state: TopicState
    members: tuple[str, ...]
    examples: tuple[str, ...]
    at: datetime
    risk: Risk = Risk.MEDIUM
    title: str = ""
    nearest: str = ""
    likeness: float = 0.0
    card: MessageRef | None = None
    intent: str = ""
    decided_by: Person | None = None
    decided_at: datetime | None = None
    note: str = ""
    version: int = 1
