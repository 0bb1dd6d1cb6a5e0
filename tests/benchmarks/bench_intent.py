"""How well intents are told from a few examples, how honest the probabilities are, and what is known to be unknown.

Examples are drawn by seed from the training part; all test questions are scored. Any folder with `train.csv` and
`test.csv` (a text and a label a row) or with a `data_full.json` (lists of text and label, some out of scope) will do.
Baselines are scikit-learn's logistic regression over TF-IDF and over MiniLM, fitted in the same run on the same draws.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.progress import Progress

from bot.ports import Embedder
from bot.triage.classifier import FewShotClassifier, one_thread
from bot.triage.embedding import question_embedder
from knowledge.embeddings.minilm import MiniLmEmbedder
from knowledge.embeddings.remembering import RememberingEmbedder
from knowledge.embeddings.static import StaticEmbedder
from tests.benchmarks.public import data, rows
from tests.benchmarks.report import calibration_error, report

FOLDERS = ("banking77", "clinc150", "bitext_intents")
EXAMPLES = (5, 10, 50)
SEEDS = (0, 1, 2)
BINS = 15  # of equal width, as in Guo et al. 2017
REFITTED = 100  # intents

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Questions:
    """Labelled questions to learn from and to be asked, and foreign ones that no label fits."""

    train: Pairs
    test: Pairs
    foreign: list[str]

    def draw(self, each: int, seed: int, labels: int | None = None) -> Pairs:
        """So many examples of each label, fewer where there are no more."""
        chance = np.random.default_rng(seed)
        names = sorted({label for _, label in self.train})[:labels]
        by_label = {name: [text for text, label in self.train if label == name] for name in names}
        return [
            (by_label[name][i], name) for name in names for i in chance.permutation(len(by_label[name]))[:each].tolist()
        ]


@dataclass(frozen=True, slots=True)
class Answers:
    """Which answers were right, how probable they were said to be, and how known the foreign questions looked."""

    right: Any
    probability: Any
    known: Any
    foreign: Any

    def figures(self) -> dict[str, float]:
        told = {"accuracy": float(self.right.mean()), "ECE": calibration_error(self.probability, self.right, BINS)}
        if len(self.foreign):
            told["AUROC"] = auroc(self.known, self.foreign)
        return told


def read(folder: str) -> Questions:
    """The questions of one folder, whatever of the known shapes it has."""
    path = data(folder)
    full = path / "data_full.json"
    if full.exists():
        parts: dict[str, list[list[str]]] = json.loads(full.read_text(encoding="utf-8"))
        train, test = ([(text, label) for text, label in parts[part]] for part in ("train", "test"))
        return Questions(train, test, [text for text, _ in parts.get("oos_test", [])])
    files = {
        part: next(iter(sorted(path.glob(f"*[{part[0]}{part[0].upper()}]{part[1:]}*.csv"))))
        for part in ("train", "test")
    }
    train, test = ([_pair(row) for row in rows(file)] for file in files.values())
    return Questions(train, test, [])


def _pair(row: Mapping[str, str]) -> tuple[str, str]:
    text = row.get("text") or row.get("utterance") or next(iter(row.values()))
    return text, row.get("intent") or row.get("label") or row["category"]


def auroc(known: Any, foreign: Any) -> float:
    """The probability that a question with a label looks more known than a foreign one."""
    from scipy.stats import rankdata

    ranks = rankdata(np.concatenate([known, foreign]))[: len(known)]
    return float((ranks.sum() - len(known) * (len(known) + 1) / 2) / (len(known) * len(foreign)))


def ours(questions: Questions, drawn: Pairs, embedder: Embedder) -> Answers:
    titles = {label: label.replace("_", " ") for _, label in drawn}
    classifier = FewShotClassifier(embedder, drawn, titles=titles)
    said = classifier.predict([text for text, _ in questions.test])
    foreign = classifier.predict(questions.foreign)
    return Answers(
        np.array([p.label == label for p, (_, label) in zip(said, questions.test, strict=True)]),
        np.array([p.probability for p in said]),
        np.array([p.known for p in said]),
        np.array([p.known for p in foreign]),
    )


def regression(questions: Questions, drawn: Pairs, features: Any) -> Answers:
    """scikit-learn's logistic regression; its highest probability tells what is known."""
    from sklearn.linear_model import LogisticRegression

    taught = features([text for text, _ in drawn], fit=True)
    model = LogisticRegression(C=10.0, tol=1e-4, max_iter=1000).fit(taught, [label for _, label in drawn])
    said = model.predict_proba(features([text for text, _ in questions.test]))
    best = model.classes_[said.argmax(axis=1)]
    known = said.max(axis=1)
    foreign = model.predict_proba(features(questions.foreign)).max(axis=1) if questions.foreign else np.zeros(0)
    return Answers(best == np.array([label for _, label in questions.test]), known, known, foreign)


