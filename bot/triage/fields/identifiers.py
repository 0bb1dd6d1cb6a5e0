"""Numbers that name one thing: an order, an invoice, a ticket, a parcel, a customer; error codes; versions.

The team's own patterns know its identifiers best. Here is what a text itself introduces: "my order number is 12345".
"""

import re
from collections.abc import Iterator

from bot.domain.answer import Field
from bot.triage.fields.spotted import spotted

_KINDS = {
    "order": r"order|booking|reservation|purchase|confirmation|reference|p\.?o|bestell|bestellung|auftrags?"
        r"|buchungs?|buchung|commande"
    r"|réservation|pedido|reserva|bestelling|bestel|ordine|prenotazione|encomenda",
    "invoice": r"invoice|bill|receipt|rechnungs?|rechnung|facture|factura|factuur|fattura|fatura",
    "ticket": r"ticket|case|incident|vorgangs?|ticketnummer|caso",
    "tracking": r"tracking|shipment|parcel|consignment|sendungs?|sendung|paket|suivi|seguimiento|envío|zending"
        r"|spedizione|track\s?&\s?trace",
    "customer": r"customer|account|client|member|membership|kunden|mitglieds?|klant|cliente?",
}  # fmt: skip
_NUMBERED = r"number|numbers|num|no|nr|id|code|reference|ref|nummer|number|numéro|número|numero|n[°º]|#|confirmation"
_VALUE = r"(?P<value>(?=[\w./-]{0,24}\d)[A-Za-z0-9]+(?:[./-][A-Za-z0-9]+)*)"
_INTRODUCED = tuple(
    (
        name,
        re.compile(
            rf"(?<![\w-])(?:{words})(?:[\s-]?(?:{_NUMBERED})\b\.?|\s?(?:n[°º]|\#))?(?P<sign>\s?[:#=]\s?#?|\s(?:is"
            rf"|was|lautet|ist|est|es|è|is:)\s:?\s?|\s\#?)"
            rf"{_VALUE}(?![\w@])",
            re.I,
        ),
    )
    for name, words in _KINDS.items()
)
_FEWEST = 5  # characters of an identifier that nothing but its noun introduces: "order 3 bags" is none
_FEWEST_NUMBERED = 2
_COUNTED = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d+(?:st|nd|rd|th|am|pm)", re.I)
_PARCELS = re.compile(r"(?<!\w)(?:1Z[0-9A-Z]{16}|[A-Z]{2}\d{9}[A-Z]{2}|JJ?D\d{16,20}|JVGL\d{8,16})(?!\w)")
"""UPS, the postal union's S10 and DHL."""

_ERRORS = (
    re.compile(r"(?<!\w)(?P<code>0x[0-9A-Fa-f]{4,16})(?!\w)"),
    re.compile(r"(?<![\w-])(?P<code>(?:[A-Z]{2,12}_)?ERR(?:OR)?_[A-Z0-9_]{3,60}|ORA-\d{5}|E(?:CONN|ADDR|HOST"
        r"|NET)[A-Z]{3,14}"
               r"|E(?:TIMEDOUT|NOTFOUND|NOENT|ACCES|PERM|PIPE|RESOLVE|AI_AGAIN))(?!\w)"),
    re.compile(r"(?<!\w)(?P<code>HTTP(?:/\d(?:\.\d)?)?\s(?:status\s|error\s|code\s)?[45]\d\d)(?!\w)", re.I),
    re.compile(
        r"(?<!\w)(?:(?:error|status|exit|fault|stop)[\s-]codes?|error|fehler(?:code|meldung|nummer)?|erreur"
        r"|errore|fout(?:code|melding)?|código de error|fault)"
        r"(?:\s(?:number|no\.?|nr\.?|code))?(?:\s(?:is|was"
        r"|ist))?\s?[:#]?\s?[\"'“(]?(?P<code>(?=[\w.-]{0,10}\d)[A-Za-z]{0,6}-?\d{1,8}(?:[-.]\d{1,6}){0,2})(?!\w|\s(?:times?|files?|items?|minutes?|hours?|users?|messages?|errors?)\b)",
        re.I,
    ),
)  # fmt: skip
_SYSTEM = (
    r"(?:iOS|iPadOS|watchOS|tvOS|macOS|Mac\sOS\sX|OS\sX|Android|Ubuntu|Debian|Fedora|Chrome\sOS|Firefox"
    r"|Chrome|Safari|Edge|Opera)"
)
_NUMBERS = r"\d{1,4}(?:\.\d{1,6}){1,3}(?:-[a-z]+(?:\.\d+)?)?"
_VERSIONS = (
    re.compile(rf"(?<!\w)(?P<version>{_SYSTEM}\s(?:version\s)?\d{{1,3}}(?:\.\d{{1,5}}){{0,3}})(?![\w])", re.I),
    re.compile(rf"(?<!\w)(?:versions?|ver\.?|firmware|release|build)\s?:?\s(?:number\s"
        rf"|is\s)?(?P<version>v?{_NUMBERS})(?!\w)", re.I),
    re.compile(r"(?<!\w)(?:app|software|firmware|build)\s(?:version\s|release\s)?(?P<version>\d{1,6})(?![\w.]\d"
        r"|\w|\s?[%€$])", re.I),
    re.compile(rf"(?<![\w.])(?P<version>v{_NUMBERS})(?!\w)"),
)  # fmt: skip
_BARE_VERSION = re.compile(r"(?<![\w.$€£-])(?P<version>\d{1,3}\.\d{1,4}\.\d{1,6})(?![\w]|\.\d)")
_SPEAKS_OF_VERSIONS = re.compile(r"\b(?:version|firmware|update|upgrade|release|build)\b", re.I)
_CHAPTER = re.compile(r"(?:section|chapter|page|clause|paragraph|§|kapitel|abschnitt|seite)\s?$", re.I)


def find_identifiers(text: str) -> Iterator[Field]:
    """Find what the text introduces as the number of an order, invoice, ticket, parcel or customer."""
    for match in _PARCELS.finditer(text):
        yield spotted("tracking", match)
    for name, pattern in _INTRODUCED:
        for match in pattern.finditer(text):
            if _names_one(match):
                yield spotted(name, match, group="value")


def find_errors(text: str) -> Iterator[Field]:
    """Find error codes by their shape, and numbers that the text calls an error."""
    for pattern in _ERRORS:
        for match in pattern.finditer(text):
            yield spotted("error_code", match, group="code")


def find_versions(text: str) -> Iterator[Field]:
    """Find versions; three bare numbers are one only in a text that speaks of versions."""
    for pattern in _VERSIONS:
        for match in pattern.finditer(text):
            yield spotted("version", match, group="version")
    if _SPEAKS_OF_VERSIONS.search(text):
        for match in _BARE_VERSION.finditer(text):
            if not _CHAPTER.search(text[max(0, match.start() - 12) : match.start()]):
                yield spotted("version", match, group="version")


def _names_one(match: re.Match[str]) -> bool:
    """Whether the value is an identifier: long enough for how it is introduced, and not a count, a date or a year."""
    value = match["value"]
    if _COUNTED.fullmatch(value):
        return False
    numbered = len(match.group()[: match.start("value") - match.start() - len(match["sign"])].split()) > 1
    digits = sum(character.isdigit() for character in value)
    if numbered or match["sign"].strip() in {":", "#", "=", ": #"}:
        return len(value) >= _FEWEST_NUMBERED
    return len(value) >= _FEWEST and digits >= 3
