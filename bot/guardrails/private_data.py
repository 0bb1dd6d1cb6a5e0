"""A draft gives away no personal data and no secret."""

import re
from collections.abc import Iterable, Iterator

from bot.domain.answer import Finding, Level
from bot.ports import GuardInput, Guardrail

NAME = "private-data"
_READ = 12_000  # characters of a draft that are read

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,4}[^\W\d_]{2,24}(?![\w@])")
_CARD = re.compile(r"(?<![\d-])(?:\d[ -]?){12,18}\d(?![\d-])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_SSN = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")
_SECRET = re.compile(
    r"\b(?:sk-(?:proj-|ant-)?[\w-]{16,200}|xox[abprs]-[\w-]{10,200}|gh[pousr]_\w{20,200}|AKIA[0-9A-Z]{16}|AIza[\w-]{35}"
    r"|eyJ[\w-]{10,2000}\.[\w-]{10,2000}\.[\w-]{5,2000})|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----"
    r"|\b(?:password|passwort|api[_ -]?key|secret|token)\s*(?:is|=|:)\s*[\"']?(?=\S*\d)[^\s\"']{6,200}",
    re.I,
)
_PHONE_LIKE = re.compile(r"\+\d[\d\s()./-]{6,20}\d")


def check(given: GuardInput) -> Iterable[Finding]:
    """Hold personal data that neither the customer's own words nor the cited articles have, and card numbers always."""
    text = given.draft.text[:_READ]
    theirs = _bare(" ".join([given.escalation.customer.email, *(t.text for t in given.escalation.customer_turns)]))
    cited = {citation.passage_id for citation in given.draft.citations}
    published = _bare(" ".join(passage.text for passage in given.passages if passage.id in cited))
    for kind, value in _found(text):
        if kind in {"a card number", "a secret"}:
            yield Finding(NAME, Level.BLOCK, f"The draft has {kind} in it; take it out.", _masked(value))
        elif _bare(value) not in theirs and _bare(value) not in published:
            message = f"The draft has {kind} in it that the customer did not write; take it out or ask whose it is."
            yield Finding(NAME, Level.BLOCK, message, _masked(value))


def _found(text: str) -> Iterator[tuple[str, str]]:
    for match in _CARD.finditer(text):
        if _luhn(match.group()):
            yield "a card number", match.group()
    for match in _SECRET.finditer(text):
        yield "a secret", match.group()
    for match in _IBAN.finditer(text):
        if _iban(match.group()):
            yield "a bank account number", match.group()
    for match in _SSN.finditer(text):
        yield "a social security number", match.group()
    for match in _EMAIL.finditer(text):
        yield "an e-mail address", match.group()
    if _PHONE_LIKE.search(text):
        import phonenumbers

        for found in phonenumbers.PhoneNumberMatcher(text, None, max_tries=30):
            yield "a phone number", found.raw_string


def _luhn(raw: str) -> bool:
    digits = [int(character) for character in raw if character.isdecimal()]
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    doubled = [2 * d - 9 * (d > 4) if index % 2 else d for index, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def _iban(raw: str) -> bool:
    """Check the remainder of ISO 13616."""
    bare = raw.replace(" ", "")
    if not 15 <= len(bare) <= 34 or not bare.isascii():
        return False
    return int("".join(str(int(character, 36)) for character in bare[4:] + bare[:4])) % 97 == 1


def _bare(text: str) -> str:
    return re.sub(r"[\s()./-]", "", text).casefold()


def _masked(value: str) -> str:
    """Show enough to find it, not enough to use it: a finding is stored and shown."""
    return f"{value[:2]}…{value[-2:]}" if len(value) > 6 else "…"


GUARDRAIL = Guardrail(name=NAME, title="No private data", check=check)
