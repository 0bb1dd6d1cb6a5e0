"""Articles in force that say different things about the same: figures, dates, yes and no, in text and in tables."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from bot.domain.answer import Finding, Level, Passage
from bot.domain.article import ArticleKind, Audience
from bot.domain.text.claims import Clause, read
from bot.domain.text.conditions import BOUND, WHEN
from bot.domain.text.lexicon import GENERIC, root
from bot.domain.text.quantities import LEAST, Quantity, same_amount
from bot.ports import GuardInput, Guardrail

NAME = "contradiction"
_MOST_CLAUSES = 40  # of a passage
_FEWEST_SHARED = 2
_MOST_OVER = 2  # words that only one of two sentences about the same may have
_MOST = 5
_READ = 6_000
_NO_KIND = frozenset(map(root, ("free", "new", "whole", "full")))
_PRECEDENCE = (ArticleKind.POLICY, ArticleKind.ARTICLE, ArticleKind.RUNBOOK)


@dataclass(frozen=True, slots=True)
class _Statement:
    passage: Passage
    clause: Clause
    roots: frozenset[str]


def check(given: GuardInput) -> Iterable[Finding]:
    """Warn of two articles that disagree; name both with their owners and say which one holds.

    Careful rather than complete: sentences that differ in a word of condition or place are not taken for the same.
    """
    today = given.at.date()
    statements = [
        _Statement(passage, clause, frozenset(clause.roots) - GENERIC)
        for passage in given.passages
        if passage.citable(today, Audience.CUSTOMER)
        for clause in read(passage.text[:_READ])[:_MOST_CLAUSES]
    ]
    told: set[frozenset[str]] = set()
    for one, other in _about_the_same(statements):
        pair = frozenset({one.passage.slug, other.passage.slug})
        if len(told) >= _MOST or pair in told or not _clash(one.clause, other.clause):
            continue
        told.add(pair)
        message = f"Two articles in force disagree: {_told(one)}, {_told(other)}. {_holds(one.passage, other.passage)}"
        yield Finding(NAME, Level.WARN, message)


def _about_the_same(statements: list[_Statement]) -> Iterator[tuple[_Statement, _Statement]]:
    """Pairs of different articles where one has all the words of the other and hardly more.

    Looks only at those that share the rarest word, so that many passages do not mean every pair.
    """
    having: dict[str, list[int]] = {}
    for at, statement in enumerate(statements):
        for word in statement.roots:
            having.setdefault(word, []).append(at)
    seen: set[tuple[int, int]] = set()
    for at, one in enumerate(statements):
        if len(one.roots) < _FEWEST_SHARED:
            continue
        rarest = min(one.roots, key=lambda word: (len(having[word]), word))
        for other_at in having[rarest]:
            other = statements[other_at]
            pair = (min(at, other_at), max(at, other_at))
            over = len(other.roots) - len(one.roots)
            if pair in seen or one.passage.slug == other.passage.slug or not 0 <= over <= _MOST_OVER:
                continue
            seen.add(pair)
            if (
                one.roots <= other.roots
                and not _narrower(one.clause, other.clause)
                and not _narrower(other.clause, one.clause)
            ):
                yield (one, other) if pair[0] == at else (other, one)


def _narrower(one: Clause, other: Clause) -> bool:
    """Tell whether the other speaks of a kind of the same: "a second reminder" is not "a reminder"."""
    extra = set(other.roots) - one.about - _NO_KIND
    return any(modifier in extra and head in one.roots for modifier, head in other.pairs)


def _clash(one: Clause, other: Clause) -> bool:
    """Tell whether both cannot be true, given that they speak of the same under the same conditions."""
    subjects = (set(one.lead) - GENERIC <= other.about, set(other.lead) - GENERIC <= one.about)
    if not all(subjects) or _limits(one) != _limits(other):
        return False
    if one.negative != other.negative:
        return not one.row and not other.row and _wholly_alike(one, other)
    kinds = {quantity.kind for quantity in one.quantities} & {quantity.kind for quantity in other.quantities}
    apart = [
        kind for kind in kinds if not any(_agree(mine, yours) for mine in _of(one, kind) for yours in _of(other, kind))
    ]
    # Where several kinds differ, one of them is the condition: "60 minutes: 25 %", "120 minutes: 50 %".
    return len(apart) == 1


def _wholly_alike(one: Clause, other: Clause) -> bool:
    """Tell whether both are whole statements with the same subject, so that a "not" in one of them denies the other."""
    apart = (set(one.roots) ^ set(other.roots)) - GENERIC
    alike = bool(one.lead) and one.lead == other.lead and not one.inherited and not other.inherited
    return alike and len(apart) <= 1


def _limits(clause: Clause) -> set[tuple[str, bool]]:
    """The kinds of its conditions as they are written, whatever the clause itself denies."""
    return {
        (c.family, c.positive != (clause.negative and c.family != WHEN)) for c in clause.conditions if c.family != BOUND
    }


def _of(clause: Clause, kind: str) -> list[Quantity]:
    return [quantity for quantity in clause.quantities if quantity.kind == kind]


def _agree(one: Quantity, other: Quantity) -> bool:
    """Tell whether both can be true; a "from 49 EUR" limits and states nothing."""
    other_rate = one.per and other.per and one.per != other.per
    other_bound = LEAST in (one.bound, other.bound) and one.bound != other.bound
    return same_amount(one, other) or same_amount(other, one) or bool(other_rate or other_bound)


def _told(statement: _Statement) -> str:
    """What an article says, with who can mend it."""
    said = " ".join(statement.clause.text.split())[:200].rstrip(" .,;")
    return f'"{statement.passage.title}" ({statement.passage.owner or "no owner"}) says "{said}"'


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
