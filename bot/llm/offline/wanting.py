"""The kinds of answer that a question wants and that a text gives: a time, an amount, a number, steps, leave. Pure."""

import re
from enum import Flag, auto

from bot.domain.text.wording import MONEY, figures


class Wants(Flag):
    """The kinds of answer that a question may want, and that a sentence may give."""

    ANY = 0
    TIME = auto()
    AMOUNT = auto()
    COUNT = auto()
    STEPS = auto()
    LEAVE = auto()  # whether something may be done, has to be done, or is so


FIGURED = Wants.TIME | Wants.AMOUNT | Wants.COUNT
_WANTED = {
    Wants.TIME: r"how\s+(?:long|soon|fast|often|quickly|late|early|much\s+(?:time|notice)"
    r"|many\s+(?:days|weeks|hours|months|years))"
    r"|(?:until|by|since)\s+when|(?<!\w)when\b(?!\s+(?:i|we|my|it)\b)|deadline"
    r"|wie\s+(?:lange|oft|schnell|viele\s+tage)|bis\s+wann|(?<!\w)wann\b",
    Wants.AMOUNT: r"how\s+(?:much|high|expensive)(?!\s+(?:time|notice))|what\s+amount|from\s+which\s+amount|who\s+pays"
    r"|\b(?:costs?|prices?|fees?|charges?|deduct\w*|owe|rates?|discounts?|cashback|compensation|cheaper)\b"
    r"|\b(?:do|must|will|would|to)\s+(?:i|we|they)?\s*(?:have\s+to\s+)?pay\b"
    r"|\bkostet\b|\bkosten\b|wie\s?viel\s+(?!tage)|\bpreis|\bgebühr|\brabatt",
    Wants.COUNT: r"how\s+many\s+(?!days|weeks|hours|months|years)|wie\s?viele\s+(?!tage)|how\s+old"
    r"|which\s+(?:\w+\s+)?score",
    Wants.STEPS: r"how\s+(?:do|can|could|to|would|should|does\s+(?:that|it|this)\s+work)\b"
    r"|what\s+(?:do|can|should|must)\s+(?:i|we)\s+do|what\s+now"
    r"|wie\s+(?:kann|können|mache|gehe|geht|funktioniert)|steps\b",
    Wants.LEAVE: r"^\W*(?:(?:and|but|so|hi|hello)\W+)*(?:can|could|may|is|are|do|does|am|will|would|must|should"
    r"|kann|darf|ist|gibt|muss|können)\b",
}
_WANTING = {kind: re.compile(pattern, re.I) for kind, pattern in _WANTED.items()}
_TIMES = frozenset({"day", "working day", "calendar day", "hour", "minute", "second", "week", "month", "year", "date"})
_TIMED = re.compile(
    r"\b\d+\s+(?:tage?n?|werktage?n?|wochen?|monate?n?|jahre?n?|stunden?|minuten?)\b|\b\d{1,2}:\d{2}\b", re.I
)
_SPOKEN_TIME = re.compile(
    r"\b(?:the same day|am selben tag|next working day|immediately|daily|weekly|monthly|yearly)\b"
    r"|\bevery (?:week|month|year|day)\b",
    re.I,
)
_FREE = re.compile(r"\b(?:free|no (?:\w+ ){0,2}fee|nothing|not charged|waived|kostenlos|gratis|gebührenfrei)\b", re.I)
_LEAVES = re.compile(
    r"\b(?:can(?:not)?|may|must|possible|available|allowed|accept\w*|support\w*|covers?|covered|includes?|included|only"
    r"|required|optional|needs?|has to|have to|kann|können|darf|dürfen|muss|müssen|möglich)\b",
    re.I,
)
_DIGITS = re.compile(r"\d")


def wanted(text: str) -> Wants:
    """The kinds of answer that a question wants; steps are not asked for where a figure is."""
    wants = Wants.ANY
    for kind, pattern in _WANTING.items():
        if pattern.search(text):
            wants |= kind
    return wants & ~Wants.STEPS if wants & FIGURED else wants


def gives(text: str) -> Wants:
    """The kinds of answer that a text has: a time, an amount, a number, leave or its refusal."""
    found = figures(text)
    kinds = Wants.ANY
    if any(f.unit in _TIMES for f in found) or _TIMED.search(text) or _SPOKEN_TIME.search(text):
        kinds |= Wants.TIME
    if any(f.unit in MONEY or f.unit == "%" for f in found) or _FREE.search(text):
        kinds |= Wants.AMOUNT
    if found or _DIGITS.search(text):
        kinds |= Wants.COUNT
    return kinds | Wants.LEAVE if _LEAVES.search(text) else kinds
