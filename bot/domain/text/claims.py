# ruff: noqa: E501  (patterns and word lists read better whole)
"""What a text claims, clause by clause: of what, which figures, under which conditions, yes or no. Pure, total."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from bot.domain.text.conditions import BOUND, WHEN, Condition, conditions
from bot.domain.text.languages import language_of
from bot.domain.text.lexicon import AND, DENIALS, INCLUSIVE, PRONOUNS, UNIVERSAL
from bot.domain.text.quantities import PERIOD, Quantity, quantities, roots
from bot.domain.text.wording import STOP, figures, sentences, words

_MOST_CLAUSES = 160
_MOST_LETTERS = 8_000
_LONGEST_SENTENCE = 600
_TURN = re.compile(
    r"\s*[;–—]\s*|:\s+|[,]?\s+(?:but|while|whereas|although|though|however|instead of|rather than|aber|während|jedoch|mais"
    r"|tandis que|alors que|pero|mientras que|maar|terwijl)\s+",
    re.I,
)
_VERBS = frozenset(
    """is are was were be been can cannot can't may must might will would should shall has have had do does did don't
    doesn't isn't aren't won't cost costs take takes last lasts arrive arrives get gets receive receives need needs
    include includes allow allows require requires pay pays travel travels expire expires stay stays remain remains
    gives give drops ship ships leave leaves apply applies save saves allows covers cover comes come has answer
    decide decides contain contains keep keeps start starts end ends it's you'll we'll you're there's that's you've
    takes runs begins see sees collect collects carry carries send sends buy buys hold holds close closes open opens
    become becomes appear appears want wants provide provides enter enters ist sind kann können darf dürfen muss
    müssen wird werden kostet dauert erhalten erhält kommt hat haben gibt est sont peut peuvent doit doivent coûte
    coûtent prend arrive arrivent part partent pouvez sera es son puede pueden debe deben cuesta cuestan tarda salen
    llega está están se kan kunnen moet moeten wordt worden kost kosten duurt krijgen krijgt komt heeft hebben""".split()  # noqa: SIM905
)
_PREPOSITIONS = frozenset(
    "in for on with at to from by after not also then im bei für mit pour avec dans en con para por".split()  # noqa: SIM905
)
_ASKING = frozenset({"please", "bitte", "veuillez", "gelieve"})
_HARMLESS_NO = re.compile(
    r"\bno(?:t)? (?:later|more|less|fewer|longer) than\b|\bno matter\b|\bnot only\b"
    r"|\b(?:no|without(?: any)?) (?:(?:extra|additional|further) )?(?:charge|cost|fee)s?\b|\bclosed? (?:a|the|your|my)\b",
    re.I,
)
_OPENS = re.compile(
    r"\s*(?:if|unless|provided|as long as|except|when|once|wenn|sofern|falls|außer|si|sauf|excepto|als|mits|tenzij|behalve)\b",
    re.I,
)
_RANGE = re.compile(r"\d(?:\s+\w+|,)\s+\d$")
_HEADING = re.compile(r"#{1,6}\s")
_ROW_RULE = re.compile(r"^\|?[\s:|-]+\|?$")
_MARKS = re.compile(r"^\s*(?:#{1,6}\s+|[-*+•]\s+|\d{1,3}[.)]\s+|>\s?)|[*`]|\[\d{1,3}\]")
_NO_CELL = frozenset({"no", "none", "nein", "kein", "keine", "non", "aucun", "nee", "geen"})


@dataclass(frozen=True, slots=True)
class Clause:
    """One statement. `roots` are its own words, `inherited` those of a subject that stands in a clause before it.

    `lead` are the roots before its verb, which name what it is about; `row` tells a table's cell. `pairs` are
    the roots of words that stand side by side ("express", "ship").
    """

    text: str
    sentence: str
    roots: tuple[str, ...]
    inherited: frozenset[str]
    lead: tuple[str, ...]
    quantities: tuple[Quantity, ...]
    conditions: tuple[Condition, ...]
    negative: bool
    universal: str = ""
    pairs: tuple[tuple[str, str], ...] = ()
    inclusive: bool = False
    row: bool = False

    @property
    def about(self) -> frozenset[str]:
        return frozenset(self.roots) | self.inherited


@lru_cache(maxsize=512)
def read(text: str) -> tuple[Clause, ...]:
    """Read the clauses of a text or of Markdown, tables included; the first ones, where it is very long."""
    text = text[:_MOST_LETTERS]
    language = language_of(text)
    found: list[Clause] = []
    header: list[str] = []
    for start, end in sentences(text):
        sentence = text[start:end]
        if _HEADING.match(sentence):
            continue
        if sentence.startswith("|"):
            header = _table_row(sentence, header, found)
        else:
            header = []
            found.extend(_clauses(_MARKS.sub(" ", sentence).strip()[:_LONGEST_SENTENCE], language))
        if len(found) > _MOST_CLAUSES:
            break
    return tuple(found[:_MOST_CLAUSES])


def _table_row(line: str, header: list[str], found: list[Clause]) -> list[str]:
    """Read a row as a clause for each cell, its first cell being what it is about; return the header in force."""
    if _ROW_RULE.match(line):
        return header
    found_cells = [" ".join(cell.split()) for cell in line.strip("|").split("|")][:12]
    if not header:
        return found_cells
    key = found_cells[0]
    for name, cell in zip([*header[1:], *[""] * len(found_cells)], found_cells[1:], strict=False):
        if cell:
            text = f"{key} – {name}: {cell}" if name else f"{key} – {cell}"
            said = tuple(replace(quantity, text=cell) for quantity in quantities(f"{name}: {cell}"))
            about = roots(f"{key} {name}")
            found.append(
                Clause(text, line, about + roots(cell), frozenset(roots(header[0])), roots(key), said, (),
                       cell.casefold() in _NO_CELL, pairs=_pairs(key), row=True)
            )  # fmt: skip
    return header


def _clauses(sentence: str, language: str) -> Iterator[Clause]:
    inherited: frozenset[str] = frozenset()
    waiting: Clause | None = None
    held: Clause | None = None
    before: Clause | None = None
    for part in _parts(sentence, language):
        clause = _clause(part, sentence, inherited)
        if before is not None and not has_verb(part):  # "and the yearly one with 3 months' notice"
            clause = replace(clause, inherited=_elided(clause, before, inherited))
        if not clause.text.strip(" ,.") or _is_all_condition(part, clause):
            if held is None:
                waiting = clause
            else:
                held = _limited(held, clause)
            continue
        if held is not None:
            yield held
        held = _limited(clause, waiting) if waiting else clause
        waiting = None
        if clause.lead and not clause.inherited:
            inherited = frozenset(clause.lead)
        before = clause
    if held is not None:
        yield held
    elif waiting:
        yield waiting


def _elided(clause: Clause, before: Clause, subject: frozenset[str]) -> frozenset[str]:
    """What a part without a verb leaves to the clause before it: the verb, and the subject where it has none itself.

    A kind of the same is another one: "in the small kennel ... and in the large kennel" leaves "small" behind.
    """
    said = words(before.text)
    verb = next((at for at, word in enumerate(said) if word in _VERBS), len(said))
    found = figures(before.text)
    end = next((at for at, word in enumerate(said) if at > verb and word in _PREPOSITIONS), len(said))
    shared = frozenset(roots(before.text[: found[0].start] if found else " ".join(said[:end])))
    first = (words(clause.text) or [""])[0]
    if first not in _PREPOSITIONS and not first[:1].isdigit():
        verb_only = frozenset(roots(" ".join(said[: verb + 1])))  # "we answer emergencies": the object is replaced
        return (shared if before.lead else verb_only) - frozenset(before.lead)
    kinds = {head: modifier for modifier, head in clause.pairs}
    others = {modifier for modifier, head in before.pairs if kinds.get(head, modifier) != modifier}
    return (subject | shared) - others


def _limited(clause: Clause, by: Clause) -> Clause:
    """The clause with what a subordinate one adds to it."""
    return replace(
        clause,
        conditions=(*clause.conditions, *(_in_sense(limit, clause.negative) for limit in by.conditions)),
        roots=clause.roots + by.roots,
        quantities=clause.quantities + by.quantities,
    )


def _is_all_condition(part: str, clause: Clause) -> bool:
    return (
        bool(clause.conditions)
        and clause.conditions[0].whole
        and part.lstrip().startswith(clause.conditions[0].text[:12])
    )


def _clause(part: str, sentence: str, inherited: frozenset[str]) -> Clause:
    limits, main = conditions(part)
    folded = words(main)
    lead = _lead(part)
    negative = any(map(_denies, words(_HARMLESS_NO.sub(" ", main))))
    return Clause(
        text=part.strip(),
        sentence=sentence,
        roots=roots(part),
        inherited=inherited if not lead or PRONOUNS.intersection(folded[:6]) else frozenset(),
        lead=lead,
        quantities=quantities(part),
        conditions=tuple(_in_sense(limit, negative) for limit in limits),
        negative=negative,
        universal=next((word for word in words(PERIOD.sub(" ", main)) if word in UNIVERSAL), ""),
        pairs=_pairs(part),
        inclusive=any(word in INCLUSIVE for word in folded),
    )


def _denies(word: str) -> bool:
    return word in DENIALS or word.endswith("n't") or (word.startswith("non-") and len(word) > 5)


def _in_sense(limit: Condition, negative: bool) -> Condition:
    """ "Not without" is "with": a condition of a denied clause counts the other way round, except for its time."""
    turned = negative and limit.family not in {WHEN, BOUND}
    return replace(limit, positive=not limit.positive) if turned else limit


def _lead(part: str) -> tuple[str, ...]:
    """The roots before the first verb: the subject, if nothing else stands first."""
    found = words(part)[:12]
    at = next((index for index, word in enumerate(found) if word in _VERBS or word[0].isdigit()), None)
    if at is None or found[0] in _PREPOSITIONS | _ASKING:
        return ()
    before = found[: min(at, 8)]
    gerund = len(before) > 1 and before[0].endswith("ing") and before[1] in STOP
    return roots(" ".join(before[1:] if gerund else before))


def _parts(sentence: str, language: str) -> Iterator[str]:
    """Cut where a new statement begins: at a turn, and at a comma or "and" between two that could stand alone."""
    joint = re.compile(rf"(,\s+(?:(?:{_and(language)})\s+)?|\s+(?:{_and(language)})\s+)", re.I)
    for piece in _TURN.split(sentence):
        pieces = joint.split(piece)
        current = pieces[0]
        for separator, following in zip(pieces[1::2], pieces[2::2], strict=False):
            joined = "," not in separator and _OPENS.match(current)
            if (
                not joined
                and _stands(current)
                and _stands(following)
                and not _RANGE.search(current + separator + following[:1])
            ):
                yield current
                current = following
            else:
                current += separator + following
        yield current


@lru_cache(maxsize=16)
def _and(language: str) -> str:
    return AND.get(language, "and|und|et")


def _pairs(part: str) -> tuple[tuple[str, str], ...]:
    met = [_roots_of(word) for word in words(part)]
    return tuple((one[0], other[0]) for one, other in pairwise(met) if one and other)


@lru_cache(maxsize=20_000)
def _roots_of(word: str) -> tuple[str, ...]:
    return roots(word)


def has_verb(part: str) -> bool:
    """Tell whether the part says something of a thing, and does not only name it."""
    return any(word in _VERBS or word.endswith("n't") for word in words(part))


def _stands(part: str) -> bool:
    """Tell whether a part could be a statement: it has a verb, a figure, or begins like a condition or an addition."""
    found = words(part)
    if has_verb(part) or quantities(part):
        return True
    return bool(found) and (found[0] in {"also", "not", "never", "unless", "except", "if"} or found[0].endswith("ed"))
