"""What came of fitting triage anew with what people labelled: how both did on held-out questions, and the verdict."""

from dataclasses import dataclass
from enum import StrEnum

FEWEST = 5
"""New labels from which a refit is tried: fewer cannot be learned from and held out as well."""


@dataclass(frozen=True, slots=True)
class Paired:
    """How many of the same `of` held-out questions are judged right before and after; which way it changed for some."""

    of: int = 0
    before: int = 0
    after: int = 0
    fixed: int = 0
    broken: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """A measure that is better when lower, and the 95 % interval of its change."""

    before: float = 0.0
    after: float = 0.0
    low: float = 0.0
    high: float = 0.0

    @property
    def surely_worse(self) -> bool:
        return self.low > 0


class Outcome(StrEnum):
    """WAITS had too little to learn from, WORSE was measured and is not better, BETTER may go before the gate."""

    WAITS = "waits"
    WORSE = "worse"
    BETTER = "better"


@dataclass(frozen=True, slots=True)
class Refit:
    """What was measured, and why in a sentence. `taxonomy` is the taught text where it is better, else empty.

    `learned` and `doubtful` are labels by their ids: those that were fitted, and those that contradict all else.
    `alone` are labels that would take questions out of a high-risk intent and that one person alone gave.
    `labels` are those, `examples` the taxonomy's own, `usual` questions whose answers the team approved as they were.
    """

    outcome: Outcome
    why: str
    learned: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    labels: Paired = Paired()
    examples: Paired = Paired()
    usual: Paired = Paired()
    log_loss: Change = Change()
    calibration: Change = Change()
    taxonomy: str = ""
