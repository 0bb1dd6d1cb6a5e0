"""Fits what each feature of a candidate counts: a conditional logit over the units that were found for a need.

Of all units found, the probability of one is the softmax of its weighted features (McFadden 1974); the weights
maximise that of the units that say the fact, with a normal prior. Fitted to the practice cases, the development half
and the unit tests' cases, never to what is held out. Prints the weights for
bot/llm/offline/matching.py and how often the best unit is right in five folds.

Run: python -m tests.benchmarks.fit_draft
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.progress import track
from scipy.optimize import minimize

from bot.domain.answer import UNKNOWN_INTENT
from bot.llm.offline.matching import FORM, MEANT, form, likeness
from bot.llm.offline.question import ask
from bot.llm.offline.reading import Kind
from bot.llm.offline.shelf import Sheet, Shelf
from bot.llm.offline.wanting import FIGURED
from knowledge.embeddings.minilm import MiniLmEmbedder
from knowledge.embeddings.remembering import RememberingTokenEmbedder
from knowledge.embeddings.side_by_side import SideBySide
from knowledge.embeddings.static import StaticEmbedder
from tests.benchmarks.drafts import Case, Desk, desks, familiar, folded, labelled, practice, says

NAMES = (*FORM, *MEANT)
PRIOR = {"negated": -2.0, "strange": -1.5, "leads": -1.0, "leans": -0.5}
"""Where a weight is drawn to: these forms are worse answers by what they are, and rare in the labels."""
STIFF = {"negated": 20.0}
RIDGE = 0.02
FOLDS, SEED = 5, 1


@dataclass(frozen=True, slots=True)
class Choice:
    """One need: the features of every unit found, and which of them say the fact."""

    asked: str
    features: Any
    right: Any


class Reader:
    """Reads cases as the drafter does."""

    def __init__(self, known: dict[str, Desk]) -> None:
        self._known = known
        self._words = StaticEmbedder()
        self._shelf = Shelf(self._words)
        self._meanings = RememberingTokenEmbedder(MiniLmEmbedder(), kept=100_000, kept_tokens=20_000)

    def choices(self, case: Case) -> list[Choice]:
        """One for each fact; of several needs the first fact belongs to the first, and so on."""
        request = self._known[case.corpus].request(case.ask)
        sheets = [self._shelf.sheet(passage) for passage in request.passages]
        question = ask(
            request.escalation.asked,
            [line.roots for sheet in sheets for line in sheet.lines],
            self._meanings,
            named=frozenset().union(*(sheet.named for sheet in sheets)),
            needs=[need.text for need in request.triage.needs],
        )
        several = len(question.needs) > 1
        if not case.says or (several and not case.lacks and len(question.needs) != len(case.says)):
            return []
        vectors = np.nan_to_num(np.asarray(self._words.embed(question.surface)))
        title = "" if request.triage.intent == UNKNOWN_INTENT else request.triage.intent_title
        intent = np.asarray(self._words.embed([title]))[0] * min(1.0, request.triage.intent_confidence)
        places = [(number, at) for number, sheet in enumerate(sheets) for at in range(len(sheet.lines))]
        made = []
        for n, (need, fact) in enumerate(zip(question.needs, case.says, strict=False)):
            rows = [
                form(need, question, number, sheet, sheet.cover(question.surface, vectors), intent)
                for number, sheet in enumerate(sheets)
                if sheet.lines
            ]
            features = np.column_stack([np.concatenate(rows), likeness(n, question, places, sheets, self._meanings)])
            right = _right(case, fact, places, sheets, whole=not need.wants & FIGURED)
            if right.any():
                made.append(Choice(case.ask, features, right))
        return made


def _right(case: Case, fact: str, places: Sequence[tuple[int, int]], sheets: Sequence[Sheet], *, whole: bool) -> Any:
    """Which units say the fact and no sibling's; any step of a procedure does where that is told whole."""
    units = [sheets[number].lines[at].unit for number, at in places]
    said = [
        says(folded(unit.text), fact) and not any(says(folded(unit.text), never) for never in case.never)
        for unit in units
    ]
    steps = {
        (number, unit.block)
        for (number, _), unit, right in zip(places, units, said, strict=True)
        if right and unit.kind is Kind.STEP and whole
    }
    return np.array([
        right or (unit.kind is Kind.STEP and (number, unit.block) in steps)
        for (number, _), unit, right in zip(places, units, said, strict=True)
    ])  # fmt: skip


def fit(choices: Sequence[Choice]) -> Any:
    """The weights, in the order of `NAMES`."""
    prior = np.array([PRIOR.get(name, 0.0) for name in NAMES])
    stiff = RIDGE * np.array([STIFF.get(name, 1.0) for name in NAMES])

    def loss(weights: Any) -> tuple[float, Any]:
        away = weights - prior
        total, slope = float(stiff * away @ away), 2 * stiff * away
        for choice in choices:
            odds = np.exp(choice.features @ weights - (choice.features @ weights).max())
            every, right = odds / odds.sum(), odds * choice.right / (odds * choice.right).sum()
            total -= float(np.log((odds * choice.right).sum() / odds.sum()))
            slope = slope + choice.features.T @ (every - right)
        return total, slope

    return minimize(loss, prior, jac=True, method="L-BFGS-B").x


def main() -> None:
    development, _ = labelled()
    reader = Reader(desks(SideBySide(MiniLmEmbedder(), StaticEmbedder())))
    cases = [*practice(), *development, *familiar()]
    choices = [choice for case in track(cases, "reading", transient=True) for choice in reader.choices(case)]
    folds = dict(
        zip(sorted({c.asked for c in choices}), np.random.default_rng(SEED).permutation(len(choices)), strict=False)
    )
    hits = []
    for fold in range(FOLDS):
        weights = fit([choice for choice in choices if folds[choice.asked] % FOLDS != fold])
        apart = [choice for choice in choices if folds[choice.asked] % FOLDS == fold]
        hits += [bool(choice.right[np.argmax(choice.features @ weights)]) for choice in apart]
    print(f"{len(choices)} needs; the best unit is right in {np.mean(hits):.2f} of them, {FOLDS} folds apart")
    for name, weight in zip(NAMES, fit(choices), strict=True):
        print(f'    "{name}": {weight:.2f},')


if __name__ == "__main__":
    main()
