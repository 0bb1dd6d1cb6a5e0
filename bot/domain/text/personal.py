"""Personal data and secrets that have a form of their own, found in a text by it. Pure, linear in the text.

E-mail addresses, phone numbers with their country code or in the American grouping, cards and bank accounts by their
check digits, keys, street addresses, and the name that a text gives as its writer's. A name in the middle of a sentence
has no form.
"""

import re
from collections.abc import Iterator
from itertools import islice

_SEARCHED = 20_000  # characters of a text
_MOST_PHONES, _LONGEST_PHONE, _TRIES = 50, 40, 3  # phonenumbers takes its time
_STREET = r"(?:[^\W\d_][\w.'’-]{0,30}\s){1,4}"
_WAY = r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|place|square|terrace)\b\.?"
_WAY_AFTER = r"(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|straat|laan|plein|kade)"
_TOWN = r"(?:,?\s{1,2}(?:[A-Z]{1,2}-)?\d{4,5}(?:\s?[A-Z]{2}\b)?(?:\s(?-i:[A-ZÄÖÜ])[\w-]{1,30}){0,3})?"
_NAME = r"[^\W\d_a-zß-öø-ÿ][\w'’-]{1,30}(?:[^\S\n][^\W\d_a-zß-öø-ÿ][\w.'’-]{0,30}){0,3}"
_SIGNED = "|".join(rf"(?<={word})" for word in ("egards", "ishes", "hanks", "hank you", "heers", "incerely", "Gruß"))

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,4}[^\W\d_]{2,24}(?![\w@])")
KEYS = (
    r"sk-[\w-]{16,200}|xox[abprs]-[\w-]{10,200}|gh[pousr]_\w{20,200}|AKIA[0-9A-Z]{16}|AIza[\w-]{35}"
    r"|eyJ[\w-]{10,2000}\.[\w-]{10,2000}\.[\w-]{5,2000}|whsec_[\w+/=-]{16,200}"
)
"""Keys of well-known makers, by how each begins, as a pattern."""
PHONE_ABROAD = re.compile(r"\+\d[\d\s()./-]{6,20}\d")
"""What may be a phone number with its country code: only then is the matcher, which takes its time, asked."""

FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("EMAIL", EMAIL),
    ("CARD", re.compile(r"(?<![\d-])(?:[0-9][ -]?){12,18}[0-9](?![\d-])")),
    ("IBAN", re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")),
    ("SSN", re.compile(r"(?<![\d-])(?!000|666|9\d\d)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}(?![\d-])")),
    ("PHONE", re.compile(r"(?<![\w.-])(?:\([0-9]{3}\) ?|[0-9]{3}[-. ])[0-9]{3}[-. ][0-9]{4}(?![\w-]|\.\d)")),
    ("SECRET", re.compile(rf"\b(?:{KEYS})")),
    ("ADDRESS", re.compile(rf"\b\d{{1,5}}[a-z]?,?\s{_STREET}{_WAY}{_TOWN}", re.I)),
    ("ADDRESS", re.compile(rf"\b[^\W\d_][\w.-]{{1,40}}{_WAY_AFTER}\s\d{{1,4}}\s?[a-z]?\b{_TOWN}", re.I)),
    ("NAME", re.compile(rf"(?:(?<=[Mm]y name is )|(?<=[Ii]ch heiße ))(?P<own>{_NAME})")),
    ("NAME", re.compile(rf"(?:{_SIGNED}|(?<=Grüße)|(?<=Grüßen))[,!.]?\s{{0,2}}\n\s{{0,4}}(?P<own>{_NAME})(?=\s*$)")),
)  # fmt: skip
"""Each form of personal data, in the order in which they are looked for."""

KINDS = frozenset(kind for kind, _ in FORMS)


def personal(text: str) -> Iterator[tuple[int, int, str]]:
    """Give the start, end and kind of everything personal; spans may overlap."""
    searched = text[:_SEARCHED]
    for kind, pattern in FORMS:
        for match in pattern.finditer(searched):
            if _CHECKS.get(kind, bool)(match.group()):
                yield *match.span("own" if "own" in pattern.groupindex else 0), kind
    if likely := list(islice(PHONE_ABROAD.finditer(searched), _MOST_PHONES)):
        import phonenumbers

        for like in likely:
            around = searched[like.start() : like.start() + _LONGEST_PHONE]
            for found in phonenumbers.PhoneNumberMatcher(around, None, max_tries=_TRIES):
                yield like.start() + found.start, like.start() + found.end, "PHONE"


def is_card(raw: str) -> bool:
    """Tell whether the digits are a card's, by the check digit of ISO/IEC 7812."""
    digits = [int(character) for character in raw if character.isdecimal()]
    doubled = [2 * d - 9 * (d > 4) if index % 2 else d for index, d in enumerate(reversed(digits))]
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and sum(doubled) % 10 == 0


def is_iban(raw: str) -> bool:
    """Tell whether it is a bank account's number, by the remainder of ISO 13616."""
    bare = raw.replace(" ", "")
    if not 15 <= len(bare) <= 34 or not bare.isascii():
        return False
    return int("".join(str(int(character, 36)) for character in bare[4:] + bare[:4])) % 97 == 1


_CHECKS = {"CARD": is_card, "IBAN": is_iban}
