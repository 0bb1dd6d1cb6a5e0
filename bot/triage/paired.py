"""Holds two classifiers against each other on the same questions, and says whether the second one is better."""

from collections.abc import Callable
from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np

from bot.domain.refit import Change, Outcome, Paired, Refit
from bot.triage.intents import IntentAnswer

_SURE = 0.05
_DRAWS = 1_000
_SEED = 0
_BINS = 10  # of equal width, for the calibration error
_LEAST = 1e-3  # no single question counts for more than the seven bits of this probability, were it held to be 0

Question = tuple[str, str]
"""A text and the intent that it should be judged to have."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions and what both answered to each."""

    questions: tuple[Question, ...] = ()
    before: tuple[IntentAnswer, ...] = ()
    after: tuple[IntentAnswer, ...] = ()

    def __add__(self, other: "Asked") -> "Asked":
        return Asked(self.questions + other.questions, self.before + other.before, self.after + other.after)


def verdict(labels: Asked, examples: Asked, usual: Asked) -> Refit:
    """Judge what was measured, by the rule in `relearning`."""
    everything = labels + examples + usual
    log_loss, calibration = _change(everything, _log_loss), _change(everything, _calibration_error)
    gain, known, traffic = _paired(labels), _paired(examples), _paired(labels + usual)
    reasons = (
        (gain.after <= gain.before, "no more of the held-out labels are judged right"),
        (_surely_worse(traffic), f"of what customers asked it loses {traffic.broken} and wins {traffic.fixed}"),
        (_surely_worse(known), f"of the known examples it loses {known.broken} and wins {known.fixed}"),
        (log_loss.surely_worse, "its probabilities are worse (log loss)"),
        (calibration.surely_worse, "its probabilities mean less (calibration error)"),
    )
    against = [reason for holds, reason in reasons if holds]
    return Refit(
        Outcome.WORSE if against else Outcome.BETTER,
        f"Not better: {', '.join(against)}." if against else "More is judged right, and nothing is surely worse.",
        labels=gain,
        examples=known,
        usual=_paired(usual),
        log_loss=log_loss,
        calibration=calibration,
    )


def _surely_worse(paired: Paired) -> bool:
    return chance_of_losing(paired.broken, paired.fixed) < _SURE


def chance_of_losing(lost: int, won: int) -> float:
    """How likely so many of the changes are losses, were both ways equally likely (McNemar 1947, exact, one-sided)."""
    changed = lost + won
    ways: int = sum(comb(changed, count) for count in range(lost, changed + 1))
    return ways / (1 << changed)


def _paired(asked: Asked) -> Paired:
    was, now = _right(asked.questions, asked.before), _right(asked.questions, asked.after)
    return Paired(len(was), int(was.sum()), int(now.sum()), int((now & ~was).sum()), int((was & ~now).sum()))


def _right(questions: tuple[Question, ...], answers: tuple[IntentAnswer, ...]) -> Any:
    pairs = zip(questions, answers, strict=True)
    return np.array([answer.intent == intent for (_, intent), answer in pairs], dtype=bool)


def _change(asked: Asked, measure: Callable[[Any], float]) -> Change:
    """The measure before and after, and by how much it changes were other such questions asked (paired bootstrap)."""
    if not asked.questions:
        return Change()
    was, now = _columns(asked.questions, asked.before), _columns(asked.questions, asked.after)
    chance, count = np.random.default_rng(_SEED), len(was)
    draws = (chance.integers(count, size=count) for _ in range(_DRAWS))
    low, high = np.quantile([measure(now[drawn]) - measure(was[drawn]) for drawn in draws], [_SURE / 2, 1 - _SURE / 2])
    return Change(measure(was), measure(now), float(low), float(high))


def _columns(questions: tuple[Question, ...], answers: tuple[IntentAnswer, ...]) -> Any:
    """A row a question: how likely the right intent was held to be, and the likeliest; whether that one is right."""
    return np.array(
        [
            (answer.likely.get(intent, 0.0), answer.likely[answer.likeliest], answer.likeliest == intent)
            for (_, intent), answer in zip(questions, answers, strict=True)
        ],
        dtype=np.float64,
    )


def _log_loss(rows: Any) -> float:
    return float(-np.log(np.maximum(rows[:, 0], _LEAST)).mean())


def _calibration_error(rows: Any) -> float:
    """How far probabilities are from the shares that are right, on average (Guo et al. 2017)."""
    bins = np.minimum((rows[:, 1] * _BINS).astype(int), _BINS - 1)
    apart = np.bincount(bins, rows[:, 1], _BINS) - np.bincount(bins, rows[:, 2], _BINS)
    return float(np.abs(apart).sum() / len(rows))