def tfidf() -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    return lambda texts, fit=False: vectorizer.fit_transform(texts) if fit else vectorizer.transform(texts)


def measured(meanings: Embedder, embedder: Embedder, found: Mapping[str, Questions]) -> dict[str, dict[str, float]]:
    """Each method's figures, the mean over the seeds, by folder and number of examples."""
    figures: dict[str, dict[str, float]] = {"ours": {}, "TF-IDF + LR": {}, "MiniLM + LR": {}}
    with Progress(transient=True) as progress:
        task = progress.add_task("measuring", total=len(found) * len(EXAMPLES) * len(SEEDS))
        for folder, questions in found.items():
            for each in EXAMPLES:
                told: dict[str, list[dict[str, float]]] = {name: [] for name in figures}
                for seed in SEEDS:
                    drawn = questions.draw(each, seed)
                    told["ours"].append(ours(questions, drawn, embedder).figures())
                    told["TF-IDF + LR"].append(regression(questions, drawn, tfidf()).figures())
                    by_meaning = regression(questions, drawn, lambda texts, fit=False: meanings.embed(texts))
                    told["MiniLM + LR"].append(by_meaning.figures())
                    progress.advance(task)
                for name, several in told.items():
                    for what in several[0]:
                        figures[name][f"{folder} {each} {what}"] = float(np.mean([one[what] for one in several]))
    return figures


def refits(questions: Questions, embedder: Embedder) -> dict[str, float]:
    """Seconds of processor time to learn again, all texts embedded already, and what the embeddings of one cost."""
    told = {}
    for each in (10, 50):
        drawn = questions.draw(each, 0, REFITTED)
        embedder.embed([text for text, _ in drawn])
        begun = time.process_time()
        FewShotClassifier(embedder, drawn)
        told[f"refit {REFITTED} x {each}, s"] = time.process_time() - begun
    return told


def aims(figures: Mapping[str, float]) -> dict[str, bool]:
    wanted = {"banking77 10 accuracy": 0.86, "banking77 50 accuracy": 0.93, "clinc150 10 AUROC": 0.96}
    reached = {f"{name} at least {least}": figures[name] >= least for name, least in wanted.items() if name in figures}
    errors = [value for name, value in figures.items() if name.endswith("ECE") and name.startswith("banking77")]
    reached["banking77 ECE at most .03 at 5, 10 and 50"] = all(error <= 0.03 for error in errors)
    spent = [value for name, value in figures.items() if name.startswith("refit")]
    return {**reached, "refit of 100 intents under 2 s": all(seconds < 2.0 for seconds in spent)}


def _embedded(embedder: Embedder, texts: Sequence[str]) -> None:
    """Embed all that will be asked for, with a progress bar: everything after finds it remembered."""
    with Progress(transient=True) as progress:
        for start in progress.track(range(0, len(texts), 500), description="embedding"):
            embedder.embed(texts[start : start + 500])


def main() -> None:
    found = {folder: read(folder) for folder in FOLDERS}
    meanings = RememberingEmbedder(MiniLmEmbedder(), kept=1_000_000)
    embedder = question_embedder(meanings, RememberingEmbedder(StaticEmbedder(), kept=1_000_000))
    drawn = [text for q in found.values() for each in EXAMPLES for s in SEEDS for text, _ in q.draw(each, s)]
    asked = [text for q in found.values() for text in (*(text for text, _ in q.test), *q.foreign)]
    _embedded(meanings, sorted({*drawn, *asked}))
    with one_thread():
        figures = measured(meanings, embedder, found)
        widest = max(found.values(), key=lambda q: len({label for _, label in q.train}))
        figures["ours"] |= refits(widest, embedder)
    mine = figures.pop("ours")
    report("intent", mine, figures, aims(mine), digits=3, seeds=len(SEEDS), bins=f"{BINS} of equal width")


if __name__ == "__main__":
    main()
