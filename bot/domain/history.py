"""What is on record of a conversation without a word of it: who did what, when, and what became of it.

This is what metrics are counted from. A conversation is an escalation as it is counted. What one has several of are
named tuples: of those a digest makes some hundred thousand, and frozen dataclasses take longer to make.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from bot.domain.answer import UNKNOWN_INTENT, Level, Proposal, Risk, Sentiment
from bot.domain.chat import Person
from bot.domain.escalation import OutcomeKind
from bot.domain.review import Action, FailureMode, ReviewState
from bot.domain.text.wording import content_words, words


class Decided(NamedTuple):
    """Who decided on a draft, what and when."""

    action: Action
    by: Person
    at: datetime
    mode: FailureMode | None = None


class Drafted(NamedTuple):
    """One draft as it is counted; `at` is when its drafting began.

    `abstained` and `findings` are about the drafter's own text, whoever rewrote it. `edited` tells that a person
    changed it, `edit_share` by how much (see `edit_share`); `new_share` is how much of the words that a person wrote
    stands in none of the passages that the drafter was given. `cost` is in the currency of the settings of its time.
    """

    id: str
    at: datetime
    state: ReviewState
    knowledge_release: int = 0
    workflow_release: int = 0
    intent: str = UNKNOWN_INTENT
    risk: Risk | None = None
    sentiment: Sentiment | None = None
    proposed: bool = True
    abstained: bool = False
    confidence: float | None = None
    findings: tuple[tuple[str, Level], ...] = ()
    cost: float = 0.0
    tokens: int = 0
    edited: bool = False
    edit_share: float | None = None
    new_share: float | None = None
    decided: Decided | None = None
    delivered_at: datetime | None = None

    @property
    def unchanged(self) -> bool:
        """Whether the drafter's text was approved as it was."""
        return self.decided is not None and self.decided.action is Action.APPROVE and not self.edited

    @property
    def rewritten(self) -> bool:
        """Whether a text was approved that a person had changed."""
        sends = self.decided is not None and self.decided.action in (Action.APPROVE, Action.EDIT)
        return sends and self.edited


class Fate(NamedTuple):
    """What became of one draft, and nothing else of it; `at` is when its drafting began.

    `action` is None while nobody decided. An abstention has no text to decide on.
    """

    at: datetime
    intent: str
    abstained: bool
    action: Action | None
    edited: bool

    @property
    def unchanged(self) -> bool:
        """As `Drafted.unchanged`."""
        return self.action is Action.APPROVE and not self.edited


class Reported(NamedTuple):
    """What the customer's system told of a conversation; `value` as in `Outcome`."""

    kind: OutcomeKind
    at: datetime
    value: float | None = None


