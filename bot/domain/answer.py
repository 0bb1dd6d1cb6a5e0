"""How an escalation is answered: triage, passages, draft, findings, and the proposal that holds them together."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from bot.domain.article import ArticleKind, Audience
from bot.domain.precedent import Precedent


class Risk(StrEnum):
    """How bad a wrong answer would be, and so how much people must look at it first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Sentiment(StrEnum):
    ANGRY = "angry"
    UNHAPPY = "unhappy"
    NEUTRAL = "neutral"
    HAPPY = "happy"


class Urgency(StrEnum):
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


UNKNOWN_INTENT = "unknown"


@dataclass(frozen=True, slots=True)
class Field:
    """What a rep would copy by hand: an order id, an e-mail address. `start` and `end` are offsets in the question.

    `resolved` is what the value comes to, where that is not how it was written: the day that "next Friday" is
    (ISO 8601), an amount as "149.00 EUR", a phone number in E.164.
    """

    name: str
    value: str
    start: int
    end: int
    resolved: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that the customer wants, in their own words, judged by itself.

    `owner` is the room that owns its intent; `because` says in a line what the judgement rests on. `likely` are the
    likeliest intents, three at most, whether they are believed or not.
    """

    text: str
    intent: str = UNKNOWN_INTENT
    intent_title: str = ""
    confidence: float = 0.0
    risk: Risk = Risk.MEDIUM
    owner: str = ""
    because: str = ""
    likely: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation in a few bullets, in the customer's own words: what happened, what was tried, what is asked."""

    happened: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Triage:
    """What the escalation is about and how to handle it. Each `*_confidence` is a probability from 0 to 1.

    `intent` is UNKNOWN_INTENT where no intent of the taxonomy fits. `owner` is the room that owns the intent.
    `because` says in a line what the judgement rests on. `needs` are the things that are asked, the main one first;
    the intent, risk and owner of the whole are taken from them. `flags` say in a sentence each why a person should
    take this one now (repeated misunderstanding, anger that grows).
    """

    intent: str
    intent_title: str
    intent_confidence: float
    risk: Risk
    sentiment: Sentiment
    sentiment_confidence: float
    urgency: Urgency
    urgency_confidence: float
    language: str
    language_confidence: float
    owner: str = ""
    fields: tuple[Field, ...] = ()
    because: str = ""
    needs: tuple[Need, ...] = ()
    summary: Summary = Summary()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A citable piece of an article revision, with the score that retrieval gave it (higher is better)."""

    id: str
    slug: str
    revision: str
    title: str
    heading: str
    text: str
    owner: str
    kind: ArticleKind = ArticleKind.ARTICLE
    audience: Audience = Audience.CUSTOMER
    effective: date | None = None
    review_by: date | None = None
    expires: date | None = None
    url: str = ""
    score: float = 0.0
    scores: Mapping[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What people call it: the article's title and, where it has one, the section."""
        return f"{self.title} › {self.heading}" if self.heading and self.heading != self.title else self.title

    def citable(self, on: date, audience: Audience) -> bool:
        """Tell whether it may be cited on that day to that audience."""
        if self.effective is not None and on < self.effective:
            return False
        if self.expires is not None and on > self.expires:
            return False
        return audience is Audience.INTERNAL or self.audience is Audience.CUSTOMER


@dataclass(frozen=True, slots=True)
class Citation:
    """A sentence of the draft and the passage that it rests on. `marker` is the number that people see: [1]."""

    marker: int
    passage_id: str
    quote: str


class DraftAuthor(StrEnum):
    OFFLINE = "offline"
    MODEL = "model"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Draft:
    """A suggested reply. `text` is what the customer would read, without markers; empty when the drafter abstains.

    `missing` says, on abstention, what the knowledge lacks. `notes` are for the team (a fall-back, a caveat).
    `confidence` is the drafter's own estimate from 0 to 1 that this may be approved unchanged. `cited` is the text with
    its [n] markers. `cached` tells that a model had replied to the identical request before, so that nothing was spent.
    `instead_of` names the drafter that another one stood in for, because it was unavailable. `drafted` is what the
    drafter had written ("" where it abstained), once a person has rewritten it.
    """

    text: str
    cited: str
    citations: tuple[Citation, ...]
    confidence: float
    author: DraftAuthor
    missing: str = ""
    notes: tuple[str, ...] = ()
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    currency: str = ""
    cached: bool = False
    instead_of: str = ""
    drafted: str | None = None

    @property
    def by_drafter(self) -> str:
        """What the drafter wrote, whoever has rewritten it since; "" where it abstained."""
        return self.text if self.drafted is None else self.drafted

    @property
    def abstained(self) -> bool:
        return not self.text

    @property
    def hash(self) -> str:
        """The content hash that an approval is bound to: of everything the approver judges."""
        content = [self.text, self.cited, [[c.marker, c.passage_id, c.quote] for c in self.citations]]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Level(StrEnum):
    """How serious a finding is: told, warned of, or keeping Approve off the card."""

    PASS = "pass"  # noqa: S105  the verdict, not a secret
    WARN = "warn"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one guardrail saw. `message` is a sentence for the rep; `quote` the words that it is about."""

    guardrail: str
    level: Level
    message: str
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What people review and what evals score, with the releases that it was made with.

    `confidence` is the drafter's estimate, calibrated on `calibrated_on` past decisions (0: on none, it is the
    estimate itself). `next_steps` are what the rep should do, word for word from `procedure`. `precedents` are what the
    team answered to the same question before, to be looked at and never cited.
    """

    triage: Triage
    passages: tuple[Passage, ...]
    draft: Draft
    findings: tuple[Finding, ...]
    knowledge_release: int
    workflow_release: int
    trace_id: str = ""
    confidence: float = 0.0
    calibrated_on: int = 0
    next_steps: tuple[str, ...] = ()
    procedure: Passage | None = None
    precedents: tuple[Precedent, ...] = ()

    @property
    def blocks(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.level is Level.BLOCK)

    def cited_passages(self) -> tuple[tuple[int, Passage], ...]:
        """The sources in the order of their markers, each once."""
        by_id = {passage.id: passage for passage in self.passages}
        markers: dict[int, Passage] = {}
        for citation in self.draft.citations:
            if citation.passage_id in by_id:
                markers.setdefault(citation.marker, by_id[citation.passage_id])
        return tuple(sorted(markers.items()))
