# ruff: noqa: E501  (patterns and word lists read better whole)
"""Figures as a clause means them: their unit in common terms, whether they bound from above or below, per what. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.domain.text.lexicon import GRAMMAR, root, said_plainly
from bot.domain.text.wording import MONEY, SPELT, figures, words

_MINUTES = {"minute": 1, "hour": 60, "day": 1_440, "calendar day": 1_440, "week": 10_080}
_MONTHS = {"month": 1, "year": 12}
LEAST, MOST = "least", "most"
_LEAST_BEFORE = re.compile(
    r"\b(?:at least|more than|greater than|heavier than|older than|longer than|bigger than|over|above|from|minimum(?: of)?|exceeds?"
    r"|exceeding|not (?:before|under)|mindestens|über|ab|mehr als|au moins|plus de|à partir de|dès|al menos|más de|a partir de"
    r"|desde|mínimo|minstens|meer dan|vanaf|boven)\s+(?:the |las |les |los |der |den |am )?$", re.I)  # fmt: skip
_MOST_BEFORE = re.compile(
    r"\b(?:at most|up to|upto|under|below|less than|fewer than|lighter than|younger than|until|till|no more than|not more than"
    r"|maximum(?: of)?|within|bis(?: zu)?|höchstens|unter|weniger als|innerhalb von|au plus|moins de|jusqu'à|como máximo"
    r"|menos de|hasta|hoogstens|maximaal|tot|onder|minder dan)\s+(?:the |las |les |los |der |den |zum )?$", re.I)  # fmt: skip
_LEAST_AFTER = re.compile(
    r"^\W{0,2}(?:or|and|oder|ou|o|of)\s+(?:\w+\s+)?(?:more|older|above|over|longer|mehr|plus|más|meer)\b", re.I
)
_MOST_AFTER = re.compile(
    r"^\W{0,2}(?:or|and|oder|ou|o|of)\s+(?:\w+\s+)?(?:less|fewer|younger|under|below|weniger|moins|menos|minder)\b",
    re.I,
)
_AHEAD = re.compile(
    r"^[^.;,]{0,16}?\b(?:before|ahead|in advance|prior|vorher|im voraus|avant|antes|vooraf|vóór)\b", re.I
)
_UNTIL = re.compile(r"\b(?:up to|until|till|bis|jusqu'à|hasta|tot)\s+$", re.I)
_FROM = re.compile(r"\b(?:from|ab|à partir de|desde|vanaf)\s+$", re.I)
_NO_LATER = re.compile(r"\b(?:no|not) later than\s+$|\bspätestens\s+$|\bau plus tard\s+$", re.I)
_PER = re.compile(
    r"^\s*(?:per|a|an|each|every|pro|im|par|por|al|/)\s*(?:\w+\s+(?:and|und|et|y|en)\s+)?(minute|hour|night|day|week|month|quarter|year|second"
    r"|user|person|people|kwh|minuto|hora|día|mes|año|tag|monat|jahr|stunde|jour|mois|an|heure|dag|maand|jaar|uur)s?\b", re.I)  # fmt: skip
_PER_BEFORE = re.compile(
    r"\b(?:per|pro|par|por)\s+(minute|hour|night|day|week|month|quarter|year|user|person|kwh|monat|mois|mes|maand)\b",
    re.I,
)
_TIMES = frozenset({"minute", "hour", "night", "day", "week", "month", "quarter", "year", "second"})
_PER_NAMES = {"tag": "day", "monat": "month", "jahr": "year", "stunde": "hour", "jour": "day", "mois": "month", "an": "year",
              "heure": "hour", "día": "day", "mes": "month", "año": "year", "hora": "hour", "minuto": "minute", "dag": "day",
              "maand": "month", "jaar": "year", "uur": "hour", "people": "person"}  # fmt: skip
_FREE = re.compile(
    r"(?<!feel )\bfree(?:\s+of\s+charge)?\b(?!\s*(?:trial|plan|version|account|to\b|from\b(?!\s*\d)))|\b(?:at )?no (?:extra |additional )?(?:charge|cost|fee)\b"
    r"|\b(?:kostenlos|kostenfrei|gratis|gratuit\w*)\b",
    re.I,
)
_IN_FULL = re.compile(r"\bin full\b|\bfull refund\b|\bvollständig erstattet\b", re.I)
PERIOD = re.compile(
    r"\b(?:(?:every|each)\s+(?P<each>day|week|month|quarter|year|evening|morning|\w+day)|(?P<ly>daily|weekly|monthly|quarterly|yearly"
    r"|annually))\b", re.I)  # fmt: skip
_LY = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
    "annually": "year",
}
_NAMED = re.compile(r"\b([A-Z][a-z]{1,20})\s$")
_LETTERED = re.compile(r"\b([A-Z][a-z]{1,20})\s([A-Z])\b(?!['’])")
_COUNTED = frozenset({"people", "item", "bag", "cup", "time", "times", "user", "machine", ""})
_RANGE = re.compile(r"^\s*(?:to|-|–|and|bis|und|à|et|a|y|tot|en)\s*$", re.I)
FREE = "free"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure in comparable terms. `bound` is "least", "most" or "", `per` what it is counted for ("month"),
    `number` the value as it is written. `implied` tells a word that stands for a figure ("free", "monthly").
    """

    value: str
    unit: str
    bound: str
    per: str
    text: str
    number: str = ""
    implied: bool = False

    @property
    def kind(self) -> str:
        """What it may be mistaken for: money of any currency, a duration of any unit, a share, a date, a number."""
        if self.unit in MONEY or self.unit == FREE:
            return "money"
        if self.unit in {"calendar", "months", "working day"}:
            return "duration"
        return "time" if ":" in self.value else self.unit


