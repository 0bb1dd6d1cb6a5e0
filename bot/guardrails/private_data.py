# ruff: noqa: E501  (patterns and word lists read better whole)
"""A draft gives away no personal data of anybody else and no secret."""

import re
from collections.abc import Iterable, Iterator

from bot.domain.answer import DraftAuthor, Finding, Level
from bot.domain.escalation import Author
from bot.domain.text.personal import KEYS, PHONE_ABROAD, is_card, is_iban
from bot.guardrails import READ
from bot.ports import GuardInput, Guardrail

NAME = "private-data"
_KNOWN = 40_000  # characters of the conversation and the sources that are read

_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}(?:@|\s?[(\[{]\s?(?:at|@)\s?[)\]}]\s?)(?:[\w-]{1,63}(?:\.|\s?[(\[{]\s?(?:dot|\.)\s?[)\]}]\s?)){1,5}"
    r"[^\W\d_]{2,24}(?![\w@])",
    re.I,
)
_CARD = re.compile(r"(?<![\d-])(?:\d[ .-]?){12,18}\d(?![\d-])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", re.I)
_SSN = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")
_SECRET = re.compile(
    rf"\b(?:{KEYS})"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----"
    r"|\b(?:password|passwort|mot de passe|contraseña|wachtwoord|api[_ -]?key|secret|token)\s*(?:is|ist|est|es|=|:)\s*[\"']?(?=\S*\d)[^\s\"']{6,200}"
    r"|\b(?:pin|(?:one-time|verification|security|access|confirmation|login|sms)\s(?:code|password|passcode)|cvv|cvc|tan)\b(?:\s+\w+){0,4}?\s*(?:is|:|=|lautet)\s*\d{3,8}\b",
    re.I,
)
_REFERENCE = re.compile(
    r"(?:\b(?:order|booking|ticket|case|invoice|reservation|reference|tracking|customer|account|contract|policy|claim|parcel|shipment|bestellung|auftrag"
    r"|rechnung|kundennummer|commande|facture|pedido|factura|bestelling|factuur)\s*(?:numbers?|no\.?|nr\.?|id|code|reference|nummer|número|numéro)?"
    r"\s*(?:is|was|:|#|№)?\s*#?\s*|(?<!\w)#)(?P<id>(?=[\w-]{0,24}\d)[A-Za-z0-9][A-Za-z0-9-]{4,29})(?![\w-])",
    re.I,
)
_DATE_LIKE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}$|\d{1,2}(?:st|nd|rd|th)$", re.I)
_PHONE = re.compile(r"(?<![\w+.-])(?:\(\d{2,5}\)|0\d{1,4})[\s./-]?\d{2,4}(?:[\s./-]?\d{2,4}){1,4}(?![\w-])")
_PHONE_WORD = re.compile(
    r"\b(?:call|ring|phone|tel|telephone|mobile|reach|text|fax|dial|anrufen|telefon|téléphone|teléfono|llame|bel|number)\b",
    re.I,
)
_BIRTH = re.compile(
    r"\b(?:date of birth|birthday|born|dob|geboren|geburtsdatum|née?|naissance|nacid[oa]|nacimiento|geboortedatum)\b\W{0,3}(?:is|was|on|am|le|el|op|:)?\s{0,2}"
    r"\d{1,4}(?:[./-]\d{1,2}[./-]\d{1,4}|\.?\s+[^\W\d]{3,10}\.?\s+\d{4})", re.I)  # fmt: skip
_IDENTITY = re.compile(
    r"\b(?:passport|identity card|id card|driving licen[cs]e|driver's licen[cs]e|national id|tax id|social security|ausweis\w*|pasaporte|passeport|paspoort)"
    r"(?:\s(?:number|no\.?|nr\.?|nummer))?\s{0,2}(?:is|:|#)?\s{0,2}(?P<id>(?=[A-Z0-9]{0,20}\d)[A-Z0-9]{6,20})\b", re.I)  # fmt: skip
