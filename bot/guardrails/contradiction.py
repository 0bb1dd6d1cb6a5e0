"""Articles in force that say different things about the same: figures, dates, yes and no, in text and in tables."""

from collections.abc import Iterable, Sequence
from datetime import date

from bot.domain.answer import Finding, Level, Passage
from bot.domain.article import ArticleKind, Audience
from bot.domain.text.claims import Clause
from bot.domain.text.disagreeing import Source, disagreeing, mentioned, stated
from bot.ports import GuardInput, Guardrail

NAME = "contradiction"
_MOST_CLAUSES = 40  # of a passage
_MOST = 5
_READ = 6_000
_PRECEDENCE = (ArticleKind.POLICY, ArticleKind.ARTICLE, ArticleKind.RUNBOOK)


def check(given: GuardInput) -> Iterable[Finding]:
    """Warn of two articles that disagree; name both with their owners and say which one holds."""
    today = given.at.date()
    citable = [passage for passage in given.passages if passage.citable(today, Audience.CUSTOMER)]
    of_slug = {passage.slug: passage for passage in reversed(citable)}
    statements = [
        statement for passage in citable for statement in stated(passage.slug, passage.text[:_READ], most=_MOST_CLAUSES)
    ]
    told: set[frozenset[str]] = set()
    for one, other in disagreeing(statements, _sources(citable)):
        pair = frozenset({one.source, other.source})
        if pair in told:
            continue
        told.add(pair)
        first, second = of_slug[one.source], of_slug[other.source]
        said = f"{_told(first, one.clause)}, {_told(second, other.clause)}"
        yield Finding(NAME, Level.WARN, f"Two articles in force disagree: {said}. {_holds(first, second)}")
        if len(told) >= _MOST:
            return


def _sources(passages: Sequence[Passage]) -> dict[str, Source]:
    """Each article, as far as its passages are known."""
    texts: dict[str, str] = {}
    for passage in passages:
        texts[passage.slug] = f"{texts.get(passage.slug, '')}\n{passage.text[:_READ]}"
    titles = {passage.slug: passage.title for passage in passages}
    return {slug: Source(titles[slug], mentioned(text)) for slug, text in texts.items()}


def _told(passage: Passage, clause: Clause) -> str:
    """What an article says, with who can mend it."""
    said = " ".join(clause.text.split())[:200].rstrip(" .,;")
    return f'"{passage.title}" ({passage.owner or "no owner"}) says "{said}"'


def _holds(one: Passage, other: Passage) -> str:
    """Which of the two goes before: a policy before an article before a runbook, then the newer one."""
    if one.kind is not other.kind:
        first = min(one, other, key=lambda passage: _PRECEDENCE.index(passage.kind))
        return f'"{first.title}" is a {first.kind.value} and goes before.'
    if one.effective and other.effective and one.effective != other.effective:
        first = max(one, other, key=lambda passage: passage.effective or date.min)
        return f'"{first.title}" is newer (from {first.effective:%Y-%m-%d}) and goes before.'
    return "Ask the owners which one holds."


GUARDRAIL = Guardrail(name=NAME, title="Sources agree", check=check)
