"""Compares what a draft's sentence claims with what its sources say, clause by clause."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log

from bot.domain.text.claims import Clause
from bot.domain.text.conditions import BOUND, IF, SCOPE, WHEN, WITH, Condition
from bot.domain.text.lexicon import GENERIC
from bot.domain.text.quantities import FREE, LEAST, MOST, same_amount, same_rate
from bot.domain.text.wording import words
from bot.guardrails.sources import Source, counted, matched, weighted

# Likenesses of a claim to a clause (`Source.likeness`), chosen on the cases that bench-guard is built on:
_SPOKEN_OF = 0.2  # the source speaks of the matter at all
_RELATED = 0.3  # an "all" that the source lacks is worth a word
_SAME_MATTER = 0.4  # another subject is a changed subject, and not another statement
_ALIKE = 0.5  # both state the same, so that a "not" or a lost condition turns it
_NEAR, _NEAREST = 0.7, 0.8  # shares of the best likeness from which further clauses are heard
_NEARER = 0.15  # by how much a rival must be nearer, of all that tells the rivals apart
_TELLS = 0.35  # how much a claim's words must tell the rivals apart before one is believed to be nearer


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which a claim departs from its source; a `grave` one turns what the customer may rely on."""

    grave: bool
    message: str
    words: str


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
        if not ranked or ranked[0][0] < _SPOKEN_OF:
            continue
        if not strange:
            found.extend(_neighbours(claim, source))
        found.extend(_bounds(claim, ranked))
        found.extend(_denied(claim, ranked, source))
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
        spread = counted(distinct)
        tells = {root: log((len(distinct) + 0.3) / count) for root, count in spread.items() if root != "cost"}
        own = weighted(claim)
        best = max(matched(own, clause, tells) for clause in same)
        rival, nearer = max(((matched(own, clause, tells), clause) for clause, _ in others), key=lambda pair: pair[0])
        telling = nearer.about.union(*(clause.about for clause in same))
        total = sum(tells.get(root, 0.0) * share for root, share in own.items() if root in telling)
        explained = any(
            same_amount(mine, there) and mine is not quantity and mine.kind == quantity.kind
            for mine in claim.quantities
            for there in nearer.quantities
        )
        if total > _TELLS and rival - best > _NEARER * total and not explained and _points_to(claim, nearer, same):
            message = f'The source gives "{quantity.text}" for something else; it says: "{_short(nearer.text)}".'
            yield Difference(True, message, quantity.text)


def _points_to(claim: Clause, rival: Clause, same: list[Clause]) -> bool:
    """Tell whether a word of the claim itself, not of its context, is the rival's alone."""
    return any(root in rival.about and not any(root in clause.about for clause in same) for root in claim.roots)


def _bounds(claim: Clause, ranked: list[tuple[float, Clause]]) -> Iterator[Difference]:
    """ "At least" where the source has "at most" for the same figure."""
    near = [clause for score, clause in ranked if score >= _ALIKE * ranked[0][0]]
    for quantity in claim.quantities:
        there = {other.bound for clause in near for other in clause.quantities if same_amount(quantity, other)} - {""}
        converse = claim.negative != near[0].negative  # "not for 200 or less" is "for more than 200"
        if quantity.bound and not converse and there == {LEAST if quantity.bound == MOST else MOST}:
            yield Difference(True, f'The source bounds "{quantity.text}" from the other side.', quantity.text)


def _denied(claim: Clause, ranked: list[tuple[float, Clause]], source: Source) -> Iterator[Difference]:
    """A yes where the source says no, or the other way round."""
    best, nearest = max(ranked, key=lambda pair: (source.covered(claim, pair[1]), pair[0]))
    told = len(claim.about) + any(not quantity.implied for quantity in claim.quantities)
    if best < _ALIKE or told < 2 or claim.negative == nearest.negative or _said_conversely(claim, nearest):
        return
    shared = claim.about & nearest.about
    if any(clause.negative == claim.negative and shared <= clause.about for _, clause in ranked):
        return
    if claim.negative:
        message = f'The source says it without the "not" of this sentence: "{_short(nearest.text)}".'
    else:
        message = f'The source says it with a "not" that is missing here: "{_short(nearest.text)}".'
    yield Difference(True, message, claim.text)


