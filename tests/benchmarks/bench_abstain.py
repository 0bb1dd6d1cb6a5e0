"""bench-abstain: whether the drafter knows what no article answers, beside single scores; `--fit` fits its weights.

Weights are fitted on one half of the questions (`Case.learned`) and reported on the other. `python -m
tests.benchmarks.bench_abstain --fit` prints the table for `bot/llm/offline/evidence.py`.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from rich.progress import track
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from bot.llm.offline.drafter import OfflineDrafter
from bot.llm.offline.evidence import SIGNS, Evidence
from bot.ports import Embedder, TokenEmbedder
from knowledge.embeddings.minilm import MiniLmEmbedder
from knowledge.embeddings.remembering import RememberingTokenEmbedder
from knowledge.embeddings.side_by_side import SideBySide
from knowledge.embeddings.static import StaticEmbedder
from tests.benchmarks.abstaining import (
    ANSWERED,
    IMPOSSIBLE,
    REMOVED,
    SEED,
    Case,
    Corpus,
    bank,
    helpdesk,
    says,
    technotes,
)
from tests.benchmarks.report import report

CORPORA: Mapping[str, Callable[[Embedder], tuple[Corpus, list[Case]]]] = {
    "technotes": technotes,
    "fernhill": partial(helpdesk, "fernhill"),
    "tidewater": partial(helpdesk, "tidewater"),
    "larkfield": partial(helpdesk, "larkfield"),
    "pelican": partial(helpdesk, "pelican"),
    "bank": bank,
}
FITTED_ON = ("technotes", "fernhill", "tidewater", "larkfield", "pelican")
COVERAGE = 0.9
BOOTSTRAPS = 1_000
COVERED = tuple(name for name in SIGNS if name != "share")
RIGHT = tuple(SIGNS)
AGAINST = frozenset({"foreign"})
"""The signs of either judgement, and those that speak against an answer; one fitted the wrong way is left out."""
_REGULARISED = 0.3  # scikit-learn's C: the signs are few, and correlated
_RIVAL = 6

Numbers = np.ndarray


@dataclass(frozen=True, slots=True)
class Judged:
    """A question with its evidence, whether the unit found for it is right, and the scores of the passages found."""

    case: Case
    evidence: Evidence
    right: bool
    words: Sequence[float]
    vectors: Sequence[float]


def main() -> None:
    fits = "--fit" in sys.argv
    judged = judge(RememberingTokenEmbedder(MiniLmEmbedder()), StaticEmbedder(), FITTED_ON if fits else CORPORA)
    if fits:
        _print_fit([each for each in judged if each.case.learned and each.case.corpus in FITTED_ON])
        return
    held = [each for each in judged if not each.case.learned]
    scores: dict[str, Callable[[Judged], float]] = {
        "covered": lambda each: each.evidence.covered,
        "confidence": lambda each: each.evidence.confidence,
        "best BM25": lambda each: max(each.words),
        "best cosine": lambda each: max(each.vectors),
        "BM25, 1st - 6th": lambda each: _lead(each.words),
        "cosine, 1st - 6th": lambda each: _lead(each.vectors),
    }
    figures = {name: _figures(held, np.array([score(each) for each in held])) for name, score in scores.items()}
    ours = figures.pop("covered")
    aims = {
        f"AUROC {contrast} at least .90 (interval {_interval(held, contrast)})": ours[contrast] >= 0.9
        for contrast in ("technotes impossible", "technotes removed")
        if contrast in ours
    }
    _print_reliability(held)
    _print_transfer(judged)
    report("abstain", ours, figures, aims, digits=3, seed=SEED, questions=len(held), half="held", bootstraps=BOOTSTRAPS)


def judge(meanings: TokenEmbedder, words: Embedder, corpora: Iterable[str]) -> list[Judged]:
    """Ask every corpus all its questions by the product's own path: the default search, then the evidence."""
    search, drafter = SideBySide(meanings, words), OfflineDrafter(words, meanings=meanings)
    judged: list[Judged] = []
    for corpus, cases in (CORPORA[name](search) for name in corpora):
        for case in track(cases, corpus.name, transient=True):
            request = corpus.request(case)
            weighed = drafter.evidence(request)
            if weighed:  # what has nothing to weigh is never answered
                best = max(weighed, key=lambda each: each.covered)
                scores = [[passage.scores[kind] for passage in request.passages] for kind in ("bm25", "cosine")]
                judged.append(Judged(case, best, _is_right(case, best), *scores))
    return judged


