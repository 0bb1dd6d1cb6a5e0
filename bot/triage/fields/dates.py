"""Dates as customers write them, resolved against the day on which the message was written.

Rules where words leave it open: numbers alone are day first unless that is impossible or the team's region writes the
month first. A plain weekday or day of the month is the next one, or the latest where the words before it tell of the
past. "Next Friday" is the Friday of next week, "last Friday" the latest. A day and month without a year is the nearest,
in the direction that the words tell.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.answer import Field
from bot.triage.fields import calendar_words as words
from bot.triage.fields.spotted import spotted


def _any(said: object) -> str:
    """An alternation of words, longest first, so that none hides a longer one."""
    listed = said.split("|") if isinstance(said, str) else list(said)  # type: ignore[call-overload]
    return "|".join(sorted(listed, key=len, reverse=True))


def _not_behind(said: str) -> str:
    return "".join(rf"(?<!\b{word}\s)" for word in said.split("|"))


def _behind(said: str) -> str:
    return "(?:" + "|".join(rf"(?<=\b{word}\s)" for word in said.split("|")) + ")"


_MONTH = rf"(?P<month>{_any(words.MONTHS)})"
_DAY = r"(?P<day>[12]\d|3[01]|0?[1-9])"
_YEAR = r"(?P<year>20\d{2}|19\d{2}|'\d{2})"
_LONG = _any(words.WEEKDAYS)
_WEEKDAY = rf"(?P<weekday>{_LONG})"
_LED = rf"(?:(?:{_LONG}|{_any(words.SHORT_WEEKDAYS)})\b\.?,?\s{{1,3}}(?:(?:the|den|dem|le|el|il|de)\s)?)?"
_NUMBER = rf"(?P<number>\d{{1,3}}|{_any(words.NUMBERS)})"
_UNIT = rf"(?P<unit>{_any(words.UNITS)})"
_SPAN = rf"(?P<span>{_LONG}|{_any(words.UNITS)})"
_NOT_AN_ORDINAL = (
    r"(?=\s*(?:$|[.,;:!?)\n-]|(?:at|for|and|or|to|please|until|till|in|from|is|was|instead|if|but"
    r"|as|of\s(?:this|next)|around|i|we|never|has|between|then)\b))"
)


@dataclass(frozen=True, slots=True)
class _Said:
    """A date's parts as they were matched, the day of the message, and which way the words around it point."""

    match: re.Match[str]
    at: date | None
    past: bool
    future: bool
    month_first: bool

    def part(self, name: str) -> str:
        return (self.match.groupdict().get(name) or "").casefold()


def find_dates(text: str, at: date | None, *, month_first: bool = False) -> Iterator[Field]:
    """Find dates; `resolved` is ISO 8601 (a day, a week, a month or a year), empty where `at` is needed and unknown."""
    for pattern, resolve in _KINDS:
        for match in pattern.finditer(text):
            past, future = _direction(text, match)
            try:
                resolved = resolve(_Said(match, at, past, future, month_first))
            except OverflowError:  # a day before the first or after the last that there is
                continue
            if resolved is not None:
                yield spotted("date", match, resolved)


# --- what each kind comes to ------------------------------------------------------------------------------------------
# Each returns an ISO date, "" where the day of the message is needed and unknown, or None where it is no date.


def _iso(said: _Said) -> str | None:
    return _day(int(said.part("year")), int(said.part("month")), int(said.part("day")))


def _numeric(said: _Said) -> str | None:
    first, second = int(said.part("first")), int(said.part("second") or said.part("other"))
    day, month = (second, first) if (said.month_first and first <= 12) or second > 12 else (first, second)
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    return _dated(said, day, month)


def _worded(said: _Said) -> str | None:
    spoken = said.match["month"]
    if spoken == "may" and not said.part("year") and said.match[0].replace("may", "").strip().isdigit():
        return None  # "step 2 may fail"
    return _dated(said, int(said.part("day")), words.MONTHS[spoken.casefold()])


def _month_of_a_year(said: _Said) -> str | None:
    return f"{_full_year(said.part('year')):04d}-{words.MONTHS[said.part('month')]:02d}"


