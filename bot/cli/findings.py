"""What `ratchet doctor` finds."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    GOOD = "✅"
    OFF = "➖"
    WARN = "⚠️ "
    BAD = "⛔"


@dataclass(frozen=True, slots=True)
class Result:
    """What one check found, and what to do about it."""

    health: Health
    what: str
    found: str
    mend: str = ""
