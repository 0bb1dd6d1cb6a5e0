"""Domain values <-> plain values that a JSON column holds."""

import json
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def plain(value: Any, kind: Any = None) -> Any:
    """Turn a value into what JSON can say; what JSON has no word for becomes its text."""
    if value is None:
        return None
    wanted: Any = kind or type(value)
    return _adapter(wanted).dump_python(value, mode="json", fallback=str, warnings=False)


def load(kind: type[T], stored: Any) -> T:
    """Make the value again from what `plain` gave."""
    wanted: Any = kind
    result: T = _adapter(wanted).validate_python(stored)
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
