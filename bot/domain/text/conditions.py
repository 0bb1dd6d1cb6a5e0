# ruff: noqa: E501  (patterns and word lists read better whole)
"""The conditions that limit a clause: "if unopened", "only with an adult", "except gift cards", "after 6 months". Pure."""

import re
from dataclasses import dataclass

from bot.domain.text.quantities import quantities, roots, spans

IF, WITH, SCOPE, WHEN, BOUND = "if", "with", "scope", "when", "bound"
_MARKERS: tuple[tuple[str, bool, bool, str], ...] = (
    (SCOPE, False, True, r"with the exception of|except(?: for| on| when| that| in)?|excluding|other than|apart from|außer(?: bei| am)?"
     r"|ausgenommen|mit ausnahme von|sauf(?: pour)?|à l'exception de|excepto(?: en)?|salvo|behalve(?: bij)?|uitgezonderd"),
    (IF, False, True, r"unless|es sei denn|à moins que|a menos que|tenzij"),
    (IF, True, True, r"(?:only )?if|^while|depend(?:s|ing) on|subject to|provided(?: that)?|as long as|so long as|on condition that|(?:only )?when(?:ever)?|wenn|falls|sofern"
     r"|solange|à condition(?: que| de)?|lorsque|quand|si|siempre que|cuando|mits|indien|als|zolang"),
    (SCOPE, True, True, r"including|einschließlich|inklusive|y compris|incluso|inclusief"),
    (WITH, False, False, r"(?:only )?without|ohne|sans|sin|zonder"),
    (WITH, True, False, r"(?:only )?with|mit|avec|con|met"),
    (WHEN, True, False, r"before|prior to|ahead of|during|(?:until|till)(?!\s+[^\s]{0,12}\d)|während|pendant|durante|tijdens|vor|bevor|avant(?: de| que)?|antes de(?: que)?|voordat|vóór|voor"),
    (WHEN, False, False, r"(?:only )?(?:after|once|following)|nach|nachdem|après|después de(?: que)?|nadat|na"),
    (SCOPE, True, False, r"only|solely|exclusively|nur|uniquement|seulement|sólo|solo|solamente|alleen|uitsluitend|slechts"),
)  # fmt: skip
_BOUNDING = re.compile(
    r"\b(?:up to|at least|at most|(?:more|less|fewer|older|younger|heavier|lighter) than|over|under|above|below|until|during|from)\s+$",
    re.I,
)
_AT_TIMES = re.compile(
    r"\b(?:once|twice)(?: a \w+)?\b|\b(?:every|each) (?:day|week|month|year|evening|morning|\w+day)\b|\bon \w+days?\b",
    re.I,
)
_ALL = re.compile("|".join(rf"(?P<m{n}>\b(?:{marker[3]})\b)" for n, marker in enumerate(_MARKERS)), re.I)
_NEGATED_IF = re.compile(r"\b(?:not|never|no|nobody|none|nothing|without|nicht|kein\w*|pas|geen|niet)\b|n't\b", re.I)
_BREAK = re.compile(r",\s")
_SUBJECT = re.compile(r"\s(?=(?:you|we|wir|sie|vous|nous|usted|wij|you'll|we'll|you're|your|our|please)\b)|,\s", re.I)
_FINITE = re.compile(
    r"\b(?:is|are|can|cannot|can't|may|must|will|need|needs|has|have|ist|sind|kann|können|peut|peuvent|puede|pueden|kan|kunnen)\b",
    re.I,
)
_MOST = 6


@dataclass(frozen=True, slots=True)
class Condition:
    """One limit: its family, whether it opens (if, with, only, before) or shuts (unless, without, except, after).

    `whole` tells that nothing else stands in its part of the sentence, `strong` that a rule without it is another one.
    """

    family: str
    positive: bool
    strong: bool
    whole: bool
    roots: tuple[str, ...]
    values: frozenset[str]
    text: str


def conditions(part: str) -> tuple[tuple[Condition, ...], str]:
    """Find the conditions of a part of a sentence, and what it says without them."""
    marks = list(_ALL.finditer(part))[:_MOST]
    found: list[Condition] = []
    main: list[str] = []
    at = 0
    for index, mark in enumerate(marks):
        if mark.start() < at:
            continue
        following = [m.start() for m in marks[index + 1 :] if m.start() > mark.end() + 1]
        family, positive, strong, _ = _MARKERS[int((mark.lastgroup or "m0")[1:])]
        limit = following[0] if following else len(part)
        leads = family == WITH and not part[: mark.start()].strip(" ,")
        end = _end(_SUBJECT if leads else _BREAK, part, mark.end(), limit)
        if (
            family in {WITH, SCOPE}
            and not _FINITE.search(part, 0, mark.start())
            and (verb := _FINITE.search(part, mark.end(), end))
        ):
            end = verb.start()
        main.append(part[at : mark.start()])
        span = part[mark.start() : end]
        if family == SCOPE and positive and not strong and not part[mark.end() :].strip(" ."):
            span = " ".join(part[: mark.end()].split()[-5:])
        found.append(_condition(family, positive, strong, not part[: mark.start()].strip(" ,"), span, mark.group()))
        at = end
    main.append(part[at:])
    return tuple(found) + _bounds(part), " ".join(main)


def _end(cut_at: re.Pattern[str], part: str, start: int, limit: int) -> int:
    cut = cut_at.search(part, start, limit)
    return cut.start() if cut and cut.start() > start + 2 else limit


def _condition(family: str, positive: bool, strong: bool, whole: bool, span: str, mark: str) -> Condition:
    rest = span[len(mark) :] if span.startswith(mark) else span
    if family == IF and positive and _NEGATED_IF.search(rest):
        positive = False
    strong = strong or (family == SCOPE and positive)
    return Condition(
        family,
        positive,
        strong,
        whole and (family in {IF, WHEN} or not positive),
        roots(rest),
        _values(rest),
        span.strip(" ,."),
    )


def _bounds(part: str) -> tuple[Condition, ...]:
    """Limits without a marker of their own: "over 50 EUR", "on Sundays", "once a year"."""
    found = [
        Condition(
            BOUND, True, False, False, (), frozenset({quantity.number}), f"{before.group().strip()} {quantity.text}"
        )
        for quantity, start in spans(part)
        if (before := _BOUNDING.search(part[max(0, start - 24) : start]))
    ]
    times = (
        Condition(BOUND, True, False, False, roots(m.group()), frozenset(), m.group()) for m in _AT_TIMES.finditer(part)
    )
    return (*found[:_MOST], *(limit for limit in times if limit.roots))


def _values(text: str) -> frozenset[str]:
    return frozenset(quantity.number for quantity in quantities(text) if not quantity.implied)
