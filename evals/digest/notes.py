"""What the reader of a digest must know of its data: what is missing, what was not whole, what has no answer yet."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.domain.digest import Ask
from bot.domain.text.phrases import counted
from bot.ports import Policy
from evals.digest.decisions import MOST
from evals.digest.facts import Facts
from evals.metric import LEAST

_WEEK = timedelta(days=7)


def notes(facts: Facts, asks: Sequence[Ask], policy: Policy) -> tuple[str, ...]:
    """A sentence each, what matters most first."""
    return (*_of_data(facts), *facts.compared.notes, *_of_asks(asks), *_of_settings(facts, policy))


def _of_data(facts: Facts) -> Iterator[str]:
    if not facts.compared.conversations:
        yield "No conversation is on record for this week."
    if facts.now >= facts.week.end + _WEEK:
        yield "Decisions, articles that need care and what comes next are as they stand today."


def _of_asks(asks: Sequence[Ask]) -> Iterator[str]:
    if not asks:
        yield "No decision is asked for: nothing waits that is worth one."
    elif len(asks) < MOST:
        asked = counted(len(asks), "decision is", "decisions are")
        yield f"Only {asked} asked for: nothing else waits that is worth one."


def _of_settings(facts: Facts, policy: Policy) -> Iterator[str]:
    csat = next((figure for figure in facts.compared.figures if figure.metric == "csat"), None)
    if csat is not None and csat.now.n < LEAST and csat.now.n + csat.before.n > 0:
        rated = counted(csat.now.n, "conversation was", "conversations were")
        yield f"{rated} rated this week: too few to tell how satisfied customers are."
    if not policy.alerts:
        yield "Alerts are in shadow mode: they were only recorded, and nobody was told."
