"""The series that are watched before anything was counted; what counts in them is said in `bot.domain.watching`."""

from bot.domain.spike import Series, What
from bot.domain.watching import Event, events

__all__ = ["ALWAYS", "Event", "events"]

ALWAYS = tuple(Series(what) for what in What if what not in (What.INTENT, What.CLUSTER))
"""Those that are watched before anything was counted."""