def _is_right(case: Case, evidence: Evidence) -> bool:
    """Tell whether the article is one that answers, and, where the facts are known, the unit has one of them."""
    told = not case.facts or any(says(each.unit.text, fact) for fact in case.facts for each in evidence.told)
    return case.kind == ANSWERED and evidence.article in case.gold and told


def _lead(scores: Sequence[float]) -> float:
    ordered = sorted(scores, reverse=True)
    return ordered[0] - ordered[:_RIVAL][-1]


def _figures(judged: Sequence[Judged], scores: Numbers) -> dict[str, float]:
    """AUROC of each contrast and of right against wrong; what is wrong where 90 % of the answerable is answered."""
    figures = {}
    for contrast, (mask, answerable) in _contrasts(judged).items():
        figures[contrast] = float(roc_auc_score(answerable[mask], scores[mask]))
    right = np.array([each.right for each in judged])
    figures["right or wrong"] = float(roc_auc_score(right, scores))
    answerable = np.array([each.case.kind == ANSWERED for each in judged])
    given = scores >= np.quantile(scores[answerable], 1 - COVERAGE)
    figures["wrong at 90%"] = float((given & ~right).sum() / given.sum())
    figures["unanswerable given"] = float((given & ~answerable).sum() / (~answerable).sum())
    figures["AURC"] = _aurc(right, scores)
    return figures


def _contrasts(judged: Sequence[Judged]) -> dict[str, tuple[Numbers, Numbers]]:
    """Which questions each contrast compares (a mask), and which of all are answerable."""
    kinds = np.array([each.case.kind for each in judged])
    corpora = np.array([each.case.corpus for each in judged])
    contrasts = {}
    for corpus in dict.fromkeys(corpora):
        for kind in (IMPOSSIBLE, REMOVED):
            if ((corpora == corpus) & (kinds == kind)).any():
                mask = (corpora == corpus) & np.isin(kinds, [ANSWERED, kind])
                contrasts[f"{corpus} {kind}"] = (mask, kinds == ANSWERED)
    return contrasts


def _aurc(right: Numbers, scores: Numbers) -> float:
    """The mean share of wrong answers over all coverages (Geifman & El-Yaniv, NeurIPS 2017)."""
    wrong = ~right[np.argsort(-scores, kind="stable")]
    return float((np.cumsum(wrong) / np.arange(1, len(wrong) + 1)).mean())


def _interval(judged: Sequence[Judged], contrast: str) -> str:
    """The 95 % bootstrap interval of our AUROC, questions drawn with what was removed from under them."""
    mask, answerable = _contrasts(judged)[contrast]
    chosen = [(each, is_answerable) for each, is_answerable, own in zip(judged, answerable, mask, strict=True) if own]
    asked: dict[str, list[tuple[float, bool]]] = {}
    for each, is_answerable in chosen:
        asked.setdefault(each.case.ask, []).append((each.evidence.covered, bool(is_answerable)))
    groups, chance = list(asked.values()), np.random.default_rng(int(SEED))
    found = []
    for _ in range(BOOTSTRAPS):
        drawn = [pair for i in chance.integers(len(groups), size=len(groups)) for pair in groups[i]]
        labels = [label for _, label in drawn]
        if len(set(labels)) == 2:
            found.append(roc_auc_score(labels, [score for score, _ in drawn]))
    low, high = np.quantile(found, [0.025, 0.975])
    return f"{low:.3f} to {high:.3f}"


