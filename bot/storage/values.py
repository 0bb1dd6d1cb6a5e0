"""Domain values <-> plain values that a JSON column holds."""

import json
from typing import Any, TypeVar

from bot.domain.codec import codec

T = TypeVar("T")


def plain(value: Any, kind: Any = None) -> Any:
    """Turn a value into what JSON can say; what JSON has no word for becomes its text."""
    if value is None:
        return None
    return codec(kind or type(value)).dump_python(value, mode="json", fallback=str, warnings=False)


def load(kind: type[T], stored: Any) -> T:
    """Make the value again from what `plain` gave."""
    result: T = codec(kind).validate_python(stored)
    return result


def load_optional(kind: type[T], stored: Any) -> T | None:
    return None if stored is None else load(kind, stored)


def to_json(stored: Any) -> str:
    """Write JSON that both databases take: no NaN or infinity (they become null), ASCII only."""
    try:
        return json.dumps(stored, allow_nan=False, separators=(",", ":"))
    except ValueError:
        return json.dumps(_finite(stored), separators=(",", ":"))


def _finite(stored: Any) -> Any:
    if isinstance(stored, dict):
        return {key: _finite(value) for key, value in stored.items()}
    if isinstance(stored, list):
        return [_finite(value) for value in stored]
    if isinstance(stored, float) and stored - stored != 0:
        return None
    return stored
