"""What a scorer is, and the one way in which a judgement becomes a `Score`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.domain.answer import Proposal
from bot.domain.quality import EvalCase, Score


@dataclass(frozen=True, slots=True)
class Scorer:
    """One way to judge an answer. A plug-in module in `evals/scorers` has one as its constant SCORER.

    `judge` gives no score where the scorer does not apply to the case or to such an answer.
    """

    name: str
    title: str
    judge: Callable[[EvalCase, Proposal], Score | None]


def share(name: str, wanted: Sequence[str], lacking: Sequence[str], reason: str, *, gates: bool = True) -> Score:
    """Score the share of what was wanted; anything lacking fails, and the reason goes before the list of it."""
    value = 1 - len(lacking) / len(wanted)
    said = f"{reason}: {'; '.join(lacking)}." if lacking else ""
    return Score(name, round(value, 4), not lacking, said, gates)