def quantities(text: str) -> tuple[Quantity, ...]:
    """The figures of a clause in order, and "free" as an amount of its own."""
    return tuple(quantity for quantity, _ in spans(text))


def roots(text: str) -> tuple[str, ...]:
    """The roots of the words that carry meaning, in order; figures and grammar are left out."""
    names: list[str] = []
    for figure in reversed(figures(text)):
        if not figure.unit and (named := _NAMED.search(text[max(0, figure.start - 24) : figure.start])):
            names.append(f"{root(named.group(1).casefold())}{figure.value}")  # "Green 24" is a name, and so is "Zone B"
        rate = _PER.match(text[figure.end : figure.end + 40])
        text = f"{text[: figure.start]} {text[figure.end + (rate.end() if rate else 0) :]}"
    own = (_unelided(word) for word in words(said_plainly(text)) if word not in GRAMMAR)
    names.extend(f"{root(named.group(1).casefold())}{named.group(2)}" for named in _LETTERED.finditer(text))
    return (
        *(root(word) for word in own if word not in GRAMMAR and len(word) > 1 and word[0].isalpha()),
        *reversed(names),
    )


def _unelided(word: str) -> str:
    """The word without what an apostrophe ties to it: "they" of "they're", "annuler" of "d'annuler"."""
    first, _, rest = word.partition("'")
    return rest if rest and len(first) <= 2 and len(rest) > 2 else first


@lru_cache(maxsize=2_048)
def spans(text: str) -> tuple[tuple[Quantity, int], ...]:
    """The quantities, each with where it begins."""
    found = figures(text)
    made: list[tuple[int, Quantity]] = []
    for index, figure in enumerate(found):
        unit, bounded = figure.unit, figure.end
        if not unit and index + 1 < len(found) and _RANGE.match(text[figure.end : found[index + 1].start]):
            unit = found[index + 1].unit if found[index + 1].unit != "date" else ""
            bounded = found[index + 1].end
        before, after = text[max(0, figure.start - 24) : figure.start], text[bounded : bounded + 40]
        value, unit = _common(figure.value, unit)
        shown = text[figure.start : figure.end].strip()
        made.append(
            (
                figure.start,
                Quantity(value, unit, _bound(before, after, unit), _per(text, after, len(found)), shown, figure.value),
            )
        )
    made.extend((m.start(), Quantity("0", FREE, "", "", m.group(), implied=True)) for m in _FREE.finditer(text))
    made.extend((m.start(), Quantity("100", "%", "", "", m.group(), implied=True)) for m in _IN_FULL.finditer(text))
    made.extend(
        (m.start(), Quantity(_period(m), "period", "", "", m.group(), implied=True)) for m in PERIOD.finditer(text)
    )
    return tuple((quantity, at) for at, quantity in sorted(made, key=lambda pair: pair[0]))


def _period(match: re.Match[str]) -> str:
    return match["each"].casefold() if match["each"] else _LY[match["ly"].casefold()]


def _common(value: str, unit: str) -> tuple[str, str]:
    """Say weeks, days and hours in minutes and years in months, so that "two weeks" and "14 days" are one."""
    number = value if value.replace(".", "", 1).isdigit() else ""
    if number and unit in _MINUTES:
        return f"{float(number) * _MINUTES[unit]:.0f}", "calendar"
    if number and unit in _MONTHS:
        return f"{float(number) * _MONTHS[unit]:g}", "months"
    return value, unit


def spelt(text: str) -> frozenset[str]:
    """The values of the numbers that are written out, whatever they count."""
    return frozenset(str(SPELT[word]) for word in words(text) if word in SPELT)


def _bound(before: str, after: str, unit: str) -> str:
    if _NO_LATER.search(before):
        return LEAST if _AHEAD.match(after) else MOST
    if unit in {"calendar", "months", "working day"} and _AHEAD.match(after):
        if _UNTIL.search(before):  # "until 14 days before" it is as good as "at least 14 days before"
            return LEAST
        if _FROM.search(before):
            return MOST
    if _LEAST_BEFORE.search(before) or _LEAST_AFTER.match(after):
        return LEAST
    return MOST if _MOST_BEFORE.search(before) or _MOST_AFTER.match(after) else ""


def _per(text: str, after: str, count: int) -> str:
    match = _PER.match(after) or (_PER_BEFORE.search(text) if count == 1 else None)
    if match is None:
        return ""
    name = match.group(1).casefold()
    return _PER_NAMES.get(name, name)


def same_amount(one: Quantity, other: Quantity) -> bool:
    """Tell whether two quantities say the same; a bare number is the same as one with any unit."""
    if one.value != other.value:
        yearless = one.unit == other.unit == "date" and "----" in (one.value[:4], other.value[:4])
        bare = not one.unit and other.number == one.value
        return bare or (yearless and one.value[4:] == other.value[4:])
    return one.unit == other.unit or not one.unit or (not other.unit and one.unit in _COUNTED)


def same_rate(one: Quantity, other: Quantity) -> bool:
    """Tell whether both are counted for the same stretch of time, as far as both say for which."""
    return not (one.per in _TIMES and other.per in _TIMES and one.per != other.per)
