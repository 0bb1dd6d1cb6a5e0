"""Compares what a draft's sentence claims with what its sources say, clause by clause."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import log

from bot.domain.answer import Passage
from bot.domain.claims import Clause, read
from bot.domain.conditions import BOUND, IF, SCOPE, WHEN, WITH, Condition
from bot.domain.lexicon import GENERIC
from bot.domain.quantities import FREE, LEAST, MOST, Quantity, roots, same_amount, same_rate, spelt
from bot.domain.wording import words

_INHERITED = 0.6  # what a subject that stands in an earlier clause counts
_SAME_FIGURE = 0.1
_ALIKE = 0.5
_VERY_ALIKE = 0.6
_NEARER = 0.25  # by how much a rival must be nearer, of all that tells the rivals apart
_TELLS = 0.35


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which a claim departs from its source; a `grave` one turns what the customer may rely on."""

    grave: bool
    message: str
    words: str


@dataclass(frozen=True)
class Source:
    """What the cited passages say together; `named` are the roots of their titles and headings."""

    clauses: tuple[Clause, ...]
    named: frozenset[str] = frozenset()

    @cached_property
    def known(self) -> frozenset[str]:
        return self.named.union(*(clause.about for clause in self.clauses))

    @cached_property
    def quantities(self) -> tuple[tuple[Clause, Quantity], ...]:
        return tuple((clause, quantity) for clause in self.clauses for quantity in clause.quantities)

    @cached_property
    def spelt(self) -> frozenset[str]:
        """Numbers that are written out without a unit ("four screens")."""
        return spelt(" ".join(clause.text for clause in self.clauses))

    @cached_property
    def _spread(self) -> dict[str, int]:
        return _counted(self.clauses)

    def weight(self, root: str) -> float:
        """How much a root tells: the fewer clauses have it, the more (as inverse document frequency does)."""
        count = self._spread.get(root, 0)
        return log(1 + len(self.clauses) / count) if count else 0.5 * log(1 + len(self.clauses))

    def likeness(self, claim: Clause, clause: Clause) -> float:
        """How far the two speak of the same, from 0 to about 1.1."""
        own, there = _weighted(claim), _weighted(clause)
        shared = sum(self.weight(root) * min(share, there.get(root, 0.0)) for root, share in own.items())
        mine = sum(self.weight(root) * share for root, share in own.items())
        theirs = sum(self.weight(root) * share for root, share in there.items())
        if not mine or not theirs:
            return 0.0
        figures = any(same_amount(one, other) for one in claim.quantities for other in clause.quantities)
        return 0.75 * shared / mine + 0.25 * shared / theirs + _SAME_FIGURE * figures

    def ranked(self, claim: Clause) -> list[tuple[float, Clause]]:
        """The clauses, those most like the claim first."""
        scored = [(self.likeness(claim, clause), at) for at, clause in enumerate(self.clauses)]
        ordered = [(score, self.clauses[at]) for score, at in sorted(scored, key=lambda pair: (-pair[0], pair[1]))[:8]]
        return _with_figures(claim, ordered) or ordered


@lru_cache(maxsize=128)
def source_of(texts: tuple[tuple[str, str, str], ...]) -> Source:
    """What passages (title, heading, text) say; remembered, because the same ones are found again and again."""
    clauses = tuple(clause for _, _, body in texts for clause in read(body))
    return Source(clauses, frozenset(root for title, heading, _ in texts for root in roots(f"{title} {heading}")))


def is_copied(text: str, passages: Sequence[Passage]) -> bool:
    """Tell whether a passage has every word of the text: the offline drafter copies what it writes."""
    own = set(words(text))
    return any(own <= set(words(f"{passage.title}\n{passage.heading}\n{passage.text}")) for passage in passages)


def differences(
    claims: Sequence[Clause], source: Source, told: frozenset[str], values: frozenset[str]
) -> list[Difference]:
    """What the clauses of one sentence claim otherwise than the source, the graver first.

    `told` and `values` are the roots and figures of the whole draft: a condition may stand in another sentence of it.
    """
    found: list[Difference] = []
    for claim in claims:
        strange = list(_strange(claim, source))
        found.extend(strange)
        ranked = source.ranked(claim)
        if not ranked or ranked[0][0] < 0.2:
            continue
        if not strange:
            found.extend(_neighbours(claim, source))
        found.extend(_bounds(claim, ranked))
        found.extend(_denied(claim, ranked))
        found.extend(_turned(claim, ranked))
        found.extend(_wider(claim, ranked))
        found.extend(_other_subject(claim, ranked, source))
        found.extend(_dropped(claim, ranked, told, values))
    return sorted(dict.fromkeys(found), key=lambda difference: not difference.grave)