_ADDRESS = re.compile(
    r"\b\d{1,5}[a-z]?\s+(?:[A-Z][\w'-]{1,20}\s){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Way|Court|Square|Boulevard|Blvd|Place|Close|Terrace|Crescent)\b"
    r"|\b[A-ZÄÖÜ][\wäöüß-]{2,30}(?:straße|strasse|weg|platz|gasse|allee|straat|laan|plein|gracht)\s\d{1,4}[a-z]?\b"
    r"|\b\d{1,4},?\s(?:rue|avenue|boulevard|place|calle|plaza)\s(?:de\s(?:la\s)?|du\s|des\s)?[A-ZÀ-Ü]\w{2,30}")  # fmt: skip
_PLAIN = {
    "a social security number": _SSN, "an e-mail address": _EMAIL, "a date of birth": _BIRTH,
    "a postal address": _ADDRESS, "an identity document": _IDENTITY,
}  # fmt: skip
_ALWAYS = frozenset({"a card number", "a secret"})
_OFTEN_KNOWN = frozenset({"a reference number", "a postal address", "a phone number"})


def check(given: GuardInput) -> Iterable[Finding]:
    """Hold data that is neither the customer's own nor in the cited articles, and card numbers and secrets always.

    Of references and addresses that a person added it only warns: people look them up.
    """
    text = given.draft.text[:READ]
    known = _known(given)
    person = given.draft.author is DraftAuthor.PERSON
    told: set[str] = set()
    for kind, value in _found(text):
        if _bare(value) in told:
            continue
        if kind in _ALWAYS:
            told.add(_bare(value))
            yield Finding(NAME, Level.BLOCK, f"The draft has {kind} in it; take it out.", _masked(value))
        elif not _is_known(kind, value, known):
            told.add(_bare(value))
            level = Level.WARN if person and kind in _OFTEN_KNOWN else Level.BLOCK
            message = f"The draft has {kind} in it that the customer did not write; take it out or ask whose it is."
            yield Finding(NAME, level, message, _masked(value))


def _known(given: GuardInput) -> tuple[str, frozenset[str]]:
    """What this customer wrote, was told or is known by, and what the cited articles publish; and its addresses."""
    escalation = given.escalation
    cited = {citation.passage_id for citation in given.draft.citations}
    parts = [
        escalation.customer.email,
        escalation.customer.id,
        escalation.external_id,
        *escalation.metadata.values(),
        *(turn.text for turn in escalation.turns if turn.author is not Author.REVIEWER),
        *(value for field in given.triage.fields for value in (field.value, field.resolved)),
        *(passage.text for passage in given.passages if passage.id in cited),
    ]
    whole = "\n".join(parts)[:_KNOWN]
    return _bare(whole), frozenset(_bare(match.group()) for match in _EMAIL.finditer(whole))


def _is_known(kind: str, value: str, known: tuple[str, frozenset[str]]) -> bool:
    bare, emails = known
    return _bare(value) in emails if kind == "an e-mail address" else _bare(value) in bare


def _found(text: str) -> Iterator[tuple[str, str]]:
    for match in _CARD.finditer(text):
        if is_card(match.group()):
            yield "a card number", match.group()
    for match in _SECRET.finditer(text):
        yield "a secret", match.group()
    for match in _IBAN.finditer(text):
        if is_iban(match.group()):
            yield "a bank account number", match.group()
    for kind, pattern in _PLAIN.items():
        for match in pattern.finditer(text):
            yield kind, match["id"] if "id" in pattern.groupindex else match.group()
    yield from _phones(text)
    for match in _REFERENCE.finditer(text):
        if not _DATE_LIKE.fullmatch(match["id"]):
            yield "a reference number", match["id"]


def _phones(text: str) -> Iterator[tuple[str, str]]:
    for match in _PHONE.finditer(text):
        digits = sum(character.isdecimal() for character in match.group())
        if 8 <= digits <= 13 and _PHONE_WORD.search(text[max(0, match.start() - 40) : match.start()]):
            yield "a phone number", match.group()
    if PHONE_ABROAD.search(text):
        import phonenumbers

        for found in phonenumbers.PhoneNumberMatcher(text, None, max_tries=30):
            yield "a phone number", found.raw_string


def _bare(text: str) -> str:
    return re.sub(r"[\s()./#-]", "", text).casefold()


def _masked(value: str) -> str:
    """Show enough to find it, not enough to use it: a finding is stored and shown."""
    return f"{value[:2]}…{value[-2:]}" if len(value) > 6 else "…"


GUARDRAIL = Guardrail(name=NAME, title="No private data", check=check)
