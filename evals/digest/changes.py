"""What changed in a week beside the week before, and which of it is more than noise."""

from dataclasses import dataclass

from bot.domain.calendar import Week
from bot.domain.digest import Driver, KeyFigure
from bot.ports import Desk


@dataclass(frozen=True, slots=True)
class Compared:
    """A week beside the week before. `compared` is how many changes were tested together.

    `drivers` are the intents by volume, `by_intent` those of them that the charts show; `days` is for how many days of
    the week anything is on record.
    """

    figures: tuple[KeyFigure, ...]
    drivers: tuple[Driver, ...]
    by_intent: tuple[Driver, ...]
    compared: int
    conversations: int
    days: int
    notes: tuple[str, ...] = ()


async def key_figures(desk: Desk, week: Week) -> Compared:
    """The figures of the week and its contact drivers; what moved is told after correction for all comparisons."""
    return Compared((), (), (), 0, 0, 0)
