# ruff: noqa: E501  (patterns and word lists read better whole)
"""Sentences that speak of a day as if it were to come, though it has passed: "The offer runs until 30 June". Pure, total.

Careful rather than complete: what is told as history ("was founded on", "applied until"), what began and still holds
("from 1 January the fee is 5 EUR"), days without a year, and what is named by its day ("orders placed until") stay.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.domain.text.wording import MONTHS, figures, sentences, words

_MOST_LETTERS = 60_000
_LONGEST_SENTENCE = 600
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_SPAN = re.compile(
    rf"\b(?:(?:the\s+)?end\s+of\s+(?P<end>\d{{4}})|(?<![\d.]\s)(?<!\d)(?P<month>{_MONTH})\.?\s+(?P<year>\d{{4}})|(?P<d>\d{{1,2}})\.(?P<m>\d{{1,2}})\.(?P<y>\d{{4}}))\b",
    re.I,
)
_UNTIL = re.compile(
    r"\b(?:until|till|through|up to|no later than|not later than|bis(?: zum| einschließlich)?|spätestens(?: am| bis)?|jusqu'au|hasta el|tot(?: en met)?)"
    r"(?:\s+(?:and including|the end of|end of|ende|fin|eind|midnight on|the|\w+day,?))*\s*$",
    re.I,
)
_TO = re.compile(r"(?:\b(?:to|and|bis|und|au|et|al|y|tot|en)|[-–—])\s+(?:the\s+)?$", re.I)
_ENDS = re.compile(
    r"\b(?:ends?|expires?|closes?|runs? out|finish(?:es)?|stops?|lapses?|endet|läuft|schließt|expire|termina|eindigt|starts?|opens?|launches|begins?"
    r"|takes? place|startet|beginnt|öffnet)(?:\s+\w+){0,2}\s+(?:on|in|at|by|am|im|le|el|op|at the end of)\s+(?:the\s+)?(?:end of\s+)?$",
    re.I,
)
_BY = re.compile(
    r"\b(?:by|from|as of|as from|on|in|starting|beginning|effective|before|ab(?: dem)?|am|im|seit|vor dem)\s+(?:the\s+)?(?:end of\s+)?(?:\w+day,?\s+)?$",
    re.I,
)
_COMING = re.compile(
    r"\b(?:will|won't|shall|going to|about to|upcoming|soon|planned|expected to|scheduled|until then|wird|werden|demnächst|geplant|sera|seront|será|serán|zal|zullen)\b|'ll\b",
    re.I,
)
_HISTORY = frozenset(
    """was were had did ran began became formerly previously originally since war waren hatte galt lief wurde wurden früher
    était étaient avait fut era eran fue werd""".split()  # noqa: SIM905
)
_DONE = frozenset(
    """ended expired applied closed lasted stopped used started launched founded changed updated introduced replaced
    opened offered charged gave took endete""".split()  # noqa: SIM905
)
_BE = frozenset(
    """is are be being been isn't aren't not it's we're they're also only still remain remains stay stays can ist sind
    bleibt est sont es son""".split()  # noqa: SIM905
)
_WHO, _AT = (
    frozenset(["we", "they", "it", "you", "who"]),
    frozenset(["until", "till", "through", "from", "on", "in", "by", "at"]),
)
_NAMING = frozenset(
    """placed bought made sent ordered purchased signed issued sold registered booked received created opened concluded
    dated paid delivered shipped submitted gekauft bestellt ausgestellt""".split()  # noqa: SIM905
)
_EXAMPLE = re.compile(
    r"\b(?:e\.g|for example|for instance|example|such as|z\.\s?b|zum beispiel|beispiel|par exemple|bijvoorbeeld)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class PastDate:
    """A sentence that waits for a day which has passed."""

    sentence: str
    day: date


def past_dates(text: str, today: date) -> tuple[PastDate, ...]:
    """The sentences of a text or of Markdown that speak of a day before this one as of one to come."""
    text = text[:_MOST_LETTERS]
    if not re.search(r"\d{4}", text):
        return ()
    said = (text[start : min(end, start + _LONGEST_SENTENCE)] for start, end in sentences(text))
    return tuple(PastDate(" ".join(each.strip("#*- |").split()), day) for each in said if (day := _passed(each, today)))


def _passed(sentence: str, today: date) -> date | None:
    """The day that the sentence waits for, if there is none in it that is still to come."""
    days = list(_days(sentence))
    if not days or any(day >= today for _, day in days) or _EXAMPLE.search(sentence):
        return None
    return next((day for at, day in days if _waits(sentence[:at], sentence)), None)


def _waits(before: str, sentence: str) -> bool:
    """Tell whether the day after these words is one that the sentence speaks of as to come."""
    if _is_history(words(sentence)):
        return False
    if (until := _UNTIL.search(before)) or (until := _range_end(before)):
        return not _names(before[: until.start()])
    return bool(_ENDS.search(before) or (_BY.search(before) and _COMING.search(sentence) and not _names(before)))


def _range_end(before: str) -> re.Match[str] | None:
    """The word between two days ("1 May to"), where it is the next that stands after these words."""
    joint = _TO.search(before)
    if joint is None:
        return None
    first = before[: joint.start()].rstrip()
    return joint if any(figure.unit == "date" and figure.end == len(first) for figure in figures(first)) else None


def _is_history(said: list[str]) -> bool:
    """Tell whether the sentence is about what was: "applied until" and "we charged", not "can be applied until"."""
    if _HISTORY.intersection(said):
        return True
    for at, word in enumerate(said):
        before, after = said[max(0, at - 2) : at], said[at + 1 : at + 2]
        if word in _DONE and not _BE.intersection(before) and (_WHO.intersection(before) or _AT.intersection(after)):
            return True
    return False


def _names(before: str) -> bool:
    """Tell whether the day only says which ones are meant: "orders placed until"."""
    last = words(before)[-4:]
    named = next((at for at, word in enumerate(last) if word in _NAMING), None)
    return named is not None and not _BE.intersection(last[:named])


def _days(sentence: str) -> Iterator[tuple[int, date]]:
    """The days that are given with their year, each with where it begins; of a month or a year the last one."""
    for figure in figures(sentence):
        if figure.unit == "date" and (day := _day(figure.value)):
            yield figure.start, day
    for match in _SPAN.finditer(sentence):
        if match["end"]:
            day = _day(f"{match['end']}-12-31")
        elif match["month"]:
            month, year = MONTHS[match["month"].casefold()], int(match["year"])
            day = date(year, month, monthrange(year, month)[1]) if year else None
        else:
            day = _day(f"{match['y']}-{int(match['m']):02d}-{int(match['d']):02d}")
        if day:
            yield match.start(), day


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:  # no year, or no such day
        return None
