"""How many answers of a week are scored, and how many of each intent.

The size is Cochran's (1977, 4.4) for a share, with the finite population correction. Each intent gets its part of it in
proportion (5.5). Neyman's allocation would follow last week's variances, which a few scores an intent do not tell; see
bench-qa. Intents that would get fewer than two answers are one part together.
"""

from collections.abc import Iterable, Mapping
from math import ceil, floor, inf

from bot.domain.sample import Part
from evals.metrics.reliability import wilson

OTHERS = ""
"""The part of the intents that are too rare for one of their own."""
_Z = 1.959964  # of a 95 % interval
_LEAST = 2  # answers of each part, where it has as many
_FEWEST = 30  # answers of a week: below twenty scored ones no figure is told, and some are never scored


def planned(good: float, scored: int) -> float:
    """The share of good answers to reckon with, after so many scored: of the likely ones that which takes most."""
    low, high = wilson(good, scored)
    return min(max(0.5, low), high)


def size(answers: int, margin: float, share: float = 0.5) -> int:
    """How many of these answers are scored so that their share is known to within the margin 19 times in 20."""
    if answers <= 0:
        return 0
    endless = _Z**2 * share * (1 - share) / margin**2
    return min(answers, max(_FEWEST, ceil(endless / (1 + (endless - 1) / answers))))


def parts_for(answers: Mapping[str, int], margin: float, share: float = 0.5) -> tuple[Part, ...]:
    """The parts of a week with so many answers of each intent, and how many are drawn of each for that precision.

    It begins with the size of a simple random sample, and draws more where unequal parts tell less than that.
    """
    total = sum(answers.values())
    wanted = size(total, margin, share)
    while True:
        parts = allocate(answers, wanted)
        known = effective((part.answers, part.drawn) for part in parts)
        low, high = wilson(share * known, known) if known < inf else (share, share)
        if high - low <= 2 * margin or wanted >= total:
            return parts
        wanted += 1


def effective(parts: Iterable[tuple[int, int]]) -> float:
    """The size of a simple random sample of an endless week that tells as much as so many of so many of each part.

    By the variance of the stratified mean with the finite population correction (Cochran 1977, 5.6), each part's own
    variance taken as the whole's; infinite where every answer is scored.
    """
    known = [(answers, scored) for answers, scored in parts if scored]
    total = sum(answers for answers, _ in known)
    variance = sum((answers / total) ** 2 * _left(answers, scored) for answers, scored in known)
    return 1 / variance if variance > 0 else inf


def _left(answers: int, scored: int) -> float:
    """What of a variance is left in the mean of so many of them, drawn without putting back."""
    return max(0, answers - scored) / max(1, answers - 1) / scored


def allocate(answers: Mapping[str, int], wanted: int) -> tuple[Part, ...]:
    """So many answers in proportion to each intent's own, as whole numbers by the largest remainders.

    Every part gets two if it has two, so that the sum may be a little more than what was wanted.
    """
    total = sum(answers.values())
    if not total or not wanted:
        return ()
    own = {intent: count for intent, count in answers.items() if count * wanted >= _LEAST * total}
    others = total - sum(own.values())
    parts = own | ({OTHERS: others} if others else {})
    due = {intent: count * wanted / total for intent, count in parts.items()}
    given = {intent: min(count, max(_LEAST, floor(due[intent]))) for intent, count in parts.items()}
    for intent in sorted(parts, key=lambda each: (floor(due[each]) - due[each], each)):
        if sum(given.values()) < wanted and given[intent] < parts[intent]:
            given[intent] += 1
    return tuple(Part(intent, parts[intent], given[intent]) for intent in sorted(parts))