def _said_conversely(claim: Clause, clause: Clause) -> bool:
    """Tell whether the other sign may mean the same: "not more than" for "up to", "not without" for "only with"."""
    if any(
        _comparable(own, other) and own.positive == other.positive
        for own in claim.conditions
        if own.family != WHEN
        for other in clause.conditions
        if other.family == own.family == IF
    ):
        return True
    families = [{limit.family for limit in one.conditions} for one in (claim, clause)]
    if families[0] != families[1] and any(
        limit.family in {WITH, IF, SCOPE} and not (limit.positive and set(limit.roots) <= other.about)
        for one, other in ((claim, clause), (clause, claim))
        for limit in one.conditions
    ):
        return True
    free = [any(quantity.unit == FREE for quantity in one.quantities) for one in (claim, clause)]
    if free[0] != free[1] and "cost" in claim.about | clause.about:
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
    """ "Before" for "after", "unless" for "if", "without" for "with", "opened" for "unopened"."""
    near = [clause for score, clause in ranked if score >= _NEAR * ranked[0][0]]
    for own in claim.conditions:
        alike = [other for clause in near for other in clause.conditions if _comparable(own, other)]
        if alike and all(other.positive != own.positive and other.text != own.text for other in alike):
            message = f'The source says "{_short(alike[0].text)}", not "{_short(own.text)}".'
            yield Difference(own.family == WHEN, message, own.text)
    best, nearest = ranked[0]
    if (
        best >= _ALIKE
        and not claim.negative
        and not nearest.negative
        and not any(c.family == IF and not c.positive for c in claim.conditions)
    ):
        for root in claim.about - nearest.about:
            opposite = root.removeprefix("un") if root.startswith("un") else f"un{root}"[:7]
            if len(root) > 2 and opposite in nearest.about - claim.about:
                yield Difference(False, f'The source says the opposite: "{_short(nearest.text)}".', claim.text)


def _comparable(one: Condition, other: Condition) -> bool:
    if (one.family == WHEN) != (other.family == WHEN) or BOUND in (one.family, other.family):
        return False
    return bool(set(one.roots) & set(other.roots)) or bool(one.values & other.values)


def _wider(claim: Clause, ranked: list[tuple[float, Clause]]) -> Iterator[Difference]:
    """ "All" and "always" where the source speaks of some."""
    best, nearest = ranked[0]
    denied = claim.negative and claim.universal.startswith("any")
    if claim.universal and not denied and best >= _RELATED:
        if any(_general(clause) for score, clause in ranked if score >= _NEAREST * best):
            return
        message = f'The source does not say "{claim.universal}": "{_short(nearest.text)}".'
        yield Difference(False, message, claim.universal)
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
    if best >= _SAME_MATTER and missing and (new or (only_generic and len(missing) == len(nearest.lead))):
        yield Difference(False, f'The source says it of another subject: "{_short(nearest.text)}".', claim.text)
        return
    theirs = {head: modifier for modifier, head in nearest.pairs}
    for modifier, head in claim.pairs:
        their = theirs.get(head)
        if their and modifier in source.known - about - GENERIC and their not in claim.about and best >= _SAME_MATTER:
            yield Difference(False, f'The source says it of something else: "{_short(nearest.text)}".', claim.text)
            return


def _dropped(
    claim: Clause, ranked: list[tuple[float, Clause]], told: frozenset[str], values: frozenset[str]
) -> Iterator[Difference]:
    """Conditions that limit the rule in the source and stand nowhere in the draft."""
    best, nearest = ranked[0]
    if best < _ALIKE:
        return
    for limit in nearest.conditions:
        if any(own.family == limit.family and own.family != BOUND for own in claim.conditions):
            continue
        kept = sum(root in told for root in limit.roots) + len(limit.values & values)
        if (limit.roots or limit.values) and kept * 2 < len(limit.roots) + len(limit.values):
            yield Difference(False, f'The source says so only "{_short(limit.text)}".', claim.text)


def _short(text: str) -> str:
    text = " ".join(text.split()).rstrip(" .,;")
    return text if len(text) <= 140 else f"{text[:139]}…"
