"""Something else in the place of personal data: placeholders that can be exchanged for it again, or stand-ins. Pure.

Hidden are values that are known to be personal, and what `bot.domain.text.personal` finds by its form. Names of other
people stay.
"""

import re
from collections.abc import Iterable, Iterator

from bot.domain.text.names import addressee
from bot.domain.text.personal import KINDS, personal
from bot.domain.text.wording import content_words

_DIGITS_OF_ONE = 4  # digits from which an identifier may name one thing (an order); in doubt it is hidden
_PERSONAL = frozenset({"name", "email", "phone", "url"})
_NOT_PERSONAL = frozenset({"date", "time", "amount", "version", "device", "error_code"})
"""Fields that are always hidden, and those that never are; any other is an identifier, and its digits tell."""
_SOMEBODYS = _PERSONAL | {"mail", "address", "street", "birthday", "customer", "user", "username", "account", "contact"}
_OWN_NAME = re.compile(r"(?<![A-Z])[A-Z]+_[0-9]+")
_SHOWN = re.compile(
    r"\[\[\s*(?P<two>[A-Z]+_[0-9]+)\s*\]\]|\[\s*(?P<one>[A-Z]+_[0-9]+)\s*\]|(?<!\w)(?P<bare>[A-Z]+_[0-9]+)(?!\w)"
)
_MADE_UP = re.compile(r"\[\[|\]\]")

Span = tuple[int, int, str]


def masked(text: str, longest: int) -> str:
    """The beginning of a text with placeholders for what is personal by its form, where nothing must be restored."""
    beginning = cut(text, longest)
    return Mask([beginning]).hide(beginning)


def cut(text: str, longest: int) -> str:
    """The beginning of a text, up to a space where there is one, so that no address is cut into an unmasked half."""
    if len(text) <= longest:
        return text
    space = max(text.rfind(white, longest - 300, longest) for white in " \n\t")
    return text[: space if space > 0 else longest]


class Mask:
    """Hides personal data and puts it back: `restore(hide(text)) == text` for each of the texts it was made for.

    One value has one placeholder, `[[EMAIL_1]]`, throughout; no placeholder's name occurs in any of the texts.
    """

    def __init__(self, texts: Iterable[str], known: Iterable[tuple[str, str]] = ()) -> None:
        """Prepare for these texts. `known` values are personal wherever they stand, each with its kind ("NAME")."""
        self._taken = {name for text in texts for name in _OWN_NAME.findall(text)}
        self._names: dict[str, str] = {}
        self._values: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        kinds = {value: kind for kind, value in known if value.strip()}
        self._kinds = {value.casefold(): kind for value, kind in kinds.items()}
        longest_first = sorted(kinds, key=lambda value: (-len(value), value))
        either = "|".join(_as_written(kinds[value], value) for value in longest_first)
        self._known = re.compile(either, re.I) if either else None

    def hide(self, text: str) -> str:
        """The text with placeholders for what is personal in it."""
        shown, at = [], 0
        for start, end, kind in self.personal_in(text):
            shown += [text[at:start], self._instead(kind, text[start:end])]
            at = end
        return "".join([*shown, text[at:]])

    def personal_in(self, text: str) -> list[Span]:
        """The start, end and kind of everything that would be hidden, in order and apart from each other."""
        return _joined(self._found(text))

    def restore(self, text: str) -> str:
        """The text with the values in place of their placeholders, also of those that lost their brackets."""
        return _SHOWN.sub(lambda match: self._values.get(_named(match), match.group()), text)

    def invented(self, text: str) -> bool:
        """Tell whether the text has a placeholder that stands for nothing."""
        rest = _SHOWN.sub(lambda match: "" if _named(match) in self._values else match.group(), text)
        kinds = {name.partition("_")[0] for name in self._values} | KINDS
        made_up = any(_named(match).partition("_")[0] in kinds for match in _SHOWN.finditer(rest))
        return made_up or _MADE_UP.search(rest) is not None

    def _instead(self, kind: str, value: str) -> str:
        return f"[[{self._name(kind, value)}]]"

    def _name(self, kind: str, value: str) -> str:
        if value not in self._names:
            number = self._counts.get(kind, 0) + 1
            while f"{kind}_{number}" in self._taken:
                number += 1
            self._counts[kind] = number
            name = f"{kind}_{number}"
            self._names[value], self._values[name] = name, value
        return self._names[value]

    def _found(self, text: str) -> Iterator[Span]:
        if self._known:
            for match in self._known.finditer(text):
                yield match.start(), match.end(), self._kinds.get(match.group().casefold(), "NAME")
        yield from personal(text)


def known_values(name: str, email: str, customer_id: str, fields: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """What is personal of a customer wherever it stands, each with its kind: names, addresses, identifiers.

    `fields` are (name, value) pairs of what was found in the customer's words.
    """
    known = [("EMAIL", email), ("NAME", " ".join(name[:200].split()))]
    known += [("NAME", part) for part in re.split(r"[^\w'’-]+", addressee(name[:200])) if _personal_name(part)]
    if _names_one(customer_id):
        known.append(("CUSTOMER", customer_id))
    for field, value in fields:
        if field in _PERSONAL or names_one(field, value):
            known.append((_kind(field), value))
    return known


def is_personal_field(field: str) -> bool:
    """Whether what stands under this name is somebody's, by the name: "customer_email"."""
    return not _SOMEBODYS.isdisjoint(re.split(r"[\W_]+", field.casefold()))


def names_one(field: str, value: str) -> bool:
    """Whether a field's value may number one thing (an order), so that it leads to whoever has it."""
    return _names_one(value) and field not in _NOT_PERSONAL


def _names_one(identifier: str) -> bool:
    return sum(character.isdigit() for character in identifier) >= _DIGITS_OF_ONE


def _personal_name(part: str) -> bool:
    """Whether a part of a name is masked by itself: "Will" is also a word, and is only masked beside the rest."""
    return len(part) > 2 and bool(content_words(part))


def _as_written(kind: str, value: str) -> str:
    """The pattern of a value: a name as a word, and of one word only as it is written or capitalised ("mark", Mark)."""
    if kind != "NAME":
        return re.escape(value)
    one_word = re.fullmatch(r"[^\W\d_]+", value)
    exact = f"(?-i:{re.escape(value)}|{re.escape(value.capitalize())})" if one_word else re.escape(value)
    return rf"(?<!\w){exact}(?!\w)"


def _kind(field: str) -> str:
    """The kind that a team's field makes: "order_id" is an ORDER."""
    return re.sub(r"[^A-Z]", "", re.split(r"[\W_]", field.upper())[0])[:12] or "ID"


def _named(match: re.Match[str]) -> str:
    return match["two"] or match["one"] or match["bare"] or ""


def _joined(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, those that overlap as one of the longest's kind, so that no end of one is left over."""
    joined: list[tuple[int, int, str, int]] = []
    for start, end, kind in sorted(spans):
        if joined and start < joined[-1][1]:
            begun, ended, was, longest = joined[-1]
            wins = end - start > longest
            joined[-1] = (begun, max(end, ended), kind if wins else was, max(longest, end - start))
        else:
            joined.append((start, end, kind, end - start))
    return [span[:3] for span in joined]
