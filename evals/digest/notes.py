"""What the reader of a digest must know of its data: what is missing, what was not whole, what has no answer yet."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.domain.calendar import DAY
from bot.domain.digest import Ask
from bot.ports import Policy
from evals.digest.decisions import MOST
from evals.digest.phrases import counted
from evals.digest.seen import Seen
from evals.metric import LEAST

_WEEK = timedelta(days=7)


def notes(seen: Seen, asks: Sequence[Ask], policy: Policy) -> tuple[str, ...]:
    """A sentence each, what matters most first."""
    return (*_of_data(seen), *seen.compared.notes, *_of_time(seen), *_of_asks(asks), *_of_settings(seen, policy))


def _of_data(seen: Seen) -> Iterator[str]:
    week, compared = seen.week, seen.compared
    if not compared.conversations:
        yield "No conversation is on record for this week."
    elif compared.days < 7:
        days = counted(compared.days, "day of this week has", "days of this week have")
        yield f"Only {days} conversations on record."
    if seen.now < week.end:
        yield f"This week is not over: it ends on {week.end.astimezone(week.zone) - DAY:%A, %d %B}."
    elif seen.now >= week.end + _WEEK:
        yield "Decisions, articles that need care and what comes next are as they stand today."


def _of_time(seen: Seen) -> Iterator[str]:
    """A week in which clocks are changed is an hour longer or shorter, and so is one of its days."""
    week = seen.week
    hours = (week.end - week.start) / timedelta(hours=1)
    if hours != 168:
        yield f"Clocks were changed this week ({week.zone.key}): it has {hours:g} hours instead of 168."


def _of_asks(asks: Sequence[Ask]) -> Iterator[str]:
    if not asks:
        yield "No decision is asked for: nothing waits that is worth one."
    elif len(asks) < MOST:
        asked = counted(len(asks), "decision is", "decisions are")
        yield f"Only {asked} asked for: nothing else waits that is worth one."


def _of_settings(seen: Seen, policy: Policy) -> Iterator[str]:
    rated = next((figure.now.n for figure in seen.compared.figures if figure.metric == "csat"), None)
    if rated is not None and rated < LEAST:
        told = counted(rated, "conversation was", "conversations were")
        yield f"{told} rated this week: too few to tell how satisfied customers are."
    if not policy.alerts:
        yield "Alerts are in shadow mode: they were only recorded, and nobody was told."
