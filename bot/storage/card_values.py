"""Cards and forms <-> plain values that a JSON column holds.

Many elements have the same fields (a Heading and a Quote are both a text), so that each is kept with its name.
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

from bot.cards import elements
from bot.domain.codec import codec
from bot.ports.reaching import OpenForm
from bot.storage.columns import clean
from bot.storage.values import plain

NAME = "is"
KINDS: dict[str, Callable[..., Any]] = {
    kind.__name__: kind
    for kind in (*vars(elements).values(), OpenForm)
    if isinstance(kind, type) and is_dataclass(kind)
}


def kept(value: Any) -> Any:
    """Turn a card, a form or a part of one into what JSON can say."""
    if type(value).__name__ in KINDS:
        parts = {field.name: kept(getattr(value, field.name)) for field in fields(value)}
        return {NAME: type(value).__name__, **parts}
    if isinstance(value, tuple):
        return [kept(one) for one in value]
    return clean(value) if isinstance(value, str) else plain(value)


def restored(stored: Any) -> Any:
    """Make the value again from what `kept` gave."""
    if isinstance(stored, list):
        return tuple(restored(one) for one in stored)
    if isinstance(stored, dict) and NAME in stored:
        parts = {name: restored(part) for name, part in stored.items() if name != NAME}
        return codec(KINDS[stored[NAME]]).validate_python(parts)
    return stored