@dataclass(frozen=True)  # without slots, so that what many metrics ask for is found once
class Conversation:
    """One conversation as it is counted.

    `customer` is the same for the same customer of the same surface, and tells nothing else; "" where the surface
    names none. `previous_at` is when that customer's conversation before this one was opened. An answer is a turn of
    the team since the conversation was handed over. `came_back_at` is when the customer first wrote after an answer,
    `waiting_since` when they wrote first without an answer since; None when the last word is the team's.
    """

    id: str
    surface: str
    room: str
    opened_at: datetime
    withdrawn: bool = False
    customer: str = ""
    previous_at: datetime | None = None
    first_answer_at: datetime | None = None
    last_answer_at: datetime | None = None
    came_back_at: datetime | None = None
    waiting_since: datetime | None = None
    drafts: tuple[Drafted, ...] = ()
    reported: tuple[Reported, ...] = ()

    def when(self, kind: OutcomeKind) -> tuple[datetime, ...]:
        """When the customer's system told this, in order of time."""
        return self._told.get(kind, ())

    @cached_property
    def span(self) -> tuple[datetime, datetime]:
        """The first and the last moment that is on record of it."""
        own = (self.opened_at, self.first_answer_at, self.last_answer_at, self.came_back_at, self.waiting_since)
        moments = [at for at in own if at is not None]
        for draft in self.drafts:
            moments.append(draft.at)
            if draft.decided is not None:
                moments.append(draft.decided.at)
            if draft.delivered_at is not None:
                moments.append(draft.delivered_at)
        moments += [each.at for each in self.reported]
        return min(moments), max(moments)

    @cached_property
    def last(self) -> Drafted | None:
        """The newest draft that was put before the team."""
        return next((draft for draft in reversed(self.drafts) if draft.proposed), None)

    @cached_property
    def answer(self) -> Drafted | None:
        """The draft whose text was the first answer; None where the team wrote it by itself, or there is none."""
        if self.first_answer_at is None:
            return None
        return next((draft for draft in self.drafts if draft.delivered_at == self.first_answer_at), None)

    @cached_property
    def handed_off(self) -> Drafted | None:
        """The draft at which somebody first handed the conversation to a person."""
        return next((each for each in self.drafts if each.decided and each.decided.action is Action.HAND_OFF), None)

    @cached_property
    def dealt_with_at(self) -> datetime | None:
        """When it was first answered or handed to a person, whichever came first."""
        handed = self.handed_off
        at = handed.decided.at if handed and handed.decided else None
        return min((each for each in (self.first_answer_at, at) if each is not None), default=None)

    @cached_property
    def reopened_at(self) -> datetime | None:
        """When it was first open again after its first answer: the customer wrote, or their system said so."""
        if self.first_answer_at is None:
            return None
        told = (at for at in self.when(OutcomeKind.REOPENED) if at >= self.first_answer_at)
        return min((at for at in (self.came_back_at, *told) if at is not None), default=None)

    @cached_property
    def first_resolved_at(self) -> datetime | None:
        """When it was first resolved, as the customer's system told; where it told nothing, when it was answered."""
        return next(iter(self.when(OutcomeKind.RESOLVED)), self.first_answer_at)

    @cached_property
    def resolved_at(self) -> datetime | None:
        """When it was resolved for good, as far as is on record; None while it is open."""
        told = self.when(OutcomeKind.RESOLVED)
        last = told[-1] if told else self.last_answer_at
        again = (self.came_back_at if told else None, self.waiting_since, *self.when(OutcomeKind.REOPENED))
        back = max((at for at in again if at is not None and last is not None and at > last), default=None)
        if back is None:
            return last
        return self.last_answer_at if self.last_answer_at is not None and self.last_answer_at > back else None

    @cached_property
    def _told(self) -> Mapping[OutcomeKind, tuple[datetime, ...]]:
        told: dict[OutcomeKind, tuple[datetime, ...]] = {}
        for each in sorted(self.reported, key=lambda one: one.at):
            told[each.kind] = (*told.get(each.kind, ()), each.at)
        return told


@dataclass(frozen=True, slots=True)
class Tried:
    """How one eval case stood in a run on releases that were live; `passed` in every trial."""

    case: str
    at: datetime
    passed: bool
    intent: str = ""
    knowledge_release: int = 0
    workflow_release: int = 0

    @property
    def span(self) -> tuple[datetime, datetime]:
        """The first and the last moment that is on record of it."""
        return self.at, self.at


def edit_share(drafted: str, sent: str) -> float:
    """The share of the words of both texts that only one of them has, each as often as it stands there.

    0 for the same words in whatever order, 1 where no word stayed: Dice's coefficient of the two bags of words, from 1.
    """
    before, after = words(drafted), words(sent)
    counts: dict[str, int] = {}
    for word in before:
        counts[word] = counts.get(word, 0) + 1
    kept = 0
    for word in after:
        if counts.get(word, 0) > 0:
            counts[word] -= 1
            kept += 1
    together = len(before) + len(after)
    return 1 - 2 * kept / together if together else 0.0


def new_share(sent: str, proposal: Proposal) -> float | None:
    """The share of the different content words of a text that stand in no passage that its drafter was given."""
    said = set(content_words(sent))
    known = {word for each in proposal.passages for word in content_words(f"{each.title} {each.heading} {each.text}")}
    return len(said - known) / len(said) if said else None
