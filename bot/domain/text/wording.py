"""What can be read off a text without a model: its words, its sentences, its figures. Pure, total on any text."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")
_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[^\W_a-zß-öø-ÿ])|\n+|(?<=[。！？])")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|approx|incl|excl|nr|dr|mr|mrs|ms|vs|z\.b|bzw|ca))\.$", re.I)

STOP = frozenset(
    """a about above after again all also am an and any are as at be been being below both but by can could did do does
    doing don down during each few for from further get got had has have having he her here hers him his how i if im in
    into is it its itself just like ll me more most my myself need now of off on once only or other our ours out over
    own please pls re same she should so some such than thank thanks that the their them then there these they this
    those through to too under until up us ve very want was we were what when where which while who whom why will with
    would you your yours yourself hi hello hey dear regards best tell know let help question anyone someone something
    thing things way possible able cannot s t d m u ur ich du er sie es wir ihr der die das den dem des ein eine einen
    einem einer und oder aber ist sind war nicht mit von zu zum zur für auf im in an bei wie was wann wo wer warum kann
    bitte mein meine meinen hallo danke""".split()  # noqa: SIM905
)
_NEGATIONS = frozenset(
    """no not never none nobody nothing neither nor without cannot cant wont dont doesnt isnt arent didnt nicht kein
    keine keinen nie""".split()  # noqa: SIM905
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ud800-\uf8ff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0001-\U000e007f\U000f0000-\U0010ffff]"
)
"""Format, control, private and surrogate characters (Unicode's Cf, Cc, Co, Cs) but tab and line break."""
_STACKED = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{8})"
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_WIDEST = 3  # times its length that a text may grow: some ligatures stand for eighteen letters
_ENDINGS = (
    ("ingly", 4), ("ments", 4), ("ment", 4), ("ing", 3), ("ies", 3), ("ed", 3), ("ly", 4), ("es", 3), ("s", 3),
)  # fmt: skip


def normal(text: str) -> str:
    """Fold case, width and composed forms, and drop zero-width and control characters; line breaks stay."""
    if text.isascii():
        return _CONTROL.sub("", text.casefold())
    composed = unicodedata.normalize("NFKC", _STACKED.sub(r"\1", text))[: _WIDEST * len(text) + 64]
    folded = composed.casefold().replace("’", "'")
    return folded if folded.isprintable() else _UNSEEN.sub("", folded)


def words(text: str) -> list[str]:
    """The words of a text in order, folded; "don't" and "e-mail" are one word each."""
    return _WORD.findall(normal(text))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Strip the commonest English endings, so that "refunds", "refunded" and "refund" are one; rough on purpose."""
    word = word.replace("'s", "").replace("'", "").replace("-", "")
    if len(word) <= 3 or not word.isascii():
        return word
    for ending, least in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least and not word.endswith("ss"):
            word = word[: -len(ending)] + ("y" if ending == "ies" else "")
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word[-1] in "ey" else word


def content_words(text: str) -> list[str]:
    """The stems of the words that carry meaning, in order, with repeats; figures included as they are written."""
    return [stem(word) for word in words(text) if word not in STOP and len(word) > 1]


def is_negated(text: str) -> bool:
    """Tell whether the text says no to something: "not", "never", "won't", "without"."""
    return any(word in _NEGATIONS or word.endswith("n't") for word in words(text))


def sentences(text: str) -> list[tuple[int, int]]:
    """The spans of the sentences of a plain text, in order; a line break ends one, an abbreviation does not."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in [*_END.finditer(text), None]:
        end = match.start() if match else len(text)
        if match and "\n" not in match.group() and (_ABBREVIATION.search(text, start, end) or _in_date(text, end)):
            continue
        raw = text[start:end]
        lead = len(raw) - len(raw.lstrip())
        if raw.strip():
            spans.append((start + lead, start + lead + len(raw.strip())))
        start = match.end() if match else end
    return spans


def _in_date(text: str, at: int) -> bool:
    """Tell whether the full stop before this place is an ordinal's in a German date: "am 24. Dezember"."""
    return text[max(0, at - 2) : at - 1].strip().isdecimal() and _MONTH_NEXT.match(text, at) is not None


