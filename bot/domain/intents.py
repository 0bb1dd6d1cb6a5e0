"""How the desk learns what customers want: labelled questions, and proposals of intents that it does not know yet."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.answer import Risk
from bot.domain.chat import MessageRef, Person, Role
from bot.domain.errors import NotAllowed
from bot.domain.quality import GateResult


class LabelSource(StrEnum):
    """Where a label comes from: somebody set the right intent, captured a case, or accepted a topic."""

    RELABEL = "relabel"
    CASE = "case"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class Label:
    """A customer's question with the intent that a person gave it; private data stands in it as stand-ins only.

    See `label_id` for its id: one a conversation, and the newest counts. The intent may be UNKNOWN_INTENT: it is none
    of those there are. `taught` is the workflow release that first learned from it.
    """

    id: str
    text: str
    intent: str
    source: LabelSource
    by: Person
    at: datetime
    escalation: str = ""
    taught: int | None = None


def label_id(conversation: str) -> str:
    """Derive the id from the escalation (or, where there is none, the words), so that there is one a conversation."""
    return f"label_{hashlib.sha256(conversation.encode('utf-8', 'replace')).hexdigest()[:12]}"


class TopicState(StrEnum):
    """PROPOSED waits for the team; TRYING is before the gate, HELD by it. The others are ends.

    A held topic can be tried again, decided otherwise or dismissed.
    """

    PROPOSED = "proposed"
    TRYING = "trying"
    HELD = "held"
    ACCEPTED = "accepted"
    MERGED = "merged"
    DISMISSED = "dismissed"


FEWEST = 5
"""Conversations that make a topic; fewer are chance."""
ALIKE = 0.75
"""The likeness to a known intent from which a topic may be that intent in other words."""
WAITING = frozenset({TopicState.PROPOSED, TopicState.HELD})
"""The states in which somebody can decide on a topic."""


@dataclass(frozen=True, slots=True)
class TopicProposal:
    """Conversations that fit no intent and belong together, put before the team to be named.

    `members` are their escalations, `examples` masked questions, the most typical of both first; `weekly` counts the
    members of each week that was looked at, oldest first. `nearest` is the known intent that is most like them, with
    its `likeness` (a cosine). `title`, `risk` and `room` are suggestions until somebody decides. `intent` is what it
    becomes: a new one, or with `merges` the known one that it joins; it learns from `kept`. `others` counts the topics
    of that week that were not put before the team.
    """

    id: str
    state: TopicState
    members: tuple[str, ...]
    examples: tuple[str, ...]
    at: datetime
    weekly: tuple[int, ...] = ()
    risk: Risk = Risk.MEDIUM
    title: str = ""
    room: str = ""
    nearest: str = ""
    nearest_title: str = ""
    likeness: float = 0.0
    others: int = 0
    card: MessageRef | None = None
    intent: str = ""
    intent_title: str = ""
    merges: bool = False
    kept: tuple[str, ...] = ()
    decided_by: Person | None = None
    decided_at: datetime | None = None
    note: str = ""
    gate: GateResult | None = None
    release: int | None = None
    version: int = 1


def check_may_teach(role: Role | None) -> None:
    """Let whoever may change what the desk distinguishes pass: a senior rep or manager. Raises NotAllowed."""
    if role is None or role < Role.SENIOR:
        raise NotAllowed("A senior rep or a manager decides what becomes an intent. Ask one of them.")


def check_may_dismiss(role: Role | None) -> None:
    """Let whoever may set a topic aside pass: anybody of the team, for nothing changes by it. Raises NotAllowed."""
    if role is None:
        raise NotAllowed("Only support reps can dismiss topics. Ask your manager to add you to the reps.")


def why_not_waiting(topic: TopicProposal) -> str:
    """Tell whoever came late what happened to the topic, who did it and when."""
    done = {
        TopicState.TRYING: "decided on this topic; the evals are trying it",
        TopicState.ACCEPTED: f"made this topic the intent “{topic.intent_title}”",
        TopicState.MERGED: f"added this topic to “{topic.intent_title}”",
        TopicState.DISMISSED: "dismissed this topic",
    }.get(topic.state)
    if done is None or topic.decided_by is None or topic.decided_at is None:
        return "This topic was changed in the meantime. Look at its card again."
    return f"{topic.decided_by.name or topic.decided_by.id} {done} ({topic.decided_at:%d %B, %H:%M} UTC)."
