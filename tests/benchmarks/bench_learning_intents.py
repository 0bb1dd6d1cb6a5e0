"""Whether triage gets better by what people relabel, week by week, and whether a swap ever makes it worse.

Each seed draws five examples of every intent and deals the other training questions to weeks. What the live classifier
misjudges in a week is relabelled (every other time: nobody corrects everything), what it judges rightly counts as
approved; then it is refitted as the product does it. A tenth of the labels is wrong in a second run: half of those
the likeliest wrong intent, half any. Held against that: never learning, and learning from every label unmeasured.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
from rich.progress import Progress

from bot.domain.answer import UNKNOWN_INTENT, Risk
from bot.domain.chat import Person
from bot.domain.intents import Label, LabelSource, label_id
from bot.domain.refit import Outcome
from bot.ports import Embedder
from bot.triage.embedding import question_embedder
from bot.triage.fields import FieldFinder
from bot.triage.intents import IntentAnswer, IntentReader
from bot.triage.paired import chance_of_losing
from bot.triage.relearning import refit, taught
from bot.triage.taxonomy import Intent, Taxonomy
from knowledge.embeddings.minilm import MiniLmEmbedder
from knowledge.embeddings.remembering import RememberingEmbedder
from knowledge.embeddings.static import StaticEmbedder
from tests.benchmarks.bench_intent import Pairs, Questions, read
from tests.benchmarks.report import report

FOLDER = "banking77"
EXAMPLES, WEEKS, ARRIVING, TESTED = 5, 6, 150, 1_000
RELABELLED = 0.5
SEEDS = (0, 1)
OURS = "learned"
WRONG = {OURS: 0.0, "learned, a tenth of the labels wrong": 0.1}
ALWAYS = {"always swapped": 0.0, "always swapped, a tenth of the labels wrong": 0.1}
REP = Person("bench", "rep")


@dataclass
class Desk:
    """One way of learning: what it knows, what it was told and how it did, a figure a week."""

    taxonomy: Taxonomy
    wrong: float
    measured: bool
    reader: IntentReader
    labels: list[Label] = field(default_factory=list)
    usual: Pairs = field(default_factory=list)
    right: list[float] = field(default_factory=list)
    believed_wrongly: list[float] = field(default_factory=list)
    swaps: int = 0
    worse: int = 0
    surely_worse: int = 0
    truths: dict[str, str] = field(default_factory=dict)
    learned: list[Label] = field(default_factory=list)
    aside: int = 0


def start(drawn: Pairs) -> Taxonomy:
    names = list(dict.fromkeys(name for _, name in drawn))
    intents = (
        Intent(name, name.replace("_", " "), "", Risk.LOW, "", tuple(text for text, own in drawn if own == name))
        for name in names
    )
    return Taxonomy(tuple(intents), (), 0.45, "")


def fitted(taxonomy: Taxonomy, embedder: Embedder) -> IntentReader:
    return IntentReader(taxonomy, embedder, FieldFinder())


def week(desk: Desk, arriving: Pairs, chance: np.random.Generator, at: datetime) -> None:
    """What comes in, what is relabelled of it, what is approved."""
    names = [intent.name for intent in desk.taxonomy.intents]
    for (text, truth), answer in zip(arriving, desk.reader.answers([text for text, _ in arriving]), strict=True):
        corrected, slips, which = chance.random(), chance.random(), chance.random()
        if answer.intent == truth:
            desk.usual.append((text, truth))
        elif corrected < RELABELLED:
            said = mistaken(answer, truth, names, which) if slips < desk.wrong else truth
            desk.truths[text] = truth
            desk.labels.append(Label(label_id(text), text, said, LabelSource.RELABEL, REP, at))


def mistaken(answer: IntentAnswer, truth: str, names: Sequence[str], which: float) -> str:
    others = [name for name in names if name != truth]
    likeliest = max(others, key=lambda name: answer.likely.get(name, 0.0))
    return likeliest if which < 0.5 else others[int((which - 0.5) * 2 * len(others))]


def learn(desk: Desk, embedder: Embedder, test: Pairs) -> None:
    """Refit and swap as the product does, or always; note whether the swap made held-out questions worse."""
    if desk.measured:
        made = refit(desk.taxonomy, desk.labels, desk.usual, embedder)
        desk.aside = len(made.doubtful)
        chosen = [label for label in desk.labels if label.id in made.learned] if made.outcome is Outcome.BETTER else []
    else:
        chosen = list(desk.labels)
    if not chosen:
        return
    before = rightly(desk.reader, test)
    desk.taxonomy = taught(desk.taxonomy, chosen)
    desk.reader = fitted(desk.taxonomy, embedder)
    after = rightly(desk.reader, test)
    desk.labels = [label for label in desk.labels if label not in chosen]
    lost, won = int((before & ~after).sum()), int((after & ~before).sum())
    desk.learned += chosen
    desk.swaps += 1
    desk.worse += lost > won
    desk.surely_worse += chance_of_losing(lost, won) < 0.05


def rightly(reader: IntentReader, test: Pairs) -> np.ndarray:
    said = reader.answers([text for text, _ in test])
    return np.array([answer.intent == truth for answer, (_, truth) in zip(said, test, strict=True)])


def score(desk: Desk, test: Pairs) -> None:
    said = desk.reader.answers([text for text, _ in test])
    pairs = list(zip(said, test, strict=True))
    desk.right.append(float(np.mean([answer.intent == truth for answer, (_, truth) in pairs])))
    wrong = [answer.intent not in (truth, UNKNOWN_INTENT) for answer, (_, truth) in pairs]
    desk.believed_wrongly.append(float(np.mean(wrong)))


def desks(taxonomy: Taxonomy, embedder: Embedder) -> dict[str, Desk]:
    ways = [(name, wrong, True) for name, wrong in WRONG.items()]
    ways += [(name, wrong, False) for name, wrong in ALWAYS.items()]
    return {name: Desk(taxonomy, wrong, measured, fitted(taxonomy, embedder)) for name, wrong, measured in ways}


def replayed(questions: Questions, embedder: Embedder, seed: int, progress: Progress) -> dict[str, Desk]:
    """All ways of learning over the same weeks."""
    drawn = questions.draw(EXAMPLES, seed)
    known = {text for text, _ in drawn}
    chance = np.random.default_rng(seed)
    pool = [pair for pair in questions.train if pair[0] not in known]
    coming = [pool[i] for i in chance.permutation(len(pool))[: WEEKS * ARRIVING]]
    test = [questions.test[i] for i in chance.permutation(len(questions.test))[:TESTED]]
    found = desks(start(drawn), embedder)
    task = progress.add_task(f"seed {seed}", total=WEEKS * len(found))
    for way, desk in found.items():
        luck = np.random.default_rng([seed, len(way)])
        score(desk, test)
        for number in range(WEEKS):
            at = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(weeks=number)
            week(desk, coming[number * ARRIVING : (number + 1) * ARRIVING], luck, at)
            learn(desk, embedder, test)
            score(desk, test)
            progress.advance(task)
    return found


def figures(runs: Sequence[Mapping[str, Desk]]) -> dict[str, dict[str, float]]:
    """Each way's figures: means over the seeds, swaps summed."""
    told = {}
    for way in runs[0]:
        several = [run[way] for run in runs]
        one = {f"right, week {n}": float(np.mean([desk.right[n] for desk in several])) for n in range(WEEKS + 1)}
        one["believed wrongly, first"] = float(np.mean([desk.believed_wrongly[0] for desk in several]))
        one["believed wrongly, last"] = float(np.mean([desk.believed_wrongly[-1] for desk in several]))
        one["swaps"] = float(sum(desk.swaps for desk in several))
        one["swaps that made it worse"] = float(sum(desk.worse for desk in several))
        one["swaps that surely made it worse"] = float(sum(desk.surely_worse for desk in several))
        one["labels given"] = float(sum(len(desk.truths) for desk in several))
        one["labels learned"] = float(sum(len(desk.learned) for desk in several))
        one["wrong ones among them"] = float(
            sum(desk.truths[label.text] != label.intent for desk in several for label in desk.learned)
        )
        one["labels put aside at the end"] = float(sum(desk.aside for desk in several))
        told[way] = one
    return told


