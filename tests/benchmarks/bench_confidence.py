"""How good the confidence on the card is after so many decisions, against other ways to calibrate it.

Three kinds of drafters: simulated ones, whose true chances are known; the offline drafter on real technotes, its draft
right when it cites the question's own technote; and an intent classifier on real bank questions, as a source of many
real and badly calibrated scores. `python -m tests.benchmarks.bench_confidence`
"""

import asyncio
import math
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bot.domain.answer import Risk, Sentiment, Triage, Urgency
from bot.domain.article import Audience
from bot.domain.escalation import Author, Customer, Escalation, Turn
from evals.calibration import fit
from evals.metrics.reliability import ece
from tests.benchmarks.public import data, json_lines, rows
from tests.benchmarks.report import report

COUNTS = (0, 5, 10, 30, 100, 300, 1_000)
CHANGE = 1_000
AFTER_CHANGE = (1_000, 1_050, 1_150, 1_300, 2_000)
SEEDS = range(100)
HELD_OUT = 50_000  # the simulated drafters are others than those that the constants were chosen on
TESTED = 4_000
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)

Array = Any
Learned = Callable[[Array], Array]
Method = Callable[[Array, Array], Learned]
Figures = dict[int, list[tuple[float, float, float]]]
"""By number of decisions: ECE, Brier score and log-loss of each repetition."""


# --- ways to calibrate, oldest decision first -------------------------------------------------------------------------


def ours(estimates: Array, outcomes: Array) -> Learned:
    learned = fit(list(zip(estimates[::-1].tolist(), (outcomes[::-1] > 0).tolist(), strict=True)))
    return lambda asked: np.array([learned.confidence(estimate) for estimate in asked.tolist()])


def identity(estimates: Array, outcomes: Array) -> Learned:
    return lambda asked: asked


def platt(estimates: Array, outcomes: Array) -> Learned:
    """Platt scaling without priors, on log-odds."""
    return _logistic(lambda asked: np.log(asked / (1 - asked))[:, None], estimates, outcomes)


def beta(estimates: Array, outcomes: Array) -> Learned:
    """Beta calibration (Kull et al. 2017): a logistic regression on ln s and -ln(1 - s)."""
    return _logistic(lambda asked: np.column_stack([np.log(asked), -np.log1p(-asked)]), estimates, outcomes)


def isotonic(estimates: Array, outcomes: Array) -> Learned:
    from sklearn.isotonic import IsotonicRegression

    if not len(estimates):
        return identity(estimates, outcomes)
    learned: Learned = IsotonicRegression(out_of_bounds="clip").fit(estimates, outcomes).predict
    return learned


def histogram(estimates: Array, outcomes: Array) -> Learned:
    """The share approved in each of ten bins, with two imagined decisions at the bin's middle."""

    def bin_of(asked: Array) -> Array:
        return np.clip((asked * 10).astype(int), 0, 9)

    decisions = np.bincount(bin_of(estimates), minlength=10)
    approved = np.bincount(bin_of(estimates), weights=outcomes, minlength=10)
    shares = (approved + 2 * (np.arange(10) + 0.5) / 10) / (decisions + 2)
    return lambda asked: shares[bin_of(asked)]


def _logistic(inputs: Callable[[Array], Array], estimates: Array, outcomes: Array) -> Learned:
    from sklearn.linear_model import LogisticRegression

    if len(set(outcomes.tolist())) < 2:
        return identity(estimates, outcomes)
    learned = LogisticRegression(C=1e6, max_iter=1_000).fit(inputs(_inside(estimates)), outcomes)
    return lambda asked: learned.predict_proba(inputs(_inside(asked)))[:, 1]


METHODS: Mapping[str, Method] = {
    "ours": ours, "the estimate itself": identity, "Platt": platt, "beta": beta, "isotonic": isotonic,
    "histogram": histogram,
}  # fmt: skip


def _inside(chances: Array) -> Array:
    return np.clip(chances, 0.01, 0.99)


# --- drafters ---------------------------------------------------------------------------------------------------------