def _strange(claim: Clause, source: Source) -> Iterator[Difference]:
    """Figures that no source has, or has for another stretch of time."""
    for quantity in claim.quantities:
        if quantity.implied or quantity.value in source.spelt:
            continue
        there = [other for _, other in source.quantities if same_amount(quantity, other)]
        if not there:
            yield Difference(True, f'"{quantity.text}" is in no passage that this sentence cites.', quantity.text)
        elif not any(same_rate(quantity, other) for other in there):
            message = f'The source gives "{quantity.text}" per {there[0].per}, not per {quantity.per}.'
            yield Difference(True, message, quantity.text)


def _neighbours(claim: Clause, source: Source) -> Iterator[Difference]:
    """Figures that the source gives for something else than the claim does."""
    for quantity in claim.quantities:
        rivals = [(clause, other) for clause, other in source.quantities if other.kind == quantity.kind]
        same = [clause for clause, other in rivals if same_amount(quantity, other)]
        others = [(clause, other) for clause, other in rivals if not any(clause is own for own in same)]
        if not same or not others:
            continue
        distinct = list({id(clause): clause for clause, _ in rivals}.values())
        spread = _counted(distinct)
        tells = {root: log((len(distinct) + 0.3) / count) for root, count in spread.items()}
        own = _weighted(claim)
        total = sum(tells.get(root, 0.0) * share for root, share in own.items())
        best = max(_matched(own, clause, tells) for clause in same)
        rival, (nearer, _) = max(
            ((_matched(own, clause, tells), (clause, other)) for clause, other in others), key=lambda pair: pair[0]
        )
        if total > _TELLS and rival - best > _NEARER * total:
            message = f'The source gives "{quantity.text}" for something else; it says: "{_short(nearer.text)}".'
            yield Difference(True, message, quantity.text)


def _bounds(claim: Clause, ranked: list[tuple[float, Clause]]) -> Iterator[Difference]:
    """ "At least" where the source has "at most" for the same figure."""
    near = [clause for score, clause in ranked if score >= _ALIKE * ranked[0][0]]
    for quantity in claim.quantities:
        there = {other.bound for clause in near for other in clause.quantities if same_amount(quantity, other)} - {""}
        converse = claim.negative != near[0].negative  # "not for 200 or less" is "for more than 200"
        if quantity.bound and not converse and there == {LEAST if quantity.bound == MOST else MOST}:
            yield Difference(True, f'The source bounds "{quantity.text}" from the other side.', quantity.text)


def _denied(claim: Clause, ranked: list[tuple[float, Clause]]) -> Iterator[Difference]:
    """A yes where the source says no, or the other way round."""
    best, nearest = ranked[0]
    told = len(claim.about) + any(not quantity.implied for quantity in claim.quantities)
    if best < _ALIKE or told < 2 or claim.negative == nearest.negative or _said_conversely(claim, nearest):
        return
    if any(clause.negative == claim.negative and score >= 0.92 * best for score, clause in ranked):
        return
    if claim.negative:
        message = f'The source says it without the "not" of this sentence: "{_short(nearest.text)}".'
    else:
        message = f'The source says it with a "not" that is missing here: "{_short(nearest.text)}".'
    yield Difference(True, message, claim.text)


def _said_conversely(claim: Clause, clause: Clause) -> bool:
    """Tell whether the other sign may mean the same: "not more than" for "up to", "not without" for "only with"."""
    own, there = ({(c.family, c.positive) for c in one.conditions if c.family != WHEN} for one in (claim, clause))
    shutting = [c for c in (*claim.conditions, *clause.conditions) if c.family in {WITH, IF, SCOPE}]
    if shutting and {(c.family) for c in claim.conditions} != {c.family for c in clause.conditions}:
        return True
    free = any(q.unit == FREE for q in (*claim.quantities, *clause.quantities))
    if free and {"cost"} & (claim.about ^ clause.about | claim.about & clause.about) and own == there:
        return True
    if any(
        same_amount(one, other) and {one.bound, other.bound} == {LEAST, MOST}
        for one in claim.quantities
        for other in clause.quantities
    ):
        return True
    mine = {r for r in claim.about - clause.about if r not in GENERIC}
    theirs = {r for r in set(clause.roots) - claim.about if r not in GENERIC}
    shared = len(claim.about & clause.about)
    return bool(mine) and bool(theirs) and shared <= 3 * min(len(mine), len(theirs))


