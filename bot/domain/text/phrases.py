"""Counts, shares and lists as sentences have them."""

from collections.abc import Sequence


def counted(number: float, noun: str, plural: str = "") -> str:
    """The number with its noun: "1 draft", "1,204 drafts"."""
    return f"{number:,.0f} {noun if round(number) == 1 else plural or f'{noun}s'}"


def percent(share: float) -> str:
    """A share without its interval: "87 %"."""
    return f"{share * 100:.0f} %"


def listed(parts: Sequence[str]) -> str:
    """The parts one after the other: "a, b and c"."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
