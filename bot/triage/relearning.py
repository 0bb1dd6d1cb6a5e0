"""Fits the classifier anew with what people labelled, and measures whether that is better, on questions held out.

Labels are few and a matter of luck: people label mostly what was misjudged. On those the old classifier is wrong by
selection, so that whatever changes looks like progress; on approved questions it is right by selection, so that
whatever changes looks like harm. Neither tells alone. Three kinds of held-out questions stand side by side:

* labels, the gain: each judged by a classifier that learned from the other folds' labels;
* usual questions, whose answers were approved as they were: the other half of the traffic that the labels are from.
  They teach nothing and so need no folds;
* the taxonomy's own examples, each judged by one that learned from the other folds' examples: nobody chose these by
  how they are judged.

All are judged by both classifiers, folds alike, so that differences are paired and sampling noise common to both is
gone. Right means what triage says: the believed intent, "unknown" where none is believed.

Better is: more labels are judged right than before, not surely more is lost than won among labels and usual questions
together, nor among the examples (exact one-sided McNemar tests, McNemar 1947, at 5 %), and over all of them the
probabilities are not surely worse by log loss, a proper score, nor by calibration error (Guo et al. 2017; 95 %
bootstrap intervals of the paired difference, Efron 1979). A significant gain is not asked for: a few labels could
never show one, a label's gain is underestimated where no other of its kind is there, waiting costs customers, and the
eval gate and a roll back stand behind. That not everything misjudged is labelled, while all that was approved counts,
errs on the side of what is live.

A label that contradicts everything is put aside: held out, it is given less than a guess's probability while another
intent is believed with at least the probability that this intent's own members have on average (after confident
learning, Northcutt et al. 2021). A second label of the kind is enough to be believed.

Labels that take questions out of an intent of high risk are put aside too until a second person gives one of the kind:
whoever sends such an answer needs a second person, and no one person may label that need away.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from bot.domain.answer import UNKNOWN_INTENT
from bot.domain.intents import Label
from bot.domain.refit import FEWEST, Outcome, Refit
from bot.domain.review import needs_second_person
from bot.ports import Embedder
from bot.triage.fields import FieldFinder
from bot.triage.intents import IntentReader
from bot.triage.paired import Asked, Question, verdict
from bot.triage.taxonomy import Taxonomy

_FOLDS = 5
_NONE = -1  # the fold of what is never held out
_FITS = 3 * _FOLDS + 2  # more where labels are put aside
_SEED = 0  # the same questions are held out whenever the same is measured

Step = Callable[[int, int], None]
"""Is told how many of so many fits are done."""


def refit(
    taxonomy: Taxonomy,
    labels: Sequence[Label],
    usual: Sequence[Question],
    embedder: Embedder,
    *,
    phone_region: str | None = None,
    step: Step = lambda done, of: None,
) -> Refit:
    """Measure what these labels would teach; see above. The taught text is left to whoever writes texts.

    A label of no intent ("unknown") teaches nothing: such a question must not be believed to have one. Deterministic;
    it takes about a dozen fits.
    """
    fresh = _fresh(taxonomy, labels)
    if len(fresh) < FEWEST:
        return Refit(Outcome.WAITS, _waiting(len(fresh)))
    fields = FieldFinder(taxonomy.fields, phone_region=phone_region)
    trial = _Trial(taxonomy, fresh, lambda taught: IntentReader(taught, embedder, fields), step)
    alone = trial.alone()
    doubtful = tuple(name for name in trial.doubtful() if name not in alone)
    believed = [label for label in fresh if label.id not in (*alone, *doubtful)]
    if len(believed) < FEWEST:
        why = _waiting(len(believed), len(doubtful), len(alone))
        return Refit(Outcome.WAITS, why, doubtful=doubtful, alone=alone)
    foreign = [(label.text, UNKNOWN_INTENT) for label in labels if label.intent == UNKNOWN_INTENT]
    measured = verdict(
        trial.held_out_labels(believed), trial.held_out_examples(believed), trial.others(believed, [*usual, *foreign])
    )
    return replace(measured, learned=tuple(label.id for label in believed), doubtful=doubtful, alone=alone)


def taught(taxonomy: Taxonomy, labels: Sequence[Label]) -> Taxonomy:
    """The taxonomy with the labels as examples; what was an example of another intent before is so no longer."""
    now = {label.text.casefold(): label.intent for label in labels}
    intents = []
    for intent in taxonomy.intents:
        kept = [text for text in intent.examples if now.get(text.casefold(), intent.name) == intent.name]
        there = {text.casefold() for text in kept}
        new = [label.text for label in labels if label.intent == intent.name and label.text.casefold() not in there]
        if kept or new:
            intents.append(replace(intent, examples=(*kept, *new)))
    return replace(taxonomy, intents=tuple(intents))


def _fresh(taxonomy: Taxonomy, labels: Sequence[Label]) -> list[Label]:
    """The labels that an intent can learn something from; of those with the same words the newest."""
    known = {intent.name: {text.casefold() for text in intent.examples} for intent in taxonomy.intents}
    newest = {label.text.casefold(): label for label in sorted(labels, key=lambda label: label.at)}
    fixed = {text for texts in known.values() if len(texts) == 1 for text in texts}  # an intent keeps its last example
    return [
        label
        for text, label in newest.items()
        if label.intent in known and text not in known[label.intent] and text not in fixed
    ]


def _waiting(count: int, doubtful: int = 0, alone: int = 0) -> str:
    few = "There is 1 new label" if count == 1 else f"There are {count} new labels"
    aside = f" Besides, {doubtful} contradict all else and wait for another of their kind." if doubtful else ""
    lower = f" {alone} would lower a high risk and wait for a second person who says so." if alone else ""
    return f"{few} to learn from; it takes {FEWEST}.{aside}{lower}"


class _Trial:
    """Fits, and asks what was held out. A question is held out in the same fold whatever is fitted."""

    def __init__(
        self, taxonomy: Taxonomy, labels: Sequence[Label], fit: Callable[[Taxonomy], IntentReader], step: Step
    ) -> None:
        self._taxonomy = taxonomy
        self._labels = labels
        self._fit = fit
        self._step = step
        self._fitted: dict[tuple[int, tuple[str, ...]], IntentReader] = {}
        examples = [(text, intent.name) for intent in taxonomy.intents for text in intent.examples]
        self._fold_of = dict(zip(examples, _dealt([name for _, name in examples], least=2), strict=True))
        turns = _dealt([label.intent for label in labels], least=1)
        self._turn_of = {label.id: turn for label, turn in zip(labels, turns, strict=True)}
        relabelled = {label.text.casefold() for label in labels}
        self._examples = [example for example in examples if example[0].casefold() not in relabelled]

    def doubtful(self) -> tuple[str, ...]:
        """The labels, by their ids, that all else contradicts; see above."""
        labels, examples = self.held_out_labels(self._labels), self.held_out_examples(())
        own: dict[str, list[float]] = {}
        questions, answers = examples.questions + labels.questions, examples.before + labels.after
        for (_, intent), answer in zip(questions, answers, strict=True):
            own.setdefault(intent, []).append(answer.likely[intent])
        against = {
            question
            for question, answer in zip(labels.questions, labels.after, strict=True)
            if answer.intent not in (UNKNOWN_INTENT, question[1])
            and answer.likely[answer.intent] >= np.mean(own.get(answer.intent, [1.0]))
            and answer.likely[question[1]] < 1 / len(answer.likely)
        }
        return tuple(label.id for label in self._labels if (label.text, label.intent) in against)

    def alone(self) -> tuple[str, ...]:
        """The labels, by their ids, that take a question out of a high-risk intent on one person's word; see above."""
        risky = {intent.name for intent in self._taxonomy.intents if needs_second_person(intent.risk)}
        said: dict[tuple[str, str], list[Label]] = {}
        answers = self._reader().answers([label.text for label in self._labels])
        for label, answer in zip(self._labels, answers, strict=True):
            if answer.intent in risky and label.intent not in risky:
                said.setdefault((answer.intent, label.intent), []).append(label)
        of_one = [each for each in said.values() if all(label.by.same_as(each[0].by) for label in each)]
        return tuple(label.id for each in of_one for label in each)

    def held_out_labels(self, labels: Sequence[Label]) -> Asked:
        """Each label, asked of the taxonomy as it is, and of what learned from the other folds' labels besides."""
        asked = Asked()
        for fold in range(_FOLDS):
            held = [(label.text, label.intent) for label in labels if self._turn_of[label.id] == fold]
            others = [label for label in labels if self._turn_of[label.id] != fold]
            asked += self._ask(held, self._reader(), self._reader(labels=others))
        return asked

    def held_out_examples(self, labels: Sequence[Label]) -> Asked:
        """Each example, asked of what learned from the other folds' examples, without the labels and with them."""
        asked = Asked()
        for fold in range(_FOLDS):
            held = [example for example in self._examples if self._fold_of[example] == fold]
            asked += self._ask(held, self._reader(fold), self._reader(fold, labels))
        return asked

    def others(self, labels: Sequence[Label], questions: Sequence[Question]) -> Asked:
        """Questions that teach nothing, asked of the taxonomy as it is and as it would be."""
        return self._ask(questions, self._reader(), self._reader(labels=labels))

    def _reader(self, fold: int = _NONE, labels: Sequence[Label] = ()) -> IntentReader:
        """What is fitted to all examples but a fold's, and to these labels."""
        key = fold, tuple(label.id for label in labels)
        if key not in self._fitted:
            kept = [
                replace(intent, examples=tuple(t for t in intent.examples if self._fold_of[t, intent.name] != fold))
                for intent in self._taxonomy.intents
            ]
            self._fitted[key] = self._fit(taught(replace(self._taxonomy, intents=tuple(kept)), labels))
            self._step(len(self._fitted), max(_FITS, len(self._fitted)))
        return self._fitted[key]

    @staticmethod
    def _ask(questions: Sequence[Question], before: IntentReader, after: IntentReader) -> Asked:
        texts = [text for text, _ in questions]
        return Asked(tuple(questions), tuple(before.answers(texts)), tuple(after.answers(texts)))


def _dealt(names: Sequence[str], *, least: int) -> list[int]:
    """The fold of each question: those of one intent spread evenly; none where an intent has fewer than `least`."""
    chance = np.random.default_rng(_SEED)
    folds = [_NONE] * len(names)
    dealt = 0
    for name in sorted(set(names)):
        members = chance.permutation([i for i, other in enumerate(names) if other == name]).tolist()
        for i in members if len(members) >= least else []:
            folds[i] = dealt % _FOLDS
            dealt += 1
    return folds
