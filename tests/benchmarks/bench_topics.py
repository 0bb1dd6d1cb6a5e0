"""How well new topics are found: intents held out of the taxonomy, clustered, against scikit-learn's HDBSCAN.

Of BANKING77 and CLINC150 some intents are held out; the others teach with ten examples each. Their test questions are
what fits no intent; in a second round half as many questions of the known intents are strewn among them, as a desk's
classifier would miss some. Baselines have the same vectors. Noise counts as clusters of one.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rich.progress import track
from sklearn.cluster import HDBSCAN
from sklearn.metrics import normalized_mutual_info_score

from bot.domain.intents import FEWEST
from bot.ports import Embedder
from bot.triage.embedding import question_embedder
from bot.triage.topics import topics
from knowledge.embeddings.minilm import MiniLmEmbedder
from knowledge.embeddings.static import StaticEmbedder
from tests.benchmarks.bench_intent import Pairs, Questions, read
from tests.benchmarks.report import Figures, report

HELD = {"banking77": 10, "clinc150": 15}
EXAMPLES, ASKED = 10, 30  # of each intent: those that teach, those that are asked
STREWN = (0.0, 0.5)
SEEDS = (0, 1, 2, 3, 4)
NAMED = 0.6  # the share of a cluster from which it is an intent's

Way = Callable[[Sequence[str], Pairs, Embedder], np.ndarray]


@dataclass(frozen=True, slots=True)
class Stream:
    """What is asked, whose each question is (below `held`: a held-out intent), and what is known."""

    texts: list[str]
    truth: np.ndarray
    known: Pairs
    held: int


def stream(questions: Questions, held: int, strewn: float, seed: int) -> Stream:
    chance = np.random.default_rng(seed)
    names = sorted({label for _, label in questions.train})
    order = [names[i] for i in chance.permutation(len(names))]
    number = {label: i for i, label in enumerate(order)}
    known = [(text, label) for text, label in questions.draw(EXAMPLES, seed) if number[label] >= held]
    by_label = {label: [text for text, own in questions.test if own == label] for label in names}
    new = [(text, label) for label in order[:held] for text in by_label[label][:ASKED]]
    old = [(text, label) for label in order[held:] for text in by_label[label][:ASKED]]
    asked = new + [old[i] for i in chance.permutation(len(old))[: int(strewn * len(new))]]
    return Stream([text for text, _ in asked], np.array([number[label] for _, label in asked]), known, held)


def ours(texts: Sequence[str], known: Pairs, embedder: Embedder) -> np.ndarray:
    clusters = np.full(len(texts), -1)
    for number, topic in enumerate(topics(texts, known, embedder)):
        clusters[list(topic.members)] = number
    return clusters


def hdbscan(texts: Sequence[str], known: Pairs, embedder: Embedder) -> np.ndarray:
    return _hdbscan(np.asarray(embedder.embed(texts)))


def hdbscan_of_directions(texts: Sequence[str], known: Pairs, embedder: Embedder) -> np.ndarray:
    vectors = np.asarray(embedder.embed(texts))
    centred = vectors - vectors.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    return _hdbscan(centred @ directions[:15].T)


def _hdbscan(vectors: np.ndarray) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.asarray(HDBSCAN(min_cluster_size=FEWEST).fit_predict(vectors))


def figures(asked: Stream, clusters: np.ndarray) -> Figures:
    """NMI and purity over the held-out intents' questions, and the share of those intents that a cluster stands for."""
    new = asked.truth < asked.held
    alone = clusters.copy()
    alone[alone < 0] = clusters.max() + 1 + np.arange((clusters < 0).sum())
    sizes = {number: np.bincount(asked.truth[clusters == number]) for number in set(clusters[clusters >= 0].tolist())}
    found = {int(own.argmax()) for own in sizes.values() if own.max() >= NAMED * own.sum()}
    gathered = new & (clusters >= 0)
    pure = sum(np.bincount(asked.truth[gathered & (clusters == number)], minlength=1).max() for number in sizes)
    return {
        "NMI": float(normalized_mutual_info_score(asked.truth[new], alone[new])),
        "purity": float(pure / max(1, gathered.sum())),
        "gathered": float(gathered.sum() / new.sum()),
        "found": sum(intent < asked.held for intent in found) / asked.held,
        "clusters": float(len(sizes)),
    }


def mean(rounds: Sequence[Figures]) -> Figures:
    return {name: float(np.mean([each[name] for each in rounds])) for name in rounds[0]}


def main() -> None:
    embedder = question_embedder(MiniLmEmbedder(), StaticEmbedder())
    ways: Mapping[str, Way] = {"ours": ours, "HDBSCAN": hdbscan, "PCA(15) + HDBSCAN": hdbscan_of_directions}
    for folder, held in HELD.items():
        questions = read(folder)
        for strewn in STREWN:
            streams = [stream(questions, held, strewn, seed) for seed in track(SEEDS, folder, transient=True)]
            found = {
                name: mean([figures(each, way(each.texts, each.known, embedder)) for each in streams])
                for name, way in ways.items()
            }
            own = found.pop("ours")
            plain = found["HDBSCAN"]
            aims = {f"{name} at least HDBSCAN's": own[name] >= plain[name] for name in ("NMI", "purity", "found")}
            report("topics", own, found, aims, digits=3, data=folder, held_out=held, strewn=strewn, seeds=len(SEEDS))


if __name__ == "__main__":
    main()
