"""Statements of different sources that cannot both be true: figures, dates, yes and no, in text and in tables. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.domain.text.claims import Clause, read
from bot.domain.text.conditions import BOUND, WHEN
from bot.domain.text.lexicon import GENERIC, root, said_plainly
from bot.domain.text.quantities import LEAST, Quantity, roots, same_amount
from bot.domain.text.wording import words

_FEWEST_SHARED = 2
_MOST_OVER = 2  # words that only one of two sentences about the same may have
_MOST_LIKE_IT = 300  # statements that one is compared with: what hundreds of sources say in one form is a form
_A_FORM = 2  # other values from which a statement is a form that each thing of a kind fills in
_NO_KIND = frozenset(map(root, ("free", "new", "whole", "full")))


@dataclass(frozen=True, slots=True)
class Statement:
    """A clause and the source that says it; `roots` are the words that tell what it is about."""

    source: str
    clause: Clause
    roots: frozenset[str]


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of a source besides its statements: its title, and the roots of all words that it mentions."""

    title: str
    mentions: frozenset[str]


def mentioned(text: str) -> frozenset[str]:
    """The roots of the words of a text; a fraction of the time that its statements take."""
    return frozenset(root(word) for word in set(words(said_plainly(text))))


def may_clash(statements: Iterable[Statement], mentions: frozenset[str]) -> bool:
    """Tell whether a text that mentions these words could say something that clashes with one of the statements."""
    for statement in statements:
        plain = {word for word in statement.roots if word.isalpha() and word.islower()}  # "zoneB" is made of two words
        if len(plain & mentions) >= max(_FEWEST_SHARED, len(plain) - _MOST_OVER):
            return True
    return False


def stated(source: str, text: str, *, most: int) -> list[Statement]:
    """The first statements of a text."""
    return [Statement(source, clause, frozenset(clause.roots) - GENERIC) for clause in read(text)[:most]]


def disagreeing(
    statements: Sequence[Statement], sources: Mapping[str, Source]
) -> Iterator[tuple[Statement, Statement]]:
    """Pairs of statements of different sources that speak of the same and cannot both be true.

    Careful rather than complete: sentences that differ in a word of condition or place are not taken for the same, and
    neither are those about different things of a kind, such as the fees of two products that have an article each. The
    time grows with the number of statements, not with the number of their pairs.
    """
    alike = list(_about_the_same(statements))
    clashing = [pair for pair in alike if _clash(pair[0].clause, pair[1].clause)]
    others: dict[int, set[frozenset[tuple[str, str]]]] = {}
    for one, other in clashing:
        others.setdefault(id(one), set()).add(_figures(other))
        others.setdefault(id(other), set()).add(_figures(one))
    repeated = {(id(one), other.source) for pair in alike for one, other in (pair, pair[::-1]) if _repeats(one, other)}
    subjects = _Subjects(sources)
    for one, other in clashing:
        if repeated & {(id(one), other.source), (id(other), one.source)}:
            continue  # where a source says both, each is true at its own time
        if max(len(others[id(one)]), len(others[id(other)])) < _A_FORM and subjects.same(one, other):
            yield one, other


def _repeats(one: Statement, other: Statement) -> bool:
    return bool(one.clause.quantities) and _figures(one) == _figures(other)


def _figures(statement: Statement) -> frozenset[tuple[str, str]]:
    return frozenset((quantity.value, quantity.unit) for quantity in statement.clause.quantities)


class _Subjects:
    """Tells whether two sources can be about the same thing, by their titles and by what either mentions."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._named = {name: frozenset(roots(source.title)) - GENERIC for name, source in sources.items()}
        self._kinds = {name: tuple(pairwise(roots(source.title))) for name, source in sources.items()}
        self._mentions = {name: source.mentions | self._named[name] for name, source in sources.items()}
        self._spread = Counter(word for mentions in self._mentions.values() for word in mentions)

    def same(self, one: Statement, other: Statement) -> bool:
        mine, yours = self._own(one, other), self._own(other, one)
        said = one.clause.about & other.clause.about
        named = not (mine and yours) or bool(said & (mine | yours))
        known = named or self._knows(other, mine) or self._knows(one, yours)
        return known and not self._kinds_of_one(one, other)

    def _own(self, one: Statement, other: Statement) -> frozenset[str]:
        """What names the one source and not the other."""
        return self._named[one.source] - self._named[other.source]

    def _knows(self, one: Statement, names: frozenset[str]) -> bool:
        """Tell whether the source mentions what the other one is about: the rarest of its names."""
        return min(names, key=lambda name: (self._spread[name], name)) in self._mentions[one.source]

    def _kinds_of_one(self, one: Statement, other: Statement) -> bool:
        """Tell whether the titles name two kinds of a thing ("gold card", "silver card") and the statements do not."""
        said = one.clause.about & other.clause.about
        mine, yours = self._kinds[one.source], self._kinds[other.source]
        for head in {head for _, head in mine} & {head for _, head in yours}:
            first, second = ({kind for kind, of in kinds if of == head} for kinds in (mine, yours))
            apart = (first - {word for pair in yours for word in pair}) | (
                second - {word for pair in mine for word in pair}
            )
            if not first & second and apart and not apart & said:
                return True
        return False


def _about_the_same(statements: Sequence[Statement]) -> Iterator[tuple[Statement, Statement]]:
    """Pairs where one has all the words of the other and hardly more.

    In the order of rarity, the rarest word of the shorter one is among the first of the longer one, behind at most as
    many as the longer one has over: only there is it looked for (prefix filtering; Chaudhuri and others, 2006).
    """
    spread = Counter(word for statement in statements for word in statement.roots)
    ranked = [sorted(statement.roots, key=lambda word: (spread[word], word)) for statement in statements]
    having: dict[tuple[str, int], list[int]] = {}
    for at, rarest in enumerate(ranked):
        for word in rarest[: _MOST_OVER + 1]:
            having.setdefault((word, len(rarest)), []).append(at)
    for at, rarest in enumerate(ranked):
        if len(rarest) < _FEWEST_SHARED:
            continue
        for over in range(_MOST_OVER + 1):
            for other_at in having.get((rarest[0], len(rarest) + over), ())[:_MOST_LIKE_IT]:
                first, second = min(at, other_at), max(at, other_at)
                once = over > 0 or at < other_at  # two of the same length find each other
                if once and _comparable(statements[at], statements[other_at]):
                    yield statements[first], statements[second]


def _comparable(one: Statement, other: Statement) -> bool:
    """Tell whether the other speaks of all that the one does, and there is something in which they could disagree."""
    mine, yours = one.clause, other.clause
    if one.source == other.source or (mine.negative == yours.negative and not (mine.quantities and yours.quantities)):
        return False
    return one.roots <= other.roots and not _narrower(mine, yours) and not _narrower(yours, mine)


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
        nothing = any(quantity.number == "0" for quantity in (*one.quantities, *other.quantities))  # "no fee", "0 EUR"
        return not (nothing or one.row or other.row) and _wholly_alike(one, other)
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
