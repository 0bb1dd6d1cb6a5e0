"""Whether a text states a fact: in other words too, but with the same figures and the same yes or no. Pure, total."""

from collections.abc import Iterator
from enum import StrEnum

from bot.domain.text.claims import Clause, has_verb, read
from bot.domain.text.lexicon import DENIALS, GENERIC, PRONOUNS
from bot.domain.text.quantities import Quantity, roots, same_amount, same_rate
from bot.domain.text.wording import words

_WITH_FIGURES, _WITHOUT = 0.6, 0.75
"""The shares of a fact's own words that a clause must have. A figure says much of a fact by itself; words alone must be
nearly all there, because a clause about something like it shares half of them."""
_BEFORE = 2  # words before a thing among which a "not" denies it


class Said(StrEnum):
    """STATED in some clause, DENIED by one that speaks of the same, or in none of them."""

    STATED = "stated"
    DENIED = "denied"
    MISSING = "missing"


def said(fact: str, text: str) -> Said:
    """Tell what the text says to the fact, clause by clause; a fact of several statements needs all of them.

    A fact may be a sentence ("Gift cards cannot be returned") or a thing ("30 days", "the original box"). A thing
    counts as denied only where a "not" stands right before it.
    """
    claims = read(fact)
    if not any(claim.roots or claim.quantities for claim in claims):
        return Said.STATED if _in_these_words(fact, text) else Said.MISSING
    clauses = tuple(_with_subjects(read(text)))
    answers = {_said(claim, clauses) for claim in claims if claim.roots or claim.quantities}
    return next(answer for answer in (Said.DENIED, Said.MISSING, Said.STATED) if answer in answers)


def _said(claim: Clause, clauses: tuple[tuple[Clause, frozenset[str]], ...]) -> Said:
    spoken_of = [clause for clause, about in clauses if _covers(clause, about, claim)]
    if any(_agrees(clause, claim) for clause in spoken_of):
        return Said.STATED
    return Said.DENIED if spoken_of else Said.MISSING


def _covers(clause: Clause, about: frozenset[str], claim: Clause) -> bool:
    """Tell whether the clause speaks of what the claim speaks of, with its figures, be it yes or no."""
    figures = [quantity for quantity in claim.quantities if quantity.unit != "period"]
    if not all(any(_same(figure, other) for other in clause.quantities) for figure in figures):
        return False
    told = {root for figure in figures if figure.implied for root in roots(figure.text)}  # "free of charge"
    own = set(claim.roots) - GENERIC - told or set(claim.roots) - told
    enough = len(own & about) >= (_WITH_FIGURES if figures else _WITHOUT) * len(own)
    return enough and not _of_another_kind(clause, about, claim)


def _of_another_kind(clause: Clause, about: frozenset[str], claim: Clause) -> bool:
    """Tell whether the clause says of "standard delivery" what the claim says of "express delivery"."""
    kinds = {head: kind for kind, head in clause.pairs}
    return any(kind not in about and kinds.get(head, kind) not in {kind, *claim.roots} for kind, head in claim.pairs)


def _same(one: Quantity, other: Quantity) -> bool:
    opposed = bool(one.bound and other.bound and one.bound != other.bound)
    return same_amount(one, other) and same_rate(one, other) and not opposed


def _agrees(clause: Clause, claim: Clause) -> bool:
    if claim.negative or has_verb(claim.text):
        return clause.negative == claim.negative
    return not (clause.negative and _denied_at_once(clause.text, claim))


def _denied_at_once(text: str, thing: Clause) -> bool:
    """Tell whether a "not" stands right before the thing: "not 30 days", "no label"."""
    own, stated = set(thing.roots), {quantity.text for quantity in thing.quantities}
    cut = [text[: text.index(figure)] for figure in stated if figure in text]
    spoken = words(text)
    first = next((at for at, word in enumerate(spoken) if own.intersection(roots(word))), None)
    before = [words(part)[-_BEFORE:] for part in cut]
    if first is not None:
        before.append(spoken[max(0, first - _BEFORE) : first])
    return any(word in DENIALS or word.endswith("n't") for part in before for word in part)


def _with_subjects(clauses: tuple[Clause, ...]) -> Iterator[tuple[Clause, frozenset[str]]]:
    """Each clause with what it is about: "It costs 5 EUR" is about the subject of the clause before it."""
    subject: frozenset[str] = frozenset()
    for clause in clauses:
        pointed = not clause.lead and not clause.inherited and PRONOUNS.intersection(words(clause.text)[:3])
        yield clause, clause.about | subject if pointed else clause.about
        if clause.lead:
            subject = frozenset(clause.lead)


def _in_these_words(fact: str, text: str) -> bool:
    wanted = words(fact)
    return bool(wanted) and f" {' '.join(wanted)} " in f" {' '.join(words(text))} "