# --- figures ----------------------------------------------------------------------------------------------------------

MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january januar", "feb february februar", "mar march märz", "apr april", "may mai", "jun june juni",
         "jul july juli", "aug august", "sep sept september", "oct october oktober", "nov november",
         "dec december dezember"), 1)
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_MONTH_NEXT = re.compile(rf"\.?[ ]+(?:{_MONTH})\b", re.I)
_DATE = re.compile(
    rf"\b(?:(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})|(?P<d1>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?(?P<m1>{_MONTH})\b\.?(?:,?\s+(?P<y1>\d{{4}}))?"
    rf"|(?P<m2>{_MONTH})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<y2>\d{{4}}))?)",
    re.I,
)
_UNIT = (
    r"%|percent|per cent|prozent|pour cent|por ciento|procent|€|£|\$|¥|eur|euros?|usd|dollars?|gbp|pounds?|chf|cents?"
    r"|(?:working|business|calendar)\s+days?|days?|hours?|hrs?|h|minutes?|mins?|seconds?|weeks?|months?|years?"
    r"|werktage?n?|arbeitstage?n?|tage?n?|stunden?|minuten?|wochen?|monate?n?|jahre?n?"
    r"|jours?\souvr(?:é|able)s?|jours?|heures?|semaines?|mois|ans?|années?"
    r"|días?\s(?:laborables?|hábiles)|días?|horas?|minutos?|semanas?|mes(?:es)?|años?"
    r"|werkdag(?:en)?|dag(?:en)?|uur|uren|minuut|weken|maand(?:en)?|jaar|jaren"
    r"|kwh|kbit/s|mbit/s|kg|kilos?|kilograms?|grams?|g|litres?|liters?|l|ml|cm|mm|km|m|bars?|°c|cups?|bags?|items?|times|users?|people|machines?|gb|mb|tb"
)
_NUMBER = re.compile(
    rf"(?P<pre>[€£$¥]|\b(?:eur|usd|gbp|chf)\b)?\s?(?<![\w.,])(?P<n>\d{{1,15}}(?:[.,:\u202f]\d{{1,15}}){{0,6}})(?![\w])?\s?[-–]?\s?(?:(?P<unit>{_UNIT})(?![^\W_]))?",
    re.I,
)
SPELT = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30, "sixty": 60, "ninety": 90,
    "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "zehn": 10, "vierzehn": 14,
    "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "dix": 10, "quatorze": 14, "dos": 2, "tres": 3,
    "cuatro": 4, "cinco": 5, "siete": 7, "diez": 10, "catorce": 14, "twee": 2, "drie": 3, "vijf": 5, "zes": 6,
    "zeven": 7, "tien": 10, "veertien": 14,
}  # fmt: skip
_SPELT_FIGURE = re.compile(rf"\b(?P<n>{'|'.join(SPELT)})[\s-](?:\((?P<same>\d+)\)\s)?(?P<unit>{_UNIT})(?![^\W_])", re.I)
_UNIT_NAMES = {
    "€": "eur", "euro": "eur", "£": "gbp", "pound": "gbp", "$": "usd", "dollar": "usd", "¥": "jpy", "percent": "%",
    "per cent": "%", "business day": "working day", "hr": "hour", "h": "hour", "min": "minute", "kilo": "kg",
    "kilogram": "kg", "gram": "g", "liter": "litre", "l": "litre", "prozent": "%", "pour cent": "%", "por ciento": "%",
    "procent": "%",
}  # fmt: skip
_UNIT_FORMS = {
    "working day": "werktag werktage werktagen arbeitstag arbeitstage arbeitstagen werkdag werkdagen",
    "day": "tag tage tagen jour jours día días dag dagen",
    "hour": "stunde stunden heure heures hora horas uur uren",
    "minute": "minuten minutos minuto minuut",
    "week": "woche wochen semaine semaines semana semanas weken",
    "month": "monat monate monaten mois mes meses maand maanden",
    "year": "jahr jahre jahren an ans année années año años jaar jaren",
}
_UNIT_NAMES |= {form: unit for unit, forms in _UNIT_FORMS.items() for form in forms.split()}
_WORKING = re.compile(r"jours?\s+ouvr|días?\s+(?:laborable|hábil)")
_CLOCK = re.compile(
    r"\b(?P<h>\d{1,2})(?:[:.](?P<m>\d{2}))?\s?(?:(?P<am>a\.?m\b\.?)|(?P<pm>p\.?m\b\.?)|uhr\b|o'clock\b)|\b(?P<noon>noon)\b",
    re.I,
)
_ANY_FIGURE = re.compile(rf"\d|\b(?:noon|(?:{'|'.join(SPELT)})[\s-])", re.I)
MONEY = frozenset({"eur", "gbp", "usd", "chf", "jpy", "cent"})


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, amount or date as a text states it: `value` is comparable, `unit` is folded ("eur", "working day")."""

    value: str
    unit: str
    start: int
    end: int


def figures(text: str) -> tuple[Figure, ...]:
    """Every figure of a text in order: "4,90 €" and "EUR 4.90" are alike, "two days" and "2 days" too."""
    return _figures(text) if _ANY_FIGURE.search(text) else ()


@lru_cache(maxsize=512)
def _figures(text: str) -> tuple[Figure, ...]:
    found: list[Figure] = []
    taken = bytearray(len(text))  # 1 where a figure was found, so that a long list of dates is read in linear time

    def take(figure: Figure, match: re.Match[str]) -> None:
        found.append(figure)
        taken[match.start() : match.end()] = b"\1" * (match.end() - match.start())

    for match in _DATE.finditer(text):
        if "may" not in (match["m1"], match["m2"]):  # "children under 14 may ..."
            take(Figure(_date(match), "date", match.start(), match.end()), match)
    for match in _CLOCK.finditer(text):
        if not taken[match.start()]:
            take(Figure(_clock(match), "", match.start(), match.end()), match)
    for match in _SPELT_FIGURE.finditer(text):
        number = str(SPELT[match["n"].casefold()])
        take(Figure(number, _unit(match["unit"]), match.start(), match.end()), match)
    for match in _NUMBER.finditer(text):
        start, end = match.start("n"), match.end("n")
        if not any(taken[start:end]):
            unit = _unit(match["pre"] or match["unit"] or "")
            start = match.start("pre") if match["pre"] else start
            found.append(Figure(_value(match["n"]), unit, start, match.end() if match["unit"] else end))
    return tuple(sorted(found, key=lambda figure: figure.start))


def _date(match: re.Match[str]) -> str:
    if match["iso"]:
        return match["iso"]
    day, month, year = (
        (match["d1"], match["m1"], match["y1"]) if match["m1"] else (match["d2"], match["m2"], match["y2"])
    )
    return f"{year or '----'}-{MONTHS[month.casefold()]:02d}-{int(day):02d}"


def _clock(match: re.Match[str]) -> str:
    if match["noon"]:
        return "12:00"
    hour = int(match["h"]) % 12 + 12 * bool(match["pm"]) if match["am"] or match["pm"] else int(match["h"])
    return f"{hour}:{match['m'] or '00'}"


def _unit(raw: str) -> str:
    unit = " ".join(raw.casefold().split())
    if unit in _UNIT_NAMES:
        return _UNIT_NAMES[unit]
    if _WORKING.match(unit):
        return "working day"
    unit = unit[:-1] if len(unit) > 2 and unit.endswith("s") and unit != "times" else unit
    return _UNIT_NAMES.get(unit, unit)


def _value(raw: str) -> str:
    """Fold a written number: "1,000" is 1000, "4,90" is 4.9, "14:00" stays."""
    if ":" in raw:
        return raw
    if re.fullmatch(r"\d{1,3}(?:[.,\u202f]\d{3})+(?:[.,]\d{1,2})?", raw):
        head, _, tail = raw.rpartition(raw[-3]) if raw[-3:-2] in {".", ","} else (raw, "", "")
        raw = re.sub(r"[.,\u202f]", "", head) + (f".{tail}" if tail else "")
    raw = raw.replace(",", ".")
    if raw.count(".") == 1:
        raw = raw.rstrip("0").rstrip(".")
    return raw.lstrip("0") or "0" if "." not in raw else raw
