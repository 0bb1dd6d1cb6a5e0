"""The name that a customer gives: "my name is", "under the name", or the signature under the letter."""

import re
from collections.abc import Iterator

from bot.domain.answer import Field
from bot.triage.fields.spotted import spotted

_WORD = (
    r"(?:(?:[A-Z]|[^\W\d_a-z])[^\W\d_]{1,24}(?:['’.-][^\W\d_]{1,24}){0,2}|(?:Dr|Prof|Mr|Mrs|Ms)\."
    r"|[A-Z]['’][A-Z][a-z]{1,20})"
)
_LINKS = r"(?:\s(?:van|von|de|der|den|di|da|del|la|le|bin|al))?"
_NAME = rf"(?P<name>(?-i:{_WORD}(?:{_LINKS}\s{_WORD}){{0,3}}))"
_FULL = rf"(?P<name>(?-i:{_WORD}(?:{_LINKS}\s{_WORD}){{1,3}}))"
_CLOSING = (
    r"regards|cheers|thanks|thank\syou|thx|best|sincerely|yours|greetings|love|grüße|gruß|grüßen|gruss|grüsse"
    r"|danke|cordialement"
    r"|salutations|merci|saludos|gracias|groeten?|groetjes|bedankt|saluti|grazie|cumprimentos|obrigad[oa]"
)
_KINDS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"\b(?:my\s(?:full\s)?name(?:\sis|['’]s)|mein\sname\sist|ich\sheiße|je\sm['’]appelle|mon\snom\sest"
        rf"|me\sllamo|mi\snombre\ses"
        rf"|mijn\snaam\sis|ik\sheet|mi\schiamo|(?:o\s)?meu\snome\sé|me\schamo|jag\sheter)\s{_NAME}",
        rf"\bthis\sis\s{_NAME}(?=\s(?:from|of|at|speaking|here|calling|writing)\b|,)",
        rf"\b(?:I\sam|I['’]m|ich\sbin|soy|je\ssuis)\s{_FULL}(?=[,.\n]|$|\s(?:from|and|with|of)\b)",
        rf"\b(?:under|in)\s(?:the\s|my\s)?name\s(?:of\s)?{_FULL}",
        rf"\b(?:booking|reservation|table|booked|reserved|appointment)\b[^.\n]{{0,40}}\b(?:for|under)\s{_FULL}",
        rf"\b(?:listed|registered|party)\b[^.\n]{{0,30}}\bunder\s{_FULL}",
        rf"\b(?:name|naam|nombre|nom|nome)\s?:?\s(?:is\s|of\s)?{_NAME}(?=[,.\n]|$)",
        rf"\b(?:{_CLOSING})\b[!.,]{{0,3}}\s{{1,4}}{_NAME}(?=\s?(?:x{{1,3}}|[:;]-?\)|[,.])?\s?(?:\n|$))",
    )
)  # fmt: skip
_NO_NAMES = frozenset((
    "the", "your", "you", "team", "support", "sir", "madam", "sent", "from", "my", "a", "and", "to", "it",
    "thanks", "regards", "customer", "service", "bye", "goodbye", "hello", "hi", "monday", "tuesday", "wednesday",
    "thursday", "friday", "saturday", "sunday", "january", "february", "march", "april", "may", "june", "july",
    "august", "september", "october", "november", "december",
))  # fmt: skip


def find_names(text: str) -> Iterator[Field]:
    """Find the names that customers give for themselves or for their booking."""
    for pattern in _KINDS:
        for match in pattern.finditer(text):
            if match["name"].split()[0].casefold().strip(".") not in _NO_NAMES:
                yield spotted("name", match, group="name")
