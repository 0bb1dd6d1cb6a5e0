"""What the examples tell about a classifier's own mistakes: it is asked about examples that it was not taught.

Each example is held out once, and in each rehearsal some whole labels are: their examples stand for the questions that
no label fits. From the answers come the temperature and the odds that a text is of a known label at all.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bot.triage.regression import regress, softmax, temperature

_REHEARSALS = 10
_SEED = 0  # the same examples are held out at every start
_ENOUGH = 400  # held-out answers after which one number, the temperature, gets no better
_FEWEST = 10  # examples below which nothing is held out and the temperature is only a guess
_GUESSED = 1.0
_FOREIGN = 0.2  # the share of questions that no label fits; they are as like the labels' as those are like each other
_STRANGE = 0.02  # the share of the examples themselves that may be called unlike all the others
_AT_HOME = 0.7  # the share of the examples that are wholly at home among those of their label
_LEAST_LIKENESS = 0.2  # what unrelated short texts reach by chance, whatever the examples say
_NEVER = -60.0  # the logit of a label that was not taught


@dataclass(slots=True)
class Doubt:
    """How far answers are believed: `temperature` softens the logits, the rest tells what is like nothing known.

    A text is unfamiliar where it is less like its label's examples than nearly all of those are like each other.
    """

    temperature: float = _GUESSED
    familiar_from: float = _LEAST_LIKENESS
    at_home_from: float = _LEAST_LIKENESS
    _weights: Any = field(default=None, repr=False)

    def probabilities(self, logits: Any) -> Any:
        return softmax(logits / self.temperature)

    def known(self, logits: Any, likeness: Any) -> Any:
        """The probability that a text is of any known label, by its highest logit and its likeness to that label.

        Where there were too few labels to leave any out, the likeness alone tells.
        """
        if self._weights is None:
            return np.clip(likeness / self.at_home_from, 0.0, 1.0)
        odds = logits.max(axis=1) * self._weights[0] + likeness * self._weights[1] + self._weights[2]
        return 1 / (1 + np.exp(-np.clip(odds, -50.0, 50.0)))

    def learn_likeness(self, nearest: Any) -> None:
        """Learn, from each example's likeness to the nearest of its label, what nearly all reach and what most do."""
        if len(nearest):
            self.familiar_from = max(_LEAST_LIKENESS, float(np.quantile(nearest, _STRANGE)))
            self.at_home_from = max(_LEAST_LIKENESS, float(np.quantile(nearest, 1 - _AT_HOME)))

    def learn_known(self, inside: Any, outside: Any) -> None:
        """Learn the odds from (highest logit, likeness) of held-out examples and of those whose label was left out."""
        both = np.concatenate([inside, outside])
        middle, spread = both.mean(axis=0), both.std(axis=0) + 1e-6
        rows = np.column_stack([(both - middle) / spread, np.ones(len(both))]).astype(np.float32)
        pair = regress(rows, np.repeat([1, 0], [len(inside), len(outside)]), 2).astype(np.float64)
        slopes = np.maximum(pair[:2, 1] - pair[:2, 0], 0.0) / spread  # more alike never means less known
        asked_as_often = np.log(len(outside) / len(inside))
        base = pair[2, 1] - pair[2, 0] - slopes @ middle + asked_as_often + np.log((1 - _FOREIGN) / _FOREIGN)
        self._weights = np.array([*slopes, base])


class Rehearsal:
    """Asks, of examples held out, what the classifier would have said. `likened` are the embeddings that tell likeness.

    Rows beyond those are titles: they teach, but nobody asks like that, and they are likened to nothing.
    """

    def __init__(self, rows: Any, labels: Any, likened: Any) -> None:
        chance = np.random.default_rng(_SEED)
        self._rows, self._labels, self._likened = rows, labels, likened
        self._quotable = quotable = len(likened)
        self._count = int(labels.max()) + 1
        self._folds = np.full(len(labels), -1)
        self._folds[:quotable] = _dealt(labels[:quotable], chance)
        few = self._count < 3  # leaving one out would leave no choice
        self._turns = np.full(self._count, -1) if few else chance.permutation(self._count) % _REHEARSALS
        self._logits: list[Any] = []
        self._truths: list[Any] = []
        self._inside: list[Any] = []
        self._outside: list[Any] = []

    def doubt(self) -> Doubt:
        """What was learned; with few examples it is a cautious guess."""
        doubt = Doubt()
        if self._quotable < _FEWEST:
            return doubt
        doubt.learn_likeness(self._nearest())
        for fold in range(_REHEARSALS if self._count > 1 else 0):
            self._perform(fold)
            if sum(map(len, self._truths)) >= _ENOUGH:
                break
        if self._truths:
            doubt.temperature = temperature(np.concatenate(self._logits), np.concatenate(self._truths))
        if self._inside and self._outside:
            doubt.learn_known(np.concatenate(self._inside), np.concatenate(self._outside))
        return doubt

    def _perform(self, fold: int) -> None:
        """Teach all but a tenth of the examples and a tenth of the labels, and ask about both."""
        foreign, held = self._turns[self._labels] == fold, self._folds == fold
        taught = np.flatnonzero(~foreign & ~held)
        known = np.unique(self._labels[taught])
        own = np.flatnonzero(held & np.isin(self._labels, known))
        if len(known) < 2 or not len(own):
            return
        weights = regress(self._rows[taught], np.searchsorted(known, self._labels[taught]), len(known))
        taught = taught[taught < self._quotable]
        for asked, evidence in ((own, self._inside), (np.flatnonzero(foreign[: self._quotable]), self._outside)):
            logits = np.full((len(asked), self._count), _NEVER, dtype=np.float32)
            logits[:, known] = self._rows[asked] @ weights
            likeness = self._likened[asked] @ self._likened[taught].T
            own_likeness = likeness_to(logits.argmax(axis=1), likeness, self._labels[taught])
            evidence.append(np.column_stack([logits.max(axis=1), own_likeness]))
            if asked is own:
                self._logits.append(logits)
                self._truths.append(self._labels[own])

    def _nearest(self) -> Any:
        """How like each example is to the nearest other of its label, where there is another."""
        found = []
        for label in range(self._count):
            members = self._likened[self._labels[: self._quotable] == label]
            if len(members) > 1:
                likeness = members @ members.T
                np.fill_diagonal(likeness, -1.0)
                found.append(likeness.max(axis=1))
        return np.concatenate(found) if found else np.zeros(0)


def likeness_to(best: Any, likeness: Any, labels: Any) -> Any:
    """For each row its highest likeness to an example of its best label; -1 where that has no example."""
    return np.where(labels[None, :] == best[:, None], likeness, -1.0).max(axis=1, initial=-1.0)


def _dealt(labels: Any, chance: np.random.Generator) -> Any:
    """Spread each label's examples evenly over the rehearsals."""
    folds = np.zeros(len(labels), dtype=int)
    dealt = 0
    for label in np.unique(labels):
        members = chance.permutation(np.flatnonzero(labels == label))
        folds[members] = (np.arange(len(members)) + dealt) % _REHEARSALS
        dealt += len(members)
    return folds