def _print_reliability(judged: Sequence[Judged]) -> None:
    """Print how often answers of each confidence were right, in the mixture as it is."""
    confidences = np.array([each.evidence.confidence for each in judged])
    right = np.array([each.right for each in judged])
    places = np.minimum((confidences * 5).astype(int), 4)
    gaps = 0.0
    for place in range(5):
        own = places == place
        if own.any():
            gaps += own.sum() * abs(confidences[own].mean() - right[own].mean())
            print(f"confidence {confidences[own].mean():.2f}: right {right[own].mean():.2f} of {own.sum()}")
    print(f"expected calibration error {gaps / len(judged):.3f}")


def _print_transfer(judged: Sequence[Judged]) -> None:
    """Print what weights that were learned on one kind of text alone do on the others."""
    for learned, on in ((("technotes",), "help desks and bank"), (("fernhill", "tidewater"), "technotes and bank")):
        covered, _ = _fitted([each for each in judged if each.case.corpus in learned])
        others = [each for each in judged if each.case.corpus not in learned]
        figures = _figures(others, np.array([covered(each.evidence.signs) for each in others]))
        shown = ", ".join(f"{name} {figures[name]:.3f}" for name in _contrasts(others))
        print(f"learned on {' and '.join(learned)}, told of {on}: {shown}")


def _print_fit(judged: Sequence[Judged]) -> None:
    _fitted(judged, tell=True)


def _fitted(judged: Sequence[Judged], *, tell: bool = False) -> list[Callable[[Mapping[str, float]], float]]:
    """Fit the log-odds that the matter is covered and that the unit is right; each corpus and kind counts the same."""
    means = {name: float(np.nanmean([_sign(each, name) for each in judged])) for name in SIGNS}
    spreads = {name: float(np.nanstd([_sign(each, name) for each in judged])) or 1.0 for name in SIGNS}
    groups = [(each.case.corpus, each.case.kind == ANSWERED) for each in judged]
    size = Counter(groups)
    counts = np.array([len(judged) / len(size) / size[group] for group in groups])

    def fit(names: Sequence[str], truth: Sequence[bool]) -> tuple[float, dict[str, float]]:
        values = np.array([[(_sign(each, name) - means[name]) / spreads[name] for name in names] for each in judged])
        model = LogisticRegression(C=_REGULARISED, tol=1e-6, max_iter=5_000)
        model.fit(np.nan_to_num(values), truth, sample_weight=counts)
        weights = dict(zip(names, map(float, model.coef_[0]), strict=True))
        apt = [name for name in names if (weights[name] < 0) == (name in AGAINST)]
        return (float(model.intercept_[0]), weights) if len(apt) == len(names) else fit(apt, truth)

    models = [
        fit(COVERED, [each.case.kind == ANSWERED for each in judged]),
        fit(RIGHT, [each.right for each in judged]),
    ]
    if tell:
        for name in SIGNS:
            weights = [round(model[1].get(name, 0.0), 2) for model in models]
            print(f'    "{name}": Sign({means[name]:.3f}, {spreads[name]:.3f}, {weights[0]}, {weights[1]}),')
        print(f"BIAS_COVERED, BIAS_RIGHT = {models[0][0]:.2f}, {models[1][0]:.2f}")

    def odds(model: tuple[float, dict[str, float]]) -> Callable[[Mapping[str, float]], float]:
        return lambda signs: (
            model[0]
            + sum(
                weight * (signs.get(name, means[name]) - means[name]) / spreads[name]
                for name, weight in model[1].items()
            )
        )

    return [odds(model) for model in models]


def _sign(judged: Judged, name: str) -> float:
    return judged.evidence.signs.get(name, np.nan)


if __name__ == "__main__":
    main()