def _turned(claim: Clause, ranked: list[tuple[float, Clause]]) -> Iterator[Difference]:
    """ "Before" for "after", "unless" for "if", "without" for "with"."""
    for own in claim.conditions:
        there = [other for score, clause in ranked if score >= _ALIKE * ranked[0][0] for other in clause.conditions]
        alike = [other for other in there if _comparable(own, other)]
        if alike and all(other.positive != own.positive for other in alike):
            message = f'The source says "{_short(alike[0].text)}", not "{_short(own.text)}".'
            yield Difference(own.family == WHEN, message, own.text)


def _comparable(one: Condition, other: Condition) -> bool:
    if (one.family == WHEN) != (other.family == WHEN) or BOUND in (one.family, other.family):
        return False
    return bool(set(one.roots) & set(other.roots)) or bool(one.values & other.values)


def _wider(claim: Clause, ranked: list[tuple[float, Clause]]) -> Iterator[Difference]:
    """ "All" and "always" where the source speaks of some."""
    best, nearest = ranked[0]
    denied = claim.negative and claim.universal.startswith("any")
    if claim.universal and not denied and best >= 0.3 and not any(_general(c) for s, c in ranked if s >= 0.8 * best):
        yield Difference(
            False, f'The source does not say "{claim.universal}": "{_short(nearest.text)}".', claim.universal
        )
    elif claim.inclusive and not claim.universal:
        shut = next((c for c in nearest.conditions if c.family == SCOPE and not c.positive), None)
        if shut is not None and best >= _ALIKE:
            yield Difference(False, f'The source makes an exception: "{_short(shut.text)}".', claim.text)


def _general(clause: Clause) -> bool:
    return bool(clause.universal) or "any" in words(clause.sentence)


def _other_subject(claim: Clause, ranked: list[tuple[float, Clause]], source: Source) -> Iterator[Difference]:
    """Another thing, plan or group of people than the one that the source speaks of."""
    best, nearest = ranked[0]
    about = set(nearest.about) | {root for c in source.clauses if c.sentence == nearest.sentence for root in c.roots}
    missing = [root for root in nearest.lead if root not in claim.about]
    new = [root for root in claim.lead if root not in source.known and root not in GENERIC]
    only_generic = bool(claim.lead) and set(claim.lead) <= GENERIC
    if best >= 0.4 and missing and (new or (only_generic and len(missing) == len(nearest.lead))):
        yield Difference(False, f'The source says it of another subject: "{_short(nearest.text)}".', claim.text)
        return
    theirs = {head: modifier for modifier, head in nearest.pairs}
    for modifier, head in claim.pairs:
        their = theirs.get(head)
        if their and modifier in source.known - about - GENERIC and their not in claim.about and best >= 0.4:
            yield Difference(False, f'The source says it of something else: "{_short(nearest.text)}".', claim.text)
            return


def _dropped(
    claim: Clause, ranked: list[tuple[float, Clause]], told: frozenset[str], values: frozenset[str]
) -> Iterator[Difference]:
    """Conditions that limit the rule in the source and stand nowhere in the draft."""
    best, nearest = ranked[0]
    if best < _VERY_ALIKE:
        return
    for limit in nearest.conditions:
        if any(own.family == limit.family and own.family != BOUND for own in claim.conditions):
            continue
        kept = sum(root in told for root in limit.roots) + len(limit.values & values)
        if (limit.roots or limit.values) and kept * 2 < len(limit.roots) + len(limit.values):
            yield Difference(False, f'The source says so only "{_short(limit.text)}".', claim.text)


def _with_figures(claim: Clause, ranked: list[tuple[float, Clause]]) -> list[tuple[float, Clause]]:
    """Those that state a figure of the claim: they are what it rests on, if they speak of the same at all."""
    best = ranked[0][0] if ranked else 0.0
    stated = [quantity for quantity in claim.quantities if not quantity.implied]
    return [
        (score, clause)
        for score, clause in ranked
        if score >= 0.6 * best and any(same_amount(one, other) for one in stated for other in clause.quantities)
    ]


def _weighted(clause: Clause) -> dict[str, float]:
    return {**dict.fromkeys(clause.inherited, _INHERITED), **dict.fromkeys(clause.roots, 1.0)}


def _matched(own: dict[str, float], clause: Clause, tells: dict[str, float]) -> float:
    there = _weighted(clause)
    return sum(tells.get(root, 0.0) * min(share, there.get(root, 0.0)) for root, share in own.items())


def _counted(clauses: Iterable[Clause]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for clause in clauses:
        for root in clause.about:
            counts[root] = counts.get(root, 0) + 1
    return counts


def _short(text: str) -> str:
    text = " ".join(text.split()).rstrip(" .,;")
    return text if len(text) <= 140 else f"{text[:139]}…"
