"""Times of day, resolved to 24 hours: "quarter past six in the evening" is 18:15."""

import re
from collections.abc import Iterator

from bot.domain.answer import Field
from bot.triage.fields.calendar_words import NUMBERS
from bot.triage.fields.spotted import spotted

_HALF_DAY = r"(?:\s?(?P<half>[ap])\.?m\b\.?)"
_PART = r"(?:\s(?:in\sthe\s|at\s)(?P<part>morning|afternoon|evening|night))?"
_SPOKEN = "|".join(sorted(NUMBERS, key=len, reverse=True))
_HOUR = rf"(?P<hour>\d{{1,2}}|{_SPOKEN})"
_KINDS = tuple(
    re.compile(rf"(?<![\w.,:/$€£-])(?:{pattern})(?![\w])", re.I)
    for pattern in (
        rf"(?P<words>half|quarter|five|ten|twenty|twenty[- ]five|\d{{1,2}}(?:\sminutes)?|six)[\s-](?P<side>past"
        rf"|after|to|before|till)[\s-]{_HOUR}{_HALF_DAY}?{_PART}",
        rf"(?P<hour>\d{{1,2}})(?:[:.h](?P<minute>[0-5]\d))?{_HALF_DAY}{_PART}",
        rf"(?P<hour>0\d|1\d|2[0-3])(?P<minute>[0-5]\d)\s?(?:hrs?|hours|Uhr|{_HALF_DAY})",
        rf"(?P<hour>[01]?\d|2[0-3])[:h](?P<minute>[0-5]\d)(?![:\d])(?:ish|\s?Uhr|\s?h\b)?{_PART}",
        rf"(?P<hour>[01]?\d|2[0-3])(?:[.:](?P<minute>[0-5]\d))?\s?(?:Uhr|heures?|o['’]?clock|ish){_PART}",
        rf"{_HOUR}\s(?:in\sthe|at)\s(?P<part>morning|afternoon|evening|night)",
        r"(?P<noon>noon|midday|mittags?|midi|mediodía|mezzogiorno)|(?P<midnight>midnight|mitternacht|minuit"
        r"|medianoche|middernacht)",
        rf"(?:(?<=\bat\s)|(?<=\bafter\s)|(?<=\baround\s)|(?<=\buntil\s)){_HOUR}(?=\s?(?:$|[.,!?](?!\d)|(?:tonight|tomorrow|today)\b))",
        r"(?<=\bbetween\s)(?P<hour>[01]?\d|2[0-3])(?=\s(?:and|to|-)\s\d{1,2}(?:[:.]\d\d)?\s?(?:[ap]\.?m|Uhr))",
        r"(?<=\bfrom\s)(?P<hour>[01]?\d|2[0-3])(?=\s(?:and|to|-)\s\d{1,2}(?:[:.]\d\d)?\s?(?:[ap]\.?m|Uhr))",
    )
)  # fmt: skip
_LATE = re.compile(r"\b(?:evening|tonight|afternoon|night)\b", re.I)
_MINUTES = {"half": 30, "quarter": 15, "five": 5, "ten": 10, "twenty": 20, "six": 6, "twenty five": 25}


def find_times(text: str) -> Iterator[Field]:
    """Find times of day; a bare number is one only where a word beside it says so."""
    for pattern in _KINDS:
        for match in pattern.finditer(text):
            if (resolved := _resolved(match, text)) is not None:
                yield spotted("time", match, resolved)


def _resolved(match: re.Match[str], text: str) -> str | None:
    found = match.groupdict()
    if found.get("noon") or found.get("midnight"):
        return "12:00" if found["noon"] else "00:00"
    said = found["hour"].casefold()
    hour, minute = int(said) if said.isdigit() else NUMBERS[said], int(found.get("minute") or 0)
    if spoken := found.get("words"):
        hour, minute = _told(hour, " ".join(re.split(r"[\s-]+", spoken.casefold())), (found["side"] or "").casefold())
    half = (found.get("half") or "").casefold()
    late = found["part"] != "morning" if found.get("part") else bool(_LATE.search(text, match.end(), match.end() + 20))
    if (half == "p" or (late and not half)) and 1 <= hour < 12:
        hour += 12
    elif half == "a" and hour == 12:
        hour = 0
    return f"{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else None


def _told(hour: int, spoken: str, side: str) -> tuple[int, int]:
    """The hour and minute of "quarter to six"."""
    bare = spoken.removesuffix(" minutes")
    minutes = int(bare) if bare.isdigit() else _MINUTES.get(bare, 0)
    return (hour, minutes) if side in {"past", "after"} else ((hour - 1) % 24, 60 - minutes)
