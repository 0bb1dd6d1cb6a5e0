"""Knowledge: what an article says, since when, for whom, and who answers for it; and releases of what answers."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.domain.chat import Person


class Audience(StrEnum):
    """Who may be told. What is internal is never cited to a customer."""

    CUSTOMER = "customer"
    INTERNAL = "internal"


class ArticleKind(StrEnum):
    POLICY = "policy"
    ARTICLE = "article"
    RUNBOOK = "runbook"


@dataclass(frozen=True, slots=True)
class Revision:
    """One immutable state of an article. `slug` names the article; `hash` is of everything that readers see.

    `body` is Markdown. `effective`: first day it applies. `review_by`: after this day its owner must look again (stale,
    citable with a warning). `expires`: after this day it no longer applies and is never cited.
    """

    slug: str
    hash: str
    title: str
    body: str
    owner: str = ""
    audience: Audience = Audience.CUSTOMER
    kind: ArticleKind = ArticleKind.ARTICLE
    effective: date | None = None
    review_by: date | None = None
    expires: date | None = None
    tags: tuple[str, ...] = ()
    source: str = ""
    url: str = ""

    def stale(self, on: date) -> bool:
        """Tell whether its owner should have looked at it again before that day."""
        return self.review_by is not None and on > self.review_by


@dataclass(frozen=True, slots=True)
class Release:
    """An immutable, numbered state: `kind` is "knowledge" or "workflow". `manifest` maps a part's name to its hash.

    `by` is who made it, where a person did, `fix` the knowledge fix that it consists of (for a workflow: what asked for
    it). `was_live` tells whether customers were ever answered from it: a candidate that was held never was.
    """

    kind: str
    number: int
    manifest: dict[str, str]
    reason: str = ""
    by: Person | None = None
    fix: str = ""
    at: datetime | None = field(default=None, compare=False)
    was_live: bool = field(default=False, compare=False)

    @property
    def label(self) -> str:
        return f"{self.kind} v{self.number}"


def digest(text: str) -> str:
    """Name a part of a workflow by its content."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
