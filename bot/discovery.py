"""Finds plug-ins: a plug-in is a module with one constant, and there is nothing to register."""

import pkgutil
from importlib import import_module
from typing import TypeVar

from bot.domain.errors import Misconfigured

T = TypeVar("T")


def find(package: str, constant: str, kind: type[T]) -> tuple[T, ...]:
    """Collect the constant of every module of the package that has it, in the order of the modules' names.

    Modules without the constant are passed over. Raises Misconfigured when a constant is of another type.
    """
    found: list[T] = []
    for name in sorted(module.name for module in pkgutil.iter_modules(import_module(package).__path__)):
        module = import_module(f"{package}.{name}")
        if not hasattr(module, constant):
            continue
        value = getattr(module, constant)
        if not isinstance(value, kind):
            raise Misconfigured(
                f"{package}.{name} has a {constant} that is a {type(value).__name__}; it must be a {kind.__name__}."
            )
        found.append(value)
    return tuple(found)
