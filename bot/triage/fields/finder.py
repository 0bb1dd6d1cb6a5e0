"""Finds what a rep would copy by hand, by the team's own patterns first."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from bot.domain.answer import Field
from bot.domain.text.personal import EMAIL
from bot.triage.fields.dates import find_dates
from bot.triage.fields.devices import find_devices
from bot.triage.fields.identifiers import find_errors, find_identifiers, find_versions
from bot.triage.fields.money import find_amounts
from bot.triage.fields.people import find_names
from bot.triage.fields.spotted import spotted
from bot.triage.fields.times import find_times
from bot.triage.taxonomy import FieldPattern

_SEARCHED = 4_000  # characters of a text that are searched at all
_STRETCH = 400  # characters that a team's own pattern sees at a time: bounds even a cubic pattern to milliseconds
_OVERLAP = 80
_GONE = "\ue000"  # stands where an identifier was
_STATED = re.compile(
    rf"\((?:[\w.:#-]{{1,20}}\s){{0,3}}{_GONE}(?:,\s?{_GONE})*\)"
    rf"|(?:\b(?:my|our|the|mein\w?|die)\s)?\b[\w-]{{1,20}}(?:\s(?:number|no\.?|nr\.?|id|nummer|address))?"
    rf"(?:\s(?:is|was|ist)\s|:\s?){_GONE}",
    re.I,
)
_DIGITS_OF_ONE = 5  # digits from which an identifier names one thing (an order) and not a kind of thing (an error)
_EACH = 10  # fields of one name that are kept

_URL = re.compile(r"\bhttps?://[^\s<>\"'\])}|]{3,500}|\bwww\.[^\s<>\"'\])}|]{3,500}", re.I)
_PHONE_LIKE = re.compile(r"\+?\d[\d\s()./-]{6,20}\d")
_CALLED = re.compile(
    r"\b(?:call|phone|ring|text|mobile|cell|tel|telephone|telefon|handy|anrufen|rückruf|whatsapp|fax|tél"
    r"|téléphone|teléfono|móvil"
    r"|telefoon|bel)\b",
    re.I,
)
_MONTH_FIRST = frozenset({"US", "PH"})
"""Regions that write 3/4 for the fourth of March."""


class FieldFinder:
    """Finds fields in a text; each value is the text between its span, and spans do not overlap."""

    def __init__(self, patterns: Sequence[FieldPattern] = (), *, phone_region: str | None = None) -> None:
        self._own = tuple((pattern.name, re.compile(pattern.regex)) for pattern in patterns)
        self._region = phone_region

    def find(self, text: str, at: datetime | None = None) -> tuple[Field, ...]:
        """Find every field, in order. The team's own patterns come first where two want the same words.

        `at` is when the message was written: what "tomorrow" is counted from.
        """
        searched = text[:_SEARCHED]
        kept: list[Field] = []
        counts: dict[str, int] = {}
        for field in self._candidates(searched, at.date() if at else None):
            clash = any(field.start < other.end and other.start < field.end for other in kept)
            if clash or counts.get(field.name, 0) >= _EACH:
                continue
            counts[field.name] = counts.get(field.name, 0) + 1
            kept.append(field)
        return tuple(sorted(kept, key=lambda field: field.start))

    def masked(self, text: str) -> str:
        """The text without what names one thing or person alone: long identifiers of the team's own, e-mails, links.

        With them goes what only introduces them ("My order is ...", "(order ...)"). A short code that names a kind of
        thing, such as an error code, says what is wanted and stays.
        """
        bare = text.replace(_GONE, " ")
        for _, pattern in self._own:
            bare = "".join(
                pattern.sub(lambda match: _GONE if _names_one(match.group()) else match.group(), bare[start:end])
                for start, end in _in_turn(bare)
            )
        bare = EMAIL.sub(_GONE, _URL.sub(_GONE, bare))
        return _STATED.sub(" ", bare).replace(_GONE, " ") if _GONE in bare else bare

    def _candidates(self, text: str, at: date | None) -> Iterator[Field]:
        yield from self._by_own_patterns(text)
        for match in _URL.finditer(text):
            value = match.group().rstrip(".,;:!?")
            yield Field("url", value, match.start(), match.start() + len(value))
        for match in EMAIL.finditer(text):
            yield spotted("email", match)
        for find in (find_errors, find_identifiers, find_devices, find_versions, find_amounts):
            yield from find(text)
        yield from find_dates(text, at, month_first=self._region in _MONTH_FIRST)
        yield from self._phones(text)
        yield from find_times(text)
        yield from find_names(text)

    def _by_own_patterns(self, text: str) -> Iterator[Field]:
        for name, pattern in self._own:
            for start, end in _stretches(text):
                for match in pattern.finditer(text[start:end]):
                    if match.group():
                        yield Field(name, match.group(), start + match.start(), start + match.end())

    def _phones(self, text: str) -> Iterator[Field]:
        if not _PHONE_LIKE.search(text):
            return
        import phonenumbers

        lenient = phonenumbers.Leniency.POSSIBLE
        for match in phonenumbers.PhoneNumberMatcher(text[:2_000], self._region, lenient, max_tries=50):
            abroad, valid = match.raw_string.startswith("+"), phonenumbers.is_valid_number(match.number)
            if abroad or valid or _CALLED.search(text[max(0, match.start - 25) : match.start]):
                resolved = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
                yield Field("phone", match.raw_string, match.start, match.end, resolved if abroad or valid else "")


def _names_one(identifier: str) -> bool:
    return sum(character.isdigit() for character in identifier) >= _DIGITS_OF_ONE


def _in_turn(text: str) -> Iterator[tuple[int, int]]:
    """Cut the text at white space into stretches that do not overlap."""
    start = 0
    while start < len(text):
        end = min(start + _STRETCH, len(text))
        if end < len(text) and (space := max(text.rfind(c, start, end) for c in " \n\t")) > start:
            end = space
        yield start, end
        start = end


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Cut the text at white space into overlapping stretches."""
    start = 0
    while start < len(text):
        end = min(start + _STRETCH, len(text))
        if end < len(text) and (space := max(text.rfind(c, start + _OVERLAP, end) for c in " \n\t")) > 0:
            end = space
        yield start, end
        if end >= len(text):
            return
        start = end - min(_OVERLAP, end - start - 1)
        start = next((at + 1 for at in range(start, end) if text[at].isspace()), start)
