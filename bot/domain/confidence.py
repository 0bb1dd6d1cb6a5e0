"""What a confidence is held against: how people decided on drafts that they could have sent as they were."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.answer import Draft

ENOUGH = 50
"""Decisions from which a confidence may be read as a share of approvals; below, it is said how few there are.

At fifty, a share near 80 % is known to within eleven points (Wilson's 95 % interval).
"""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A decision on a drafter's text: what the drafter estimated, what the card showed, and whether it was sent as is.

    An edit and a rejection are a no, and so is the approval of a text that another person edited first.
    """

    drafter: str
    estimate: float
    shown: float
    approved: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The confidence that the card shows, the drafter's estimate behind it, and the map between the two.

    On the scale of log-odds the confidence is `slope` times the estimate plus `intercept`, learned from `decisions`.
    """

    confidence: float
    estimate: float
    decisions: int = 0
    slope: float = 1.0
    intercept: float = 0.0


def drafter_of(draft: Draft) -> str:
    """Whose estimate the draft carries: the model's name, or "offline"; estimates of two drafters do not compare."""
    return draft.model or draft.author.value


def counted(decisions: int) -> str:
    """How many decisions there are, in words."""
    return {0: "no decisions yet", 1: "1 decision"}.get(decisions, f"{decisions} decisions")