def _day_of_the_month(said: _Said) -> str | None:
    if said.at is None:
        return ""
    day, step = int(said.part("day")), -1 if said.past else 1
    for ahead in range(13):
        month = said.at.month - 1 + step * ahead
        found = _day(said.at.year + month // 12, month % 12 + 1, day)
        if found and (found <= said.at.isoformat() if said.past else found >= said.at.isoformat()):
            return found
    return None


def _near_day(said: _Said) -> str | None:
    spoken = " ".join(said.part("near").split()).replace("’", "'")
    offset = next((o for word, o in words.DAYS.items() if spoken == word), 1)
    return (said.at + timedelta(days=offset)).isoformat() if said.at else ""


def _some_days_off(said: _Said) -> str | None:
    number = said.part("number")
    count = int(number) if number.isdigit() else words.NUMBERS.get(number, 1)
    back = bool(said.part("back") or said.part("ago"))
    return _shifted(said.at, -count if back else count, words.UNITS[said.part("unit")]) if said.at else ""


def _turned(said: _Said) -> str | None:
    """Last, this or next: a weekday, week, month or year."""
    if said.at is None:
        return ""
    turn = -1 if said.part("passed") else 1 if said.part("next") else 0
    span = said.part("span")
    if span in words.WEEKDAYS:
        return _weekday_turned(said.at, words.WEEKDAYS[span], turn, past=said.past)
    unit = words.UNITS[span]
    if unit == "week":
        year, week, _ = (said.at + timedelta(weeks=turn)).isocalendar()
        return f"{year:04d}-W{week:02d}"
    if unit == "month":
        return (_shifted(said.at.replace(day=1), turn, "month") or "")[:7]
    return f"{said.at.year + turn:04d}" if unit == "year" else None


def _weekday_turned(at: date, weekday: int, turn: int, *, past: bool) -> str:
    if turn == 1:
        monday = at - timedelta(days=at.weekday())
        return (monday + timedelta(days=7 + weekday)).isoformat()
    return _nearest(at, weekday, back=turn == -1 or past)


def _plain_weekday(said: _Said) -> str | None:
    return _nearest(said.at, words.WEEKDAYS[said.part("weekday")], back=said.past) if said.at else ""


# --- arithmetic -------------------------------------------------------------------------------------------------------


def _direction(text: str, match: re.Match[str]) -> tuple[bool, bool]:
    """Whether the words around tell of the past or of what is to come: those before it count first."""
    before = re.split(r"[.!?\n]\s", text[max(0, match.start() - 60) : match.start()])[-1]
    told = list(_TENSE.finditer(before)) or list(_TENSE.finditer(text[match.end() : match.end() + 40]))[:1]
    past = bool(told) and told[-1]["told"] is not None
    return past, bool(told) and not past


def _dated(said: _Said, day: int, month: int) -> str | None:
    """A day and month with its year, or in the year that puts it nearest in the direction told."""
    if year := said.part("year"):
        return _day(_full_year(year), month, day)
    if said.at is None:
        return "" if _day(2024, month, day) else None
    at = said.at
    years = [found for year in (at.year - 1, at.year, at.year + 1) if (found := _day(year, month, day))]
    told = [f for f in years if (f <= at.isoformat() if said.past else f >= at.isoformat() if said.future else True)]
    return min(told or years, key=lambda found: abs(date.fromisoformat(found) - at), default=None)


def _nearest(at: date, weekday: int, *, back: bool) -> str:
    days = (at.weekday() - weekday - 1) % 7 + 1 if back else (weekday - at.weekday() - 1) % 7 + 1
    return (at + timedelta(days=-days if back else days)).isoformat()


def _shifted(at: date, count: int, unit: str) -> str | None:
    if unit in {"day", "week", "fortnight"}:
        return (at + timedelta(days=count * {"day": 1, "week": 7, "fortnight": 14}[unit])).isoformat()
    months = at.year * 12 + at.month - 1 + count * (12 if unit == "year" else 1)
    for day in range(at.day, at.day - 4, -1):  # the 31st a month ago may not exist: then the last day of it
        if found := _day(months // 12, months % 12 + 1, day):
            return found
    return None


def _full_year(said: str) -> int:
    year = int(said.strip("'"))
    return year if year > 99 else 2000 + year


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _kind(
    pattern: str, resolve: Callable[[_Said], str | None]
) -> tuple[re.Pattern[str], Callable[[_Said], str | None]]:
    return re.compile(rf"(?<![\w./:-])(?:{pattern})(?![\w])", re.I), resolve


_TENSE = re.compile(rf"\b(?:(?P<told>{words.TOLD})|{words.AWAITED})\b", re.I)
_ORDINAL = r"(?:st|nd|rd|th|er|º|ª|\.)?"
_OF = r"\s{0,3}(?:of\s(?:the\s)?|de\s|of\s)?"
_KINDS = (
    _kind(r"(?P<year>(?:19|20)\d{2})([-/.])(?P<month>0?[1-9]|1[0-2])\2(?P<day>[12]\d|3[01]|0?[1-9])(?=$|\D)", _iso),
    _kind(rf"{_LED}(?P<first>\d{{1,2}})([./-])(?P<second>\d{{1,2}})\2(?P<year>(?:20)?\d{{2}})(?![./-]\d)", _numeric),
    _kind(
        rf"{_behind(words.DATED)}(?P<first>\d{{1,2}})(?:\.\s?(?P<second>\d{{1,2}})\.|/(?P<other>\d{{1,2}}))(?![/\d])",
        _numeric,
    ),
    _kind(rf"{_LED}{_DAY}{_ORDINAL}{_OF}{_MONTH}\b(?:\.?\s?,?\s{{0,2}}(?:de\s|del\s)?{_YEAR})?", _worded),
    _kind(
        rf"{_LED}{_MONTH}\b\.?\s{{1,2}}(?:the\s(?=\d\d?[a-z]))?{_DAY}(?:st|nd|rd"
        rf"|th)?\b(?:\s?,?\s{{0,2}}{_YEAR})?(?:,\son\s(?:{_LONG}))?",
        _worded,
    ),
    _kind(rf"{_MONTH}\s(?:de\s)?(?P<year>20\d{{2}}|19\d{{2}})", _month_of_a_year),
    _kind(
        rf"(?:{_LONG}|{_any(words.SHORT_WEEKDAYS)}),?\s(?:the\s|den\s|le\s|el\s)?{_DAY}(?:st|nd|rd|th|\.(?=\s"
        rf"|$))",
        _day_of_the_month,
    ),
    _kind(rf"{_DAY}(?:st|nd|rd|th){_NOT_AN_ORDINAL}", _day_of_the_month),
    _kind(rf"(?<=am\s){_DAY}\.(?=\s|$)", _day_of_the_month),
    _kind(
        rf"(?:{_any(words.AHEAD)})\s{_NUMBER}\s(?:more\s)?{_UNIT}(?:\s?time)?"
        rf"(?!\s(?:{_any(words.AGO)})\b)",
        _some_days_off,
    ),
    _kind(rf"(?P<back>{_any(words.BACK)})\s{_NUMBER}\s{_UNIT}", _some_days_off),
    _kind(rf"{_NUMBER}\s{_UNIT}\s(?:(?P<ago>{_any(words.AGO)})|{_any(words.ONWARD)})", _some_days_off),
    _kind(
        rf"(?P<near>{_any(words.DAYS)})"
        rf"|{_not_behind(words.NO_TOMORROW)}(?:{words.MORNING_OR_TOMORROW})",
        _near_day,
    ),
    _kind(
        rf"(?:(?P<passed>{_any(words.PASSED)})|(?P<next>{_any(words.NEXT)})"
        rf"|{_any(words.PRESENT)})\s{_SPAN}",
        _turned,
    ),
    _kind(rf"{_SPAN}\s(?:(?P<passed>{_any(words.PASSED_BEHIND)})|(?P<next>{_any(words.NEXT_BEHIND)}))", _turned),
    _kind(rf"{_not_behind(words.EVERY)}{_WEEKDAY}", _plain_weekday),
)
"""Longer and surer kinds first: where two kinds want the same words, the first has them."""
