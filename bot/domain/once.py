"""A property that is found once for each object, without `functools.cached_property`'s lock.

Up to Python 3.11 that takes a lock at every first look, which costs more than what most properties find.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Owner = TypeVar("Owner")
Found = TypeVar("Found")


class once(Generic[Owner, Found]):  # noqa: N801 - read as a decorator
    """Keeps what the method found in the object's `__dict__`, where Python looks from then on."""

    def __init__(self, find: Callable[[Owner], Found]) -> None:
        self._find = find
        self._name = find.__name__
        self.__doc__ = find.__doc__

    @overload
    def __get__(self, owner: None, kind: type[Any]) -> "once[Owner, Found]": ...
    @overload
    def __get__(self, owner: Owner, kind: type[Any]) -> Found: ...

    def __get__(self, owner: Owner | None, kind: type[Any]) -> "once[Owner, Found] | Found":
        if owner is None:
            return self
        found = owner.__dict__[self._name] = self._find(owner)
        return found
