"""Sentiment and urgency on own labelled messages, half of them held out, beside a word list and the commonest label.

The messages (`labelled/tone.yaml`) are ours, and so are the examples that the classifier learns from
(`knowledge/content/tone.yaml`): one hand wrote both, so read those figures as an upper bound. Public questions that
nobody wrote for this are the check: plain questions to a bank, a shop and an assistant are neutral and of normal
urgency but for a few, so what is called angry or urgent there is nearly all false alarm.

`vaderSentiment` runs where it is installed; its thresholds are fitted on the developed-on half.
"""

import json
import random
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rich.progress import track

from bot.ports import Embedder
from bot.triage.embedding import question_embedder
from bot.triage.taxonomy import Tone, load_tone
from bot.triage.tone import Mood, ToneClassifier
from knowledge.embeddings.minilm import MiniLmEmbedder
from knowledge.embeddings.static import StaticEmbedder
from tests.benchmarks.public import PROJECT, data, rows
from tests.benchmarks.report import Figures, calibration_error, report

LABELLED = Path(__file__).parent / "labelled"
_PUBLIC = 500  # questions of each public set

Labelled = Sequence[tuple[str, str, str]]
"""Text, sentiment, urgency."""


def labelled(name: str) -> list[tuple[Labelled, Labelled]]:
    """The messages of each list of a file: every second one, and the others."""
    document = yaml.safe_load((LABELLED / name).read_text(encoding="utf-8"))
    return [
        ([(text, sentiment, urgency) for text in texts[::2]], [(text, sentiment, urgency) for text in texts[1::2]])
        for sentiment, by_urgency in document.items()
        for urgency, texts in by_urgency.items()
    ]


def parts() -> dict[str, Labelled]:
    """The messages developed on, those held out, and those written after everything was settled."""
    lists, later = labelled("tone.yaml"), labelled("tone_later.yaml")
    return {
        "developed on": [message for half, _ in lists for message in half],
        "held out": [message for _, half in lists for message in half],
        "written later": [message for halves in later for half in halves for message in half],
    }


# --- figures ----------------------------------------------------------------------------------------------------------


def judged(true: Sequence[str], said: Sequence[str]) -> dict[str, float]:
    """Accuracy and macro F1, each with its 95 % interval by 1,000 bootstrap draws."""
    chance = np.random.default_rng(0)
    pairs = np.array(list(zip(true, said, strict=True)))
    draws = [pairs[chance.integers(0, len(pairs), len(pairs))] for _ in range(1000)]
    accuracies, scores = [_accuracy(d) for d in draws], [_macro_f1(d) for d in draws]
    return {
        "accuracy": _accuracy(pairs), "from": _share(accuracies, 2.5), "to": _share(accuracies, 97.5),
        "macro F1": _macro_f1(pairs), "F1 from": _share(scores, 2.5), "F1 to": _share(scores, 97.5),
    }  # fmt: skip


def _off(true: Sequence[str], said: Sequence[str], sure: Sequence[float]) -> float:
    return calibration_error(sure, [a == b for a, b in zip(true, said, strict=True)], bins=10)


def _accuracy(pairs: Any) -> float:
    return float((pairs[:, 0] == pairs[:, 1]).mean())


def _macro_f1(pairs: Any) -> float:
    scores = []
    for label in np.unique(pairs[:, 0]):
        true, said = pairs[:, 0] == label, pairs[:, 1] == label
        scores.append(2 * (true & said).sum() / (true.sum() + said.sum()))
    return float(np.mean(scores))


def _share(values: Sequence[float], percent: float) -> float:
    return float(np.percentile(values, percent))


# --- tone -------------------------------------------------------------------------------------------------------------


def tone_figures(embedded_by: str, embedder: Embedder, tone: Tone) -> dict[str, Figures]:
    """Ours on both halves and on the public questions."""
    classifier = ToneClassifier(tone, embedder)
    found: dict[str, Figures] = {}
    for half, messages in parts().items():
        moods = [classifier.judge(text) for text, *_ in track(messages, half, disable=not sys.stderr.isatty())]
        for name, place in (("sentiment", 1), ("urgency", 2)):
            true = [message[place] for message in messages]
            said = [str(getattr(mood, name)) for mood in moods]
            sure = [getattr(mood, f"{name}_confidence") for mood in moods]
            found[f"{name}, {half}, {embedded_by}"] = {**judged(true, said), "ECE": _off(true, said, sure)}
    for where, texts in public_questions().items():
        found[f"{where}, {embedded_by}"] = alarms([classifier.judge(text) for text in texts])
    return found


def alarms(moods: Sequence[Mood]) -> Figures:
    def share(name: str, label: str) -> float:
        return sum(str(getattr(mood, name)) == label for mood in moods) / len(moods)

    return {
        "said angry": share("sentiment", "angry"), "said unhappy": share("sentiment", "unhappy"),
        "said urgent": share("urgency", "high"),
    }  # fmt: skip


