"""How many answers of a week are scored, and how many of each intent.

The size is Cochran's (1977, 4.4) for a share, with the finite population correction. Each intent gets its part of it in
proportion (5.5). Neyman's allocation would follow last week's variances, which a few scores an intent do not tell; see
bench-qa. Intents that would get fewer than two answers are one part together.
"""

from collections.abc import Mapping
from math import ceil, floor

from bot.domain.sample import Part
from evals.metrics.reliability import wilson

OTHERS = ""
"""The part of the intents that are too rare for one of their own."""
_Z = 1.959964  # of a 95 % interval
_LEAST = 2  # answers of each part, where it has as many


def planned(good: float, scored: int) -> float:
    """The share of good answers to reckon with, after so many scored: of the likely ones that which takes most."""
    low, high = wilson(good, scored)
    return min(max(0.5, low), high)


def size(answers: int, margin: float, share: float = 0.5) -> int:
    """How many of these answers are scored so that their share is known to within the margin 19 times in 20."""
    if answers <= 0:
        return 0
    endless = _Z**2 * share * (1 - share) / margin**2
    return min(answers, max(_LEAST, ceil(endless / (1 + (endless - 1) / answers))))


def allocate(answers: Mapping[str, int], wanted: int) -> tuple[Part, ...]:
    """So many answers in proportion to each intent's own, as whole numbers by the largest remainders.

    Every part gets two if it has two, so that the sum may be a little more than what was wanted.
    """
    total = sum(answers.values())
    own = {intent: count for intent, count in answers.items() if count * wanted >= _LEAST * total}
    others = total - sum(own.values())
    parts = own | ({OTHERS: others} if others else {})
    due = {intent: count * wanted / total for intent, count in parts.items()}
    given = {intent: min(count, max(_LEAST, floor(due[intent]))) for intent, count in parts.items()}
    for intent in sorted(parts, key=lambda each: (floor(due[each]) - due[each], each)):
        if sum(given.values()) < wanted and given[intent] < parts[intent]:
            given[intent] += 1
    return tuple(Part(intent, parts[intent], given[intent]) for intent in sorted(parts))
