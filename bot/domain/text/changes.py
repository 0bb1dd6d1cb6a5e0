"""What a person changed in a text, statement by statement. Pure, total on any text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.text.claims import Clause, read
from bot.domain.text.message import own_words
from bot.domain.text.names import addressee
from bot.domain.text.quantities import Quantity

LIKE = 0.4
"""The share of their words from which two statements speak of the same, and one corrects the other."""
_LEAST = 2  # roots of a statement that says something; a greeting has fewer, or is cut
_HELLO = r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|guten tag|bonjour|hola|beste|liebe[r]?)"
_SPOKEN_TO = r"(?:[^\S\n]+[^\s,.?!]{1,40})"  # a word between the greeting and its end
_AFTER_ALL = r"(?:,[^\S\n]+(?-i:[A-ZÀ-Þ])[\w'’-]{1,30}(?=[,!\n]))?"  # "Good morning, Dana,"
_GREETING = re.compile(
    rf"\A\s*{_HELLO}\b(?:{_SPOKEN_TO}{{0,4}}[^\S\n]*{_AFTER_ALL}[,!\n]|{_SPOKEN_TO}{{0,2}}[^\S\n]*(?:\.|\Z))", re.I
)
_GREETED = re.compile(
    rf"\A\s*(?i:{_HELLO})[^\S\n]+(?P<name>[A-ZÀ-Þ][^\W\d_]+(?:[ '’-][A-ZÀ-Þ][^\W\d_]+){{0,3}})\s*[,!.\n]"
)


@dataclass(frozen=True, slots=True)
class Changes:
    """The statements of one text that another has, lacks, or has otherwise: (as it was, as it is).

    Each group has those with figures first: a wrong figure is what costs a customer money.
    """

    added: tuple[Clause, ...] = ()
    removed: tuple[Clause, ...] = ()
    corrected: tuple[tuple[Clause, Clause], ...] = ()

    @property
    def of_fact(self) -> bool:
        """Tell whether more than the wording was changed: a figure, or a yes for a no."""
        return bool(self.altered) or any(clause.quantities for clause in (*self.added, *self.removed))

    @property
    def altered(self) -> tuple[tuple[Clause, Clause], ...]:
        """The corrections of a figure, or of a yes or no."""
        return tuple(pair for pair in self.corrected if _facts(pair[0]) != _facts(pair[1]))


def matter(reply: str) -> str:
    """A reply without its greeting and sign-off."""
    return _GREETING.sub("", own_words(reply), count=1).strip()


def greeted(reply: str) -> str:
    """Whom a reply greets by name; "" where it greets nobody."""
    match = _GREETED.match(reply)
    return addressee(match["name"]) if match else ""


def statements(reply: str) -> tuple[Clause, ...]:
    """What a reply states, greetings left out; each statement once."""
    found: dict[object, Clause] = {}
    for clause in read(matter(reply)):
        if clause.quantities or len(clause.roots) >= _LEAST:
            found.setdefault(_meaning(clause), clause)
    return tuple(found.values())


def changes(before: str, after: str) -> Changes:
    """Compare two replies by what they state; the order of statements and their white space do not count."""
    old, new = statements(before), statements(after)
    same = {_meaning(clause) for clause in old} & {_meaning(clause) for clause in new}
    gone = [clause for clause in old if _meaning(clause) not in same]
    added: list[Clause] = []
    corrected: list[tuple[Clause, Clause]] = []
    for clause in (clause for clause in new if _meaning(clause) not in same):
        best = max(gone, key=lambda other: likeness(other, clause), default=None)
        if best is not None and likeness(best, clause) >= LIKE:
            gone.remove(best)
            corrected.append((best, clause))
        else:
            added.append(clause)
    return Changes(
        _weightiest(added),
        _weightiest(gone),
        tuple(sorted(corrected, key=lambda pair: _facts(pair[0]) == _facts(pair[1]))),
    )


def misquoted(answer: str, article: str, before: str = "") -> tuple[tuple[Clause, Clause], ...]:
    """What a changed article gives with another figure, or a no for a yes, than the answer that it was written from.

    Each as (in the answer, in the article). What the article said `before` does not count.
    """
    known = {_meaning(clause) for clause in read(before)}
    new = (clause.sentence for clause in read(article) if _meaning(clause) not in known)
    return changes(answer, "\n".join(dict.fromkeys(new))).altered


def likeness(one: Clause, other: Clause) -> float:
    """The share of words that two statements have in common (Jaccard), figures left out."""
    first, second = set(one.roots), set(other.roots)
    return len(first & second) / len(first | second) if first and second else 0.0


def amounts(quantities: Sequence[Quantity]) -> frozenset[tuple[str, str]]:
    """The figures, comparable whatever their order."""
    return frozenset((quantity.value, quantity.unit) for quantity in quantities)


def _facts(clause: Clause) -> tuple[object, bool]:
    return amounts(clause.quantities), clause.negative


def _meaning(clause: Clause) -> tuple[object, ...]:
    return frozenset(clause.roots), amounts(clause.quantities), clause.negative


def _weightiest(clauses: list[Clause]) -> tuple[Clause, ...]:
    return tuple(sorted(clauses, key=lambda clause: not clause.quantities))
