"""Amounts with their currency, resolved to a plain number and an ISO 4217 code: "1.299,- EUR" is "1299.00 EUR"."""

import re
from collections.abc import Iterator

from bot.domain.answer import Field
from bot.triage.fields.spotted import spotted

_SIGNS = {
    "€": "EUR", "£": "GBP", "US$": "USD", "CA$": "CAD", "C$": "CAD", "AU$": "AUD", "A$": "AUD", "NZ$": "NZD",
    "HK$": "HKD", "S$": "SGD", "R$": "BRL", "$": "USD", "¥": "JPY", "₹": "INR", "₺": "TRY", "₽": "RUB",
    "₩": "KRW", "₪": "ILS",
    "₴": "UAH", "zł": "PLN", "Kč": "CZK", "Fr.": "CHF", "Rs.": "INR", "Rs": "INR",
}  # fmt: skip
_CODES = (
    "EUR", "USD", "GBP", "CHF", "JPY", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON",
    "BGN", "TRY", "RUB", "UAH", "ILS", "INR", "CNY", "KRW", "SGD", "HKD", "THB", "MXN", "BRL", "ZAR", "AED", "SAR",
)  # fmt: skip
_NAMES = {
    "euro": "EUR", "euros": "EUR", "dollar": "USD", "dollars": "USD", "dólares": "USD", "bucks": "USD",
    "quid": "GBP",
    "pounds": "GBP", "pound sterling": "GBP", "pounds sterling": "GBP", "franken": "CHF", "francs": "CHF",
    "kronor": "SEK", "kroner": "DKK", "rupees": "INR", "yen": "JPY", "zloty": "PLN", "złotych": "PLN",
    "reais": "BRL", "pesos": "MXN",
}  # fmt: skip
_MONEY = {**_SIGNS, **{code: code for code in _CODES}, **_NAMES}
_FOLDED = {name.casefold(): code for name, code in _MONEY.items()}
_BEFORE = "|".join(re.escape(sign) for sign in sorted((*_SIGNS, *_CODES), key=len, reverse=True))
_AFTER = "|".join(re.escape(name) for name in sorted(_MONEY, key=len, reverse=True))
_NUMBER = (
    r"(?P<number>\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3}){1,4}(?:[.,]\d{1,2})?"
    r"|\d{1,12}(?:[.,]\d{1,2})?)(?P<dash>,-|,–|\.-)?(?P<kilo>k)?"
)
_AMOUNTS = (
    re.compile(rf"(?<![\w$€£])(?P<money>{_BEFORE})\s?{_NUMBER}(?![\w]|[.,]\d)", re.I),
    re.compile(
        rf"(?<![\w.,]){_NUMBER}\s?(?:(?P<money>{_AFTER}))(?![\w])(?!\s(?:of|in\sweight|heavy)\b)",
        re.I,
    ),
)


def find_amounts(text: str) -> Iterator[Field]:
    """Find amounts that name a currency; a sign of several currencies is taken for the commonest ("$": USD)."""
    for pattern in _AMOUNTS:
        for match in pattern.finditer(text):
            value = _value(match["number"]) * (1000 if match["kilo"] else 1)
            yield spotted("amount", match, f"{value:.2f} {_FOLDED[match['money'].casefold()]}")


def _value(said: str) -> float:
    """Read a number in either custom: the last mark is the decimal point where at most two digits follow it."""
    if decimal := re.search(r"[.,](\d{1,2})$", said):
        whole = re.sub(r"\D", "", said[: decimal.start()])
        return float(f"{whole}.{decimal[1]}")
    return float(re.sub(r"\D", "", said))