def simulated(seed: int, *, changes: bool = False) -> tuple[Array, Array]:
    """Estimates and decisions of a drafter made up by chance: what it estimates, and how that is wrong, vary widely.

    One that `changes` becomes better or worse after its first thousand decisions.
    """
    chance = np.random.default_rng(HELD_OUT + seed)
    count = max(AFTER_CHANGE) + TESTED
    first, second = chance.uniform(1.5, 6), chance.uniform(1, 4)
    drawn = chance.beta(first, second, count)
    atoms = np.sort(chance.uniform(0.2, 0.97, int(chance.integers(3, 8))))
    kinds = (drawn, 0.5 + drawn / 2, atoms[chance.integers(len(atoms), size=count)], 0.8 * drawn)
    estimates = _inside(kinds[int(chance.integers(len(kinds)))])
    odds = np.log(estimates / (1 - estimates))
    bias, low, high = chance.normal(), *np.sort(chance.uniform(0.1, 0.95, 2))
    wrong = int(chance.integers(6))
    if wrong == 0:
        truth = estimates
    elif wrong < 3:
        truth = _chance(chance.uniform(0.2, 2.2) * odds + bias)
    elif wrong == 3:
        powers = chance.uniform(0.3, 2, 2)
        truth = _chance(powers[0] * np.log(estimates) - powers[1] * np.log1p(-estimates) + bias)
    elif wrong == 4:
        truth = low + (high - low) * _chance(25 * (estimates - chance.uniform(0.4, 0.9)))
    else:
        truth = np.full(count, high)
    if changes:
        inside = _inside(truth)
        shift = chance.choice([-1, 1]) * chance.uniform(0.5, 2) * (np.arange(count) >= CHANGE)
        truth = _chance(np.log(inside / (1 - inside)) + shift)
    return estimates, (chance.random(count) < truth).astype(float)


def _chance(odds: Array) -> Array:
    return 1 / (1 + np.exp(-odds))


