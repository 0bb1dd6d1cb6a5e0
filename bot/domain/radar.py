"""What in a knowledge release needs its owners: articles that disagree, days that passed, reviews that are due."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from bot.domain.article import Revision
from bot.domain.text.disagreeing import Source, Statement, disagreeing, may_clash, mentioned, stated
from bot.domain.text.past_dates import past_dates
from bot.domain.text.sections import sections

SOON = timedelta(days=30)
"""How long before an article expires its owner is told."""
_MOST_CLAUSES = 60  # of a section
_LONGEST = 240  # characters of what is quoted
_MOST_DATES = 5  # of an article
_LINK = re.compile(r"\]\(\s*<?([^\s()<>]{1,500})")


class Kind(StrEnum):
    """What can be wrong, the worst first."""

    CONFLICT = "conflict"
    PAST_DATE = "past date"
    EXPIRED = "expired"
    EXPIRING = "expiring"
    OVERDUE = "review due"
    OWNERLESS = "no owner"


@dataclass(frozen=True, slots=True)
class Named:
    """An article as people know it. `words` are those of it that a notice is about, "" where it is the whole."""

    slug: str
    title: str
    owner: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing that somebody must look at: what it is, in which articles, and in a sentence what to do."""

    kind: Kind
    articles: tuple[Named, ...]
    todo: str
    day: date | None = None

    @property
    def key(self) -> str:
        """Names it for as long as it is the same: the same words of the same articles, or the same day."""
        said = repr((self.kind.value, sorted((each.slug, each.words) for each in self.articles), self.day))
        return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:20]

    @property
    def owners(self) -> tuple[str, ...]:
        """Who can mend it; "" stands for an article without an owner."""
        return tuple(dict.fromkeys(each.owner for each in self.articles))

    @property
    def slugs(self) -> frozenset[str]:
        return frozenset(each.slug for each in self.articles)


def concerns(
    revisions: Sequence[Revision], on: date, *, rests_on: Mapping[str, int] | None = None, within: timedelta = SOON
) -> tuple[Concern, ...]:
    """Everything in these articles that needs somebody on that day, the worst first.

    What expired is only told while something still counts on it: a link of another article, or eval cases for which it
    is the only source (`rests_on`: how many, by article).
    """
    found = [*conflicts(in_force(revisions, on))]
    links = _links(in_force(revisions, on))
    for revision in revisions:
        found += _of_one(revision, on, within)
        if _expired(revision, on):
            found += _counted_on(revision, links, (rests_on or {}).get(revision.slug, 0))
    order = list(Kind)
    return tuple(sorted(found, key=lambda each: (order.index(each.kind), [article.slug for article in each.articles])))


def in_force(revisions: Iterable[Revision], on: date) -> list[Revision]:
    """The articles that apply on that day."""
    return [each for each in revisions if not _expired(each, on) and (each.effective is None or each.effective <= on)]


def conflicts(revisions: Sequence[Revision]) -> Iterator[Concern]:
    """The pairs of articles that cannot both be right, with their words."""
    statements = [statement for revision in revisions for statement in _statements(revision)]
    return _conflicts(revisions, statements)


def contradicted(revision: Revision, before: Revision | None, live: Sequence[Revision]) -> Iterator[Concern]:
    """What a change of an article would make it contradict, its own words first; reads only what could be meant."""
    known = {statement.clause.text for statement in _statements(before)} if before else set()
    new = [statement for statement in _statements(revision) if statement.clause.text not in known]
    others = [each for each in live if each.slug != revision.slug]
    statements = [*new, *(found for each in others for found in _statements(each, like=new))]
    for concern in _conflicts((revision, *others), statements) if new else ():
        if revision.slug in concern.slugs:
            yield replace(concern, articles=tuple(sorted(concern.articles, key=lambda one: one.slug != revision.slug)))


def _conflicts(revisions: Sequence[Revision], statements: Sequence[Statement]) -> Iterator[Concern]:
    articles = {revision.slug: revision for revision in revisions}
    sources = {slug: Source(revision.title, mentioned(revision.body)) for slug, revision in articles.items()}
    for one, other in disagreeing(statements, sources):
        pair = (_named(articles[one.source], one.clause.text), _named(articles[other.source], other.clause.text))
        yield Concern(Kind.CONFLICT, pair, "Agree which one holds, and correct the other.")


def _statements(revision: Revision, *, like: Sequence[Statement] | None = None) -> list[Statement]:
    """What the article says, or only its sections that could clash with these statements."""
    return [
        statement
        for section in sections(revision.body)
        if like is None or may_clash(like, mentioned(section.text))
        for statement in stated(revision.slug, section.text, most=_MOST_CLAUSES)
    ]


def _named(revision: Revision, words: str = "") -> Named:
    shown = " ".join(words.split()).rstrip(" .,;")
    cut = f"{shown[: _LONGEST - 1]}…" if len(shown) > _LONGEST else shown
    return Named(revision.slug, revision.title, revision.owner, cut)


def _expired(revision: Revision, on: date) -> bool:
    return revision.expires is not None and on > revision.expires


def _of_one(revision: Revision, on: date, within: timedelta) -> Iterator[Concern]:
    """What is wrong with an article by itself; one that expired is never cited, so that nothing of it matters."""
    if _expired(revision, on):
        return
    for found in past_dates(revision.body, on)[:_MOST_DATES]:
        article = _named(revision, found.sentence)
        yield Concern(Kind.PAST_DATE, (article,), "Say what applies now, or take the sentence out.", found.day)
    if revision.expires is not None and revision.expires <= on + within:
        todo = "Give it a later day or a successor; after that day it is never cited."
        yield Concern(Kind.EXPIRING, (_named(revision),), todo, revision.expires)
    if revision.stale(on):
        todo = "Read it once more, correct it, and set the next day of review."
        yield Concern(Kind.OVERDUE, (_named(revision),), todo, revision.review_by)
    if not revision.owner:
        yield Concern(Kind.OWNERLESS, (_named(revision),), "Name who answers for it.")


def _links(revisions: Iterable[Revision]) -> dict[str, list[str]]:
    """The titles of the articles that link to an address, by the end of the address."""
    found: dict[str, list[str]] = {}
    for revision in revisions:
        for target in {match.group(1) for match in _LINK.finditer(revision.body)}:
            bare = target.partition("#")[0].rstrip("/")
            found.setdefault(bare.removesuffix(".md").removesuffix(".html"), []).append(revision.title)
            found.setdefault(bare, []).append(revision.title)
    return found


def _counted_on(revision: Revision, links: Mapping[str, list[str]], cases: int) -> Iterator[Concern]:
    """Says of an expired article who still counts on it."""
    name = revision.slug
    linked = [title for target, titles in links.items() if _leads_to(target, name, revision.url) for title in titles]
    reasons = [f"“{linked[0]}” still links to it"] if linked else []
    reasons += [f"{cases} eval case{'s rest' if cases > 1 else ' rests'} on it alone"] if cases else []
    if reasons:
        todo = f"{' and '.join(reasons)}. Say what applies now, or take the link out."
        yield Concern(Kind.EXPIRED, (_named(revision),), todo, revision.expires)


def _leads_to(target: str, slug: str, url: str) -> bool:
    return target == slug or target.endswith(f"/{slug}") or bool(url and target == url.rstrip("/"))
