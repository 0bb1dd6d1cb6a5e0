"""Counts, shares and lists as sentences have them."""

from collections.abc import Sequence
from datetime import timedelta


def counted(number: float, noun: str, plural: str = "") -> str:
    """The number with its noun: "1 draft", "1,204 drafts"."""
    return f"{number:,.0f} {noun if round(number) == 1 else plural or f'{noun}s'}"


def percent(share: float) -> str:
    """A share without its interval: "87 %"."""
    return f"{share * 100:.0f} %"


def listed(parts: Sequence[str]) -> str:
    """The parts one after the other: "a, b and c"."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def span(length: timedelta) -> str:
    """How long: "an hour", "15 minutes", "2 h 10 min", "3 days"."""
    minutes = round(length.total_seconds() / 60)
    if minutes < 60:
        return "a minute" if minutes == 1 else f"{minutes} minutes"
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours / 24:.0f} days"
    if rest:
        return f"{hours} h {rest} min"
    return "an hour" if hours == 1 else f"{hours} hours"