def classified() -> tuple[Array, Array]:
    """The raw certainty of a classifier of bank questions, taught with five examples an intent, and if it was right."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    folder = data("banking77")
    seen: dict[str, list[str]] = {}
    for row in rows(folder / "train.csv"):
        seen.setdefault(row["category"], []).append(row["text"])
    taught = [(text, intent) for intent, texts in seen.items() for text in texts[:5]]
    asked = rows(folder / "test.csv")
    vectors = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit([text for text, _ in taught])
    model = LogisticRegression(C=10, max_iter=1_000)
    model.fit(vectors.transform([text for text, _ in taught]), [intent for _, intent in taught])
    chances = model.predict_proba(vectors.transform([row["text"] for row in asked]))
    right = model.classes_[chances.argmax(axis=1)] == np.array([row["category"] for row in asked])
    return _inside(chances.max(axis=1)), right.astype(float)


async def drafted() -> tuple[Array, Array]:
    """The offline drafter's estimates on real technotes, and whether the draft cites the question's own one."""
    from bot.llm.offline.drafter import OfflineDrafter
    from bot.ports import DraftRequest
    from knowledge.embeddings.minilm import MiniLmEmbedder
    from knowledge.embeddings.remembering import RememberingTokenEmbedder
    from knowledge.embeddings.static import StaticEmbedder
    from knowledge.library import Library
    from knowledge.retriever import HybridRetriever
    from tests.unit.knowledge.memory import MemoryArticles, MemoryReleases, StandingClock

    questions = [each for path in sorted(data("techqa_sample").glob("*.jsonl")) for each in json_lines(path)]
    embedder, articles, releases = StaticEmbedder(), MemoryArticles(), MemoryReleases()
    with tempfile.TemporaryDirectory() as folder:
        for context in (context for question in questions for context in question["contexts"]):
            (Path(folder) / Path(context["filename"]).with_suffix(".md").name).write_text(context["text"], "utf-8")
        await Library(articles, releases, embedder, StandingClock()).import_folder(Path(folder))
    retriever = HybridRetriever(articles, releases, embedder)
    drafter = OfflineDrafter(embedder, RememberingTokenEmbedder(MiniLmEmbedder()))
    triage = Triage("unknown", "", 0.0, Risk.LOW, Sentiment.NEUTRAL, 1.0, Urgency.NORMAL, 1.0, "en", 1.0)
    estimates, right = [], []
    for question in track(questions, "drafting from technotes"):
        turn = Turn("1", Author.CUSTOMER, question["question"], NOW)
        escalation = Escalation("esc_1", "webhook", "1", Customer("c"), (turn,), NOW)
        found = await retriever.retrieve(question["question"], at=NOW, audience=Audience.CUSTOMER)
        draft = await drafter.draft(DraftRequest(escalation, triage, found.passages))
        if draft.abstained:
            continue
        cited = {citation.passage_id for citation in draft.citations}
        quoted = {passage.slug for passage in found.passages if passage.id in cited}
        theirs = {Path(context["filename"]).stem for context in question["contexts"]}
        estimates.append(draft.confidence)
        right.append(float(not question["is_impossible"] and bool(quoted & theirs)))
    return _inside(np.array(estimates)), np.array(right)


# --- measuring --------------------------------------------------------------------------------------------------------


def measured(draws: Iterator[tuple[Array, Array]], title: str, counts: Sequence[int] = COUNTS) -> dict[str, Figures]:
    """Learn from the first so many decisions of each draw and predict its last ones."""
    figures: dict[str, Figures] = {name: {count: [] for count in counts} for name in METHODS}
    for estimates, outcomes in track(list(draws), title):
        first = max(len(estimates) // 2, len(estimates) - TESTED)
        for name, method in METHODS.items():
            for count in (count for count in counts if count <= first):
                learned = method(estimates[:count], outcomes[:count])
                figures[name][count].append(_errors(learned(estimates[first:]), outcomes[first:]))
    return figures


def shuffled(estimates: Array, outcomes: Array) -> Iterator[tuple[Array, Array]]:
    """The same decisions in another order for each seed."""
    for seed in SEEDS:
        order = np.random.default_rng(seed).permutation(len(estimates))
        yield estimates[order], outcomes[order]


def _errors(chances: Array, outcomes: Array) -> tuple[float, float, float]:
    inside = _inside(chances)
    loss = -np.mean(outcomes * np.log(inside) + (1 - outcomes) * np.log1p(-inside))
    return ece(inside, outcomes), float(np.mean((inside - outcomes) ** 2)), float(loss)


def _mean(repeated: Sequence[tuple[float, float, float]], which: int) -> tuple[float, float]:
    """The mean and the half-width of its 95 % interval over repetitions."""
    values = [errors[which] for errors in repeated]
    return float(np.mean(values)), 1.96 * float(np.std(values)) / math.sqrt(len(values))


def show(title: str, figures: Mapping[str, Figures]) -> None:
    out = Console(width=140)
    for which, error in enumerate(("ECE", "Brier score", "log-loss")):
        counts = [count for count, repeated in figures["ours"].items() if repeated]
        table = Table("decisions", *map(str, counts), title=f"{title}: {error}", title_justify="left")
        for name, by_count in figures.items():
            means = [_mean(by_count[count], which) for count in counts]
            table.add_row(name, *(f"{mean:.3f} ±{half:.3f}" for mean, half in means))
        out.print(table)


def main() -> None:
    technotes, bank = asyncio.run(drafted()), classified()
    found = {
        "simulated drafters": measured((simulated(seed) for seed in SEEDS), "simulated drafters"),
        "offline drafter on technotes": measured(shuffled(*technotes), "technotes"),
        "classifier of bank questions": measured(shuffled(*bank), "bank questions"),
    }
    for title, figures in found.items():
        show(title, figures)
    changed = measured((simulated(seed, changes=True) for seed in SEEDS), "drafters that change", AFTER_CHANGE)
    show(f"simulated drafters that change after {CHANGE} decisions", changed)
    simulation = found["simulated drafters"]
    summary = {
        name: {f"log-loss at {count}": _mean(figures[count], 2)[0] for count in (10, 30, 100, 300)}
        | {f"ECE at {count}": _mean(figures[count], 0)[0] for count in (30, 300)}
        for name, figures in simulation.items()
    }
    report(
        "confidence",
        summary["ours"],
        {name: figures for name, figures in summary.items() if name != "ours"},
        _aims(found, changed),
        digits=3,
        seeds=len(SEEDS),
        technotes=len(technotes[0]),
        right=round(float(technotes[1].mean()), 3),
        bank_questions=len(bank[0]),
    )


def _aims(found: Mapping[str, Mapping[str, Figures]], changed: Mapping[str, Figures]) -> dict[str, bool]:
    """What a calibration must do on every kind of drafter, at every number of decisions there."""
    better = {
        name: all(
            _mean(figures["ours"][count], 2)[0] <= _mean(figures[name][count], 2)[0] + 0.002
            for figures in found.values()
            for count in COUNTS
            if count and figures["ours"][count]
        )
        for name in METHODS
        if name != "ours"
    }
    settled = all(_mean(figures["ours"][300], 0)[0] <= 0.05 for figures in found.values() if figures["ours"][300])
    follows = all(_mean(changed["ours"][1_300], 2)[0] < _mean(by[1_300], 2)[0] for by in list(changed.values())[1:])
    aims = {f"log-loss no worse than {name}, everywhere from 5 decisions on": met for name, met in better.items()}
    return aims | {
        "ECE at most 0.05 at 300 decisions": settled,
        "the lowest log-loss 300 decisions after a drafter changed": follows,
    }


if __name__ == "__main__":
    main()