def aims(told: Mapping[str, Mapping[str, float]]) -> dict[str, bool]:
    clean, wrong = (told[way] for way in WRONG)
    first, last = "right, week 0", f"right, week {WEEKS}"
    return {
        "more is judged right at the end than at the start": clean[last] > clean[first],
        "so it is with a tenth of the labels wrong": wrong[last] > wrong[first],
        "no swap surely made it worse": not any(one["swaps that surely made it worse"] for one in (clean, wrong)),
    }


def main() -> None:
    embedder = question_embedder(RememberingEmbedder(MiniLmEmbedder(), kept=50_000), StaticEmbedder())
    questions = read(FOLDER)
    with Progress(transient=True) as progress:
        runs = [replayed(questions, embedder, seed, progress) for seed in SEEDS]
    told = figures(runs)
    never = {f"right, week {number}": told[OURS]["right, week 0"] for number in range(WEEKS + 1)}
    report(
        "learning-intents",
        told[OURS],
        {"never learned": never} | {way: one for way, one in told.items() if way != OURS},
        aims(told),
        digits=3,
        seeds=len(SEEDS),
        data=FOLDER,
        examples=EXAMPLES,
        a_week=ARRIVING,
        relabelled=RELABELLED,
        tested=TESTED,
    )


if __name__ == "__main__":
    main()
