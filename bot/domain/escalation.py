"""One customer conversation that was handed to the team."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.chat import Person, Place
from bot.domain.text.message import own_words
from bot.domain.text.wording import content_words

ASKED = 3_500
"""Characters of a long conversation that are read for an answer: its newest turns, and its first one."""
_THIN = 2  # content words up to which a follow-up is not understood without what was asked before
_FOLLOWS_UP = re.compile(r"^\W*(?:and|or|what about|how about|und|oder|et|ou|en|y|e|ed)\b|^(?:\S+\s*){1,2}$", re.I)


class Author(StrEnum):
    """Whose words a turn holds. A reviewer's turn is guidance for the next draft, never shown to the customer.

    A holding turn is what the team sent to many at once while an alert was open: it answers nothing.
    """

    CUSTOMER = "customer"
    AGENT = "agent"
    REVIEWER = "reviewer"
    HOLDING = "holding"


ASKS = frozenset({Author.CUSTOMER, Author.REVIEWER})
"""Those whose words change what must be answered."""
TALKS = frozenset({Author.CUSTOMER, Author.AGENT})
"""Those who ask and answer: the conversation as it is learned from."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance. `ref` identifies it on its surface, so that an edit or a redelivery finds it again.

    `by` is the team member behind a reviewer's turn.
    """

    ref: str
    author: Author
    text: str
    at: datetime
    attachments: tuple[str, ...] = ()
    by: Person | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """Who asked, as far as the surface tells."""

    id: str
    name: str = ""
    email: str = ""


class EscalationStatus(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    HANDED_OFF = "handed_off"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Escalation:
    """One customer conversation handed to the team.

    `revision` grows with every change of what must be answered (a new customer turn, an edit, guidance from a
    reviewer); a draft belongs to one revision. `place` is where the team discusses it, once that is known. `asker` is
    the team member who brought it in, if one did. `reply_url` is where the surface wants its answer.
    """

    id: str
    surface: str
    external_id: str
    customer: Customer
    turns: tuple[Turn, ...]
    opened_at: datetime
    revision: int = 1
    status: EscalationStatus = EscalationStatus.OPEN
    place: Place | None = None
    asker: Person | None = None
    channel: str = ""
    language: str | None = None
    reply_url: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def customer_turns(self) -> tuple[Turn, ...]:
        return tuple(turn for turn in self.turns if turn.author is Author.CUSTOMER)

    @property
    def question(self) -> str:
        """The customer's words since the team last answered: what a draft must answer."""
        return "\n\n".join(self._pending())

    def _pending(self) -> list[str]:
        """The customer's turns since the team last answered; the newest one where there are none."""
        pending: list[str] = []
        for turn in self.turns:
            if turn.author is Author.AGENT:
                pending.clear()
            elif turn.author is Author.CUSTOMER and turn.text.strip():
                pending.append(turn.text.strip())
        return pending or [turn.text.strip() for turn in self.customer_turns[-1:] if turn.text.strip()]

    def _asked_before(self) -> str:
        """The customer's last turn before the team last answered."""
        answered = next((i for i in reversed(range(len(self.turns))) if self.turns[i].author is Author.AGENT), 0)
        earlier = (t for t in reversed(self.turns[:answered]) if t.author is Author.CUSTOMER and t.text.strip())
        turn = next(earlier, None)
        return own_words(turn.text)[:ASKED] if turn else ""

    @property
    def asked(self) -> str:
        """What a machine reads as the question: the pending turns in the customer's own words, without quoted mail.

        Of a long conversation the newest turns that fit `ASKED` characters, and the first one, where the matter is
        told. A bare follow-up ("And to Austria?") stands behind what was asked before it.
        """
        turns = [own_words(text) for text in self._pending()]
        if len(turns) == 1 and _is_bare(turns[0]) and (before := self._asked_before()):
            return f"{before}\n\n{turns[0]}"
        return "\n\n".join(_newest(turns))

    @property
    def askers(self) -> tuple[Person, ...]:
        """The team members behind the present draft: who brought the escalation in, and who guided a draft of it."""
        guides = (turn.by for turn in self.turns if turn.author is Author.REVIEWER)
        return tuple(person for person in (self.asker, *guides) if person is not None)

    @property
    def guidance(self) -> tuple[str, ...]:
        """What reviewers asked the next draft to heed, oldest first."""
        return tuple(turn.text for turn in self.turns if turn.author is Author.REVIEWER and turn.text.strip())


def _is_bare(turn: str) -> bool:
    return len(content_words(turn)) <= _THIN and _FOLLOWS_UP.search(turn[:200]) is not None


def _newest(turns: list[str]) -> list[str]:
    """The newest turns that fit, in order, and the first one; with the blank lines between them, `ASKED` in all."""
    if not turns:
        return []
    *earlier, newest = turns
    kept = [newest[:ASKED]]
    room = ASKED - len(kept[0])
    first = earlier[0][: max(0, room - 2)] if earlier else ""
    room -= len(first) + 2
    for turn in reversed(earlier[1:]):
        room -= len(turn) + 2
        if room < 0:
            break
        kept.append(turn)
    return [turn for turn in (first, *reversed(kept)) if turn]


class OutcomeKind(StrEnum):
    RESOLVED = "resolved"
    REOPENED = "reopened"
    RATING = "rating"
    TRANSFERRED = "transferred"
    HANDLE_TIME = "handle_time"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a conversation. `value`: the rating (1 to 5) or the handle time (seconds), if any."""

    key: str
    escalation_id: str
    kind: OutcomeKind
    at: datetime
    value: float | None = None
    note: str = ""


def escalation_id(workspace: str, surface: str, external_id: str) -> str:
    """Derive the id, so that the same request, however often it is delivered, is the same escalation."""
    digest = hashlib.sha256("\x1f".join((workspace, surface, external_id)).encode()).hexdigest()
    return f"esc_{digest[:16]}"


def thread_key(thread: Place) -> str:
    """What names the thread on its platform: the external id of an escalation that began in it."""
    return f"{thread.room}:{thread.thread}"


def thread_of(escalation: Escalation) -> Place:
    """The thread that the escalation began in, for one whose surface is a chat platform."""
    room, _, thread = escalation.external_id.rpartition(":")  # a room's id may have colons of its own
    return Place(escalation.surface, room, thread)
