"""The weekly sample: answers that people score by the rubric, some by chance for the estimate, some that went wrong."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from bot.domain.calendar import Week
from bot.domain.chat import MessageRef, Person

ABANDONED = timedelta(minutes=30)
"""After how long an answer that somebody took and did not score is given to others."""


class Stratum(StrEnum):
    """Why an answer is scored. Only what CHANCE drew says how good the week was; FAILURE is there to learn from."""

    CHANCE = "chance"
    FAILURE = "failure"


class Wrong(StrEnum):
    """What went wrong with a conversation, as far as is on record."""

    REJECTED = "rejected"
    REOPENED = "reopened"
    DISSATISFIED = "dissatisfied"
    HANDED_OFF = "handed_off"
    REWRITTEN = "rewritten"
    ABSTAINED = "abstained_wrongly"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ")


class Met(IntEnum):
    """How far an answer has what a point of the rubric asks."""

    NO = 0
    PARTLY = 1
    YES = 2


@dataclass(frozen=True, slots=True)
class Part:
    """Answers of the week that were drawn from apart: those of an intent; "" those of all rare ones together."""

    intent: str
    answers: int
    drawn: int


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn of a week. `id` is the week's label; `answers` are all that it had, of which some may not be seen.

    `failed` is how many conversations went wrong. `notes` say in sentences what was left out, and why. It is `closed`
    when the next one is drawn. `version` grows with every change that its card shows.
    """

    id: str
    since: datetime
    until: datetime
    drawn_at: datetime
    margin: float
    answers: int
    parts: tuple[Part, ...] = ()
    failed: int = 0
    notes: tuple[str, ...] = ()
    version: int = 1
    card: MessageRef | None = None
    closed_at: datetime | None = None

    @property
    def days(self) -> str:
        """What people call its week: "16–22 November 2026"."""
        return Week.parse(self.id).days


@dataclass(frozen=True, slots=True)
class Sampled:
    """One answer of a sample: the escalation's `id`, and the review whose answer it is.

    `scorers` is how many people score it, `authors` who may not: whoever wrote, guided or decided it. `room` is the
    private room whose readers alone may see it. `checks` and `confidence` are the machine's own opinion, kept where the
    drafter's text was sent as it was. It is `gone` once the customer took it back.
    """

    id: str
    review: str
    stratum: Stratum
    intent: str
    part: str
    position: int
    scorers: int = 1
    authors: tuple[str, ...] = ()
    room: str = ""
    wrong: tuple[Wrong, ...] = ()
    checks: Mapping[str, bool] = field(default_factory=dict)
    confidence: float | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """What one person says of one answer. `should_say` is what they would have had it say; `passed` is the rubric's."""

    item: str
    by: Person
    at: datetime
    points: Mapping[str, Met]
    passed: bool
    note: str = ""
    should_say: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """What somebody did with an answer: took it, left it to others, or scored it."""

    item: str
    by: Person
    at: datetime
    left: bool = False
    score: Score | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far people are: answers scored of those that can be, scored by two of those that shall be, and who scored."""

    items: int
    scored: int
    double: int
    doubly: int
    gone: int = 0
    by: tuple[Person, ...] = ()

    @property
    def done(self) -> bool:
        return self.scored >= self.items and self.doubly >= self.double


def key_of(person: Person) -> str:
    """What names a person among a sample's authors and scorers."""
    return f"{person.platform}:{person.id}"


def scores_of(marks: Iterable[Mark]) -> dict[str, list[Score]]:
    """The scores of each answer, the first one first."""
    found: dict[str, list[Score]] = defaultdict(list)
    for score in sorted((mark.score for mark in marks if mark.score), key=lambda each: (each.at, key_of(each.by))):
        found[score.item].append(score)
    return found


def progress(items: Collection[Sampled], marks: Iterable[Mark]) -> Progress:
    """How far the scoring of these answers is."""
    scores, there = scores_of(marks), [item for item in items if not item.gone]
    people = {key_of(score.by): score.by for each in scores.values() for score in each}
    return Progress(
        items=len(there),
        scored=sum(bool(scores.get(item.id)) for item in there),
        double=sum(item.scorers > 1 for item in there),
        doubly=sum(len(scores.get(item.id, ())) > 1 for item in there if item.scorers > 1),
        gone=len(items) - len(there),
        by=tuple(sorted(people.values(), key=lambda person: (person.name.casefold(), key_of(person)))),
    )


def next_for(
    person: Person, items: Iterable[Sampled], marks: Iterable[Mark], now: datetime, *, unread: Collection[str] = ()
) -> Sampled | None:
    """The answer that this person scores next; None where nothing is left for them. `unread` are rooms closed to them.

    First what they took and did not send. Then what somebody else has scored and a second person shall; then what
    nobody has taken; what somebody is at only where nothing else is left, and only if two shall score it.
    """
    mine, others = _told_apart(person, marks)
    able = [item for item in items if _may(person, item, mine.get(item.id), unread)]
    ranked = []
    for item in able:
        theirs = others.get(item.id, [])
        scored = sum(mark.score is not None for mark in theirs)
        taken = sum(mark.score is None and not mark.left and now - mark.at < ABANDONED for mark in theirs)
        if scored + taken < item.scorers:
            rank = -1 if item.id in mine else 2 if taken else 1 - bool(scored)
            ranked.append((rank, item.position, item))
    return min(ranked, key=lambda each: each[:2])[2] if ranked else None


def _told_apart(person: Person, marks: Iterable[Mark]) -> tuple[dict[str, Mark], dict[str, list[Mark]]]:
    """This person's marks by answer, and everybody else's."""
    mine: dict[str, Mark] = {}
    others: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        if mark.by.same_as(person):
            mine[mark.item] = mark
        else:
            others[mark.item].append(mark)
    return mine, others


def _may(person: Person, item: Sampled, mark: Mark | None, unread: Collection[str]) -> bool:
    """Whether this person can score it: nobody twice, nobody their own, and nobody what they may not read."""
    done = mark is not None and (mark.left or mark.score is not None)
    return not (done or item.gone or item.room in unread or key_of(person) in item.authors)
