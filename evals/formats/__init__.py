"""How other tools write eval cases down, one module each: to run ours there, and theirs here.

To add one, write a module here with the constant FORMAT = Format(name, title, dump, load). What a format has no word
for travels in its metadata under the key `METADATA`, so that a case comes back as it was; a case without that is read
by what the format itself says.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import Rejected
from bot.domain.quality import EvalCase
from evals.dataset import as_values

METADATA = "ratchet"
_CONVERSATION = ("customer", "turns")


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write cases. `load` is given the text and what it is called in messages; it raises Rejected."""

    name: str
    title: str
    dump: Callable[[Sequence[EvalCase]], str]
    load: Callable[[str, str], tuple[EvalCase, ...]]


def expectations(case: EvalCase) -> dict[str, Any]:
    """All of the case but the conversation, as plain values."""
    return {name: value for name, value in as_values(case).items() if name not in _CONVERSATION}


def mapping(value: Any, where: str) -> Mapping[str, Any]:
    """The value, if it is a mapping. Raises Rejected."""
    if not isinstance(value, dict):
        raise Rejected(f"{where}: this must be a mapping of names to values.")
    return value
