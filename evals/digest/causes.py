"""Why it changed, where that can be shown: what a release did to its intents, beside those that it did not touch."""

from bot.domain.calendar import Week
from bot.domain.digest import Cause
from bot.ports import Desk


async def causes(desk: Desk, week: Week) -> tuple[Cause, ...]:
    """What each release did that went live in the week or in the half week before it, oldest first."""
    return ()
