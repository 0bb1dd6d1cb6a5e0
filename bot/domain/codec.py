"""Values as plain JSON and back: the one way in which steps, records and the inbox keep them."""

from functools import cache
from typing import Any

from pydantic import TypeAdapter


def codec(kind: Any) -> TypeAdapter[Any]:
    """The codec of values of this type; made once a type, because making one is slow."""
    return _made(kind)


@cache
def _made(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
