"""Invented people and numbers in the place of real ones, for texts that are kept and shown to others. Pure.

They read like what they stand for, so that a text means what it meant: an order's number is still one. Addresses and
numbers are from the ranges that are kept free for examples (RFC 2606; 555-0100 to 555-0199).
"""

import re
from collections.abc import Iterable

from bot.domain.text.masking import Mask

_FIRST = ("Robin", "Kim", "Alex", "Sam", "Jo", "Charlie", "Noa", "Sascha")
_LAST = ("Hale", "Frost", "Lark", "Moss", "Wren", "Vale", "Birch", "Stone")
_SHAPED = re.compile(r"[A-Za-z]{0,6}[-# ]?\d[\d -]*")


class StandIns(Mask):
    """Puts a stand-in for each personal value: always the same one for the same value, person by person.

    A first name alone and the full name stand for the same invented person. What has no harmless likeness (a card, a
    key) becomes its kind in brackets.
    """

    def __init__(self, texts: Iterable[str], known: Iterable[tuple[str, str]] = ()) -> None:
        known = list(known)
        super().__init__(texts, known)
        self._people: dict[str, str] = {}
        self._given: dict[str, str] = {}
        for kind, value in known:
            if kind == "NAME" and value.strip():
                self._person(value)

    def hides(self, text: str) -> bool:
        """Tell whether something in the text is personal."""
        return self.hide(text) != text

    def _instead(self, kind: str, value: str) -> str:
        if value in self._given.values():
            return value
        if kind == "NAME":
            return self._person(value)
        if value not in self._given:
            number = self._counts.get(kind, 0) + 1
            self._counts[kind] = number
            self._given[value] = _stand_in(kind, value, number)
        return self._given[value]

    def _person(self, name: str) -> str:
        invented = set(self._people.values())
        if invented.issuperset(name.split()):  # a text that was treated before
            return name
        parts = []
        for at, part in enumerate(name.split()):
            folded = part.casefold().strip(".,")
            if folded not in self._people:
                pool, taken = (_LAST if at else _FIRST), set(self._people.values())
                free = next((one for one in pool if one not in taken), f"{pool[0]}{len(taken)}")
                self._people[folded] = free
            parts.append(self._people[folded])
        return " ".join(parts)


def _stand_in(kind: str, value: str, number: int) -> str:
    match kind:
        case "EMAIL":
            return f"person{number}@example.com"
        case "PHONE":
            return f"+1 202-555-01{number % 100:02d}"
        case "ADDRESS":
            return f"{number} Example Street"
        case "URL":
            return f"https://example.com/{number}"
        case "CARD" | "IBAN" | "SSN" | "SECRET":
            return f"[{kind.lower()} {number}]"
        case _:
            return _same_shape(value, number) if _SHAPED.fullmatch(value) else f"[{kind.lower()} {number}]"


def _same_shape(value: str, number: int) -> str:
    """The value with other digits: "FH-1042391" becomes "FH-0000001"."""
    digits = str(number).zfill(sum(map(str.isdigit, value)))
    left = iter(digits)
    return "".join(next(left, "0") if character.isdigit() else character for character in value)