def public_questions() -> dict[str, list[str]]:
    """Plain questions of three public sets, and those whose asker swears (tagged so by its makers)."""
    chance = random.Random(0)
    shop = [row for path in sorted(data("bitext_intents").glob("*.csv")) for row in rows(path)]
    assistant = json.loads((data("clinc150") / "data_full.json").read_text(encoding="utf-8"))["test"]
    found = {
        "banking77": [row["text"] for row in rows(data("banking77") / "test.csv")],
        "bitext": [row["utterance"] for row in shop if "W" not in row["tags"]],
        "bitext, swearing": [row["utterance"] for row in shop if "W" in row["tags"]],
        "clinc150": [text for text, _ in assistant],
    }
    return {where: chance.sample(texts, min(_PUBLIC, len(texts))) for where, texts in found.items()}


def tone_baselines() -> dict[str, Figures]:
    """The commonest label, and VADER with thresholds fitted on the developed-on half."""
    vader = _vader()
    by_value = None
    found: dict[str, Figures] = {}
    for part, messages in parts().items():
        sentiments, urgencies = [m[1] for m in messages], [m[2] for m in messages]
        if part == "developed on":
            by_value = vader and _fitted([vader(text) for text, *_ in messages], sentiments)
            continue
        found[f"sentiment, {part}, commonest label"] = judged(sentiments, ["neutral"] * len(messages))
        found[f"urgency, {part}, commonest label"] = judged(urgencies, ["normal"] * len(messages))
        if vader and by_value:
            found[f"sentiment, {part}, VADER"] = judged(sentiments, [by_value(vader(text)) for text, *_ in messages])
    if vader and by_value:
        plain_false = alarms_by(public_questions(), lambda text: by_value(vader(text)))
        found |= {f"{where}, VADER": figures for where, figures in plain_false.items()}
    return found


def alarms_by(questions: dict[str, list[str]], label: Callable[[str], str]) -> dict[str, Figures]:
    found: dict[str, Figures] = {}
    for where, texts in questions.items():
        said = [label(text) for text in texts]
        found[where] = {
            "said angry": said.count("angry") / len(said),
            "said unhappy": said.count("unhappy") / len(said),
        }
    return found


def _vader() -> Callable[[str], float] | None:
    if find_spec("vaderSentiment") is None:
        return None
    analyser = import_module("vaderSentiment.vaderSentiment").SentimentIntensityAnalyzer()
    return lambda text: float(analyser.polarity_scores(text)["compound"])


def _fitted(values: Sequence[float], labels: Sequence[str]) -> Callable[[float], str]:
    """The three thresholds on VADER's score that give the best macro F1."""

    def labelling(angry: float, unhappy: float, happy: float) -> Callable[[float], str]:
        return lambda v: "angry" if v <= angry else "unhappy" if v <= unhappy else "happy" if v >= happy else "neutral"

    lows, mids, highs = np.arange(-0.9, -0.1, 0.1), np.arange(-0.5, 0.0, 0.1), np.arange(0.05, 0.9, 0.1)

    def score(grid: tuple[float, float, float]) -> float:
        label = labelling(*grid)
        return _macro_f1(np.array([[true, label(value)] for true, value in zip(labels, values, strict=True)]))

    return labelling(*max(product(lows, mids, highs), key=score))


def embedders() -> dict[str, Embedder]:
    """The one that triage reads with, and its parts alone."""
    static, minilm = StaticEmbedder(), MiniLmEmbedder()
    return {"both": question_embedder(minilm, static), "minilm": minilm, "static": static}


def main() -> None:
    tone = load_tone(PROJECT / "knowledge" / "content" / "tone.yaml")
    figures: dict[str, Figures] = {}
    for name, embedder in embedders().items():
        figures |= tone_figures(name, embedder, tone)
    figures |= tone_baselines()
    lead = {**figures["sentiment, written later, both"], **figures["banking77, both"]}
    examples = sum(map(len, (*tone.sentiment.values(), *tone.urgency.values())))
    report("tone", lead, figures, aims(figures), digits=3, examples=examples, messages=sum(map(len, parts().values())))


def aims(figures: dict[str, Figures]) -> dict[str, bool]:
    found = {}
    for part in ("held out", "written later"):
        sentiment, urgency = figures[f"sentiment, {part}, both"], figures[f"urgency, {part}, both"]
        if words := figures.get(f"sentiment, {part}, VADER"):
            found[f"{part}: sentiment's macro F1 lies above VADER's, intervals apart"] = (
                sentiment["F1 from"] > words["F1 to"]
            )
        found[f"{part}: urgency, macro F1 at least .80"] = urgency["macro F1"] >= 0.80
    found["at most .05 of a bank's questions are called urgent"] = figures["banking77, both"]["said urgent"] <= 0.05
    found["at most .02 of a bank's questions are called angry"] = figures["banking77, both"]["said angry"] <= 0.02
    return found


if __name__ == "__main__":
    main()
