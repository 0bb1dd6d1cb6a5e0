"""How well the offline drafter answers, against quoting the best passage or the likeliest sentences.

Run: python -m tests.benchmarks.bench_draft
"""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import bm25s
import numpy as np
from rich.progress import track

from bot.domain.answer import Passage
from bot.domain.text.wording import content_words, words
from bot.llm.offline.drafter import OfflineDrafter
from bot.llm.offline.reading import units
from bot.ports import DraftRequest, Embedder
from knowledge.embeddings.minilm import MiniLmEmbedder
from knowledge.embeddings.remembering import RememberingTokenEmbedder
from knowledge.embeddings.side_by_side import SideBySide
from knowledge.embeddings.static import StaticEmbedder
from tests.benchmarks.drafts import Case, Desk, Score, afterwards, body, desks, labelled, later, score, technotes
from tests.benchmarks.report import Figures, percentile, report

QUOTED = 3  # sentences that the baselines quote
SURE = 0.8
SEED = 7
ASKED = 120  # technotes' questions, drawn by the seed


@dataclass(frozen=True, slots=True)
class Reply:
    """What was said: the pieces of the body, the texts that they are from, and how sure the drafter was."""

    told: Sequence[str]
    sources: Sequence[str]
    notes: str = ""
    confidence: float = 0.0


Answerer = Callable[[DraftRequest], Reply]


def drafted(drafter: OfflineDrafter, request: DraftRequest) -> Reply:
    draft = drafter.compose(request)
    cited = {citation.passage_id for citation in draft.citations}
    sources = [_source(passage) for passage in request.passages if passage.id in cited]
    return Reply(body(draft.cited), sources, f"{draft.missing} {' '.join(draft.notes)}", draft.confidence)


def whole_passage(request: DraftRequest) -> Reply:
    """The best passage as it stands."""
    told = [unit.text for passage in request.passages[:1] for unit in units(passage.text)]
    return Reply(told, [_source(passage) for passage in request.passages[:1]])


def by_words(request: DraftRequest) -> Reply:
    """The sentences that BM25 ranks first among those of all passages found."""
    told, sources = _units(request)
    if not told:
        return Reply([], [])
    index = bm25s.BM25()
    index.index([words(text) or [""] for text in told], show_progress=False)
    scores = index.get_scores(words(request.escalation.asked) or [""])
    return _best(told, sources, scores)


def by_meaning(embedder: Embedder) -> Answerer:
    """The sentences nearest in meaning among those of all passages found."""
    known: dict[str, np.ndarray] = {}

    def answer(request: DraftRequest) -> Reply:
        told, sources = _units(request)
        if not told:
            return Reply([], [])
        new = [text for text in dict.fromkeys(told) if text not in known]
        known.update(zip(new, embedder.embed(new), strict=True))
        asked = embedder.embed([request.escalation.asked])[0]
        return _best(told, sources, np.stack([known[text] for text in told]) @ asked)

    return answer


def figures(cases: Sequence[Case], known: dict[str, Desk], answer: Answerer, label: str) -> Figures:
    """Signable, facts said, support and length over the answerable; abstentions over the others; sure and wrong."""
    answered: list[Score] = []
    signed, abstained, sure_wrong, unanswerable = 0, 0, 0, 0
    for case in track(cases, label, transient=True):
        reply = answer(known[case.corpus].request(case.ask))
        scored = score(case, reply.told, reply.sources)
        if case.says:
            right = scored.signable and (not case.lacks or case.lacks in reply.notes.casefold())
            signed += right
            answered.append(scored)
        else:
            unanswerable += 1
            right = not reply.told
            abstained += right
        sure_wrong += bool(reply.told) and reply.confidence >= SURE and not right
    told = [each for each in answered if each.words]
    return {
        "signable": signed / len(answered),
        "facts said": statistics.mean(each.facts for each in answered),
        "wrong case said": statistics.mean(each.contradicts for each in answered),
        "support": statistics.mean(each.support for each in told),
        "median words": statistics.median(each.words for each in told),
        "abstained": abstained / max(1, unanswerable),
        "sure and wrong": sure_wrong,
    }


def recalled(answer: Answerer) -> Figures:
    """On technotes: how much of the accepted answer's words is said, how much of what is said is in it, and length."""
    desk, questions = technotes()
    drawn = random.Random(SEED).sample(questions, min(ASKED, len(questions)))
    recall, precision, sizes = [], [], []
    for asked, accepted in track(drawn, "technotes", transient=True):
        said = set(content_words(" ".join(answer(desk.request(asked)).told)))
        wanted = set(content_words(accepted))
        if said and wanted:
            recall.append(len(said & wanted) / len(wanted))
            precision.append(len(said & wanted) / len(said))
            sizes.append(len(said))
    return {
        "answered": len(recall) / len(drawn),
        "recall": statistics.mean(recall),
        "precision": statistics.mean(precision),
        "F1": statistics.mean(2 * r * p / (r + p) if r + p else 0.0 for r, p in zip(recall, precision, strict=True)),
    }


def warm_ms(drafter: OfflineDrafter, cases: Sequence[Case], known: dict[str, Desk]) -> list[float]:
    """Milliseconds of a draft whose passages have been read before, for a question that has not."""
    taken = []
    for case in cases:
        drafter.compose(known[case.corpus].request(case.ask))
        fresh = known[case.corpus].request(f"{case.ask} Thanks")
        begun = time.perf_counter()
        drafter.compose(fresh)
        taken.append(1000 * (time.perf_counter() - begun))
    return taken


def main() -> None:
    development, held = labelled()
    static, minilm = StaticEmbedder(), MiniLmEmbedder()
    known = desks(SideBySide(minilm, static))
    drafter = OfflineDrafter(static, RememberingTokenEmbedder(minilm))
    ways: dict[str, Answerer] = {
        "ours": lambda request: drafted(drafter, request),
        "best passage whole": whole_passage,
        f"top {QUOTED} by BM25": by_words,
        f"top {QUOTED} by wordllama": by_meaning(static),
        f"top {QUOTED} by MiniLM": by_meaning(minilm),
    }
    parts = {
        "development": development,
        "held out": held,
        "written afterwards": afterwards(),
        "written by another hand": later(),
    }
    for part, cases in parts.items():
        found = {name: figures(cases, known, answer, f"{part}: {name}") for name, answer in ways.items()}
        ours = found.pop("ours")
        best = max(each["signable"] for each in found.values())
        aims = {
            "at least 90 % of the answerable are signable": ours["signable"] >= 0.9,
            "none is sure (confidence >= .8) and wrong": ours["sure and wrong"] == 0,
            "every sentence is its source's own": ours["support"] == 1,
            "twice as many signable as the best baseline": ours["signable"] >= 2 * best,
        }
        sizes = {"answerable": sum(bool(case.says) for case in cases), "unanswerable": sum(not c.says for c in cases)}
        report("draft", ours, found, aims, digits=2, part=part, **sizes)
    found = {name: recalled(answer) for name, answer in ways.items()}
    ours = found.pop("ours")
    aims = {"its words are the answer's more often than any baseline's": ours["precision"] >= max(f["precision"] for f in found.values())}  # fmt: skip  # noqa: E501
    report("draft-technotes", ours, found, aims, digits=2, seed=SEED)
    taken = warm_ms(drafter, held, known)
    speed = {"p50 ms": statistics.median(taken), "p95 ms": percentile(taken, 0.95)}
    report("draft-speed", speed, {}, {"a warm draft takes 15 ms or less (p50)": speed["p50 ms"] <= 15}, warm=True)


def _units(request: DraftRequest) -> tuple[list[str], list[Passage]]:
    found = [(unit.text, passage) for passage in request.passages for unit in units(passage.text)]
    return [text for text, _ in found], [passage for _, passage in found]


def _best(told: Sequence[str], sources: Sequence[Passage], scores: np.ndarray) -> Reply:
    order = np.argsort(-np.asarray(scores), kind="stable")[:QUOTED]
    return Reply([told[at] for at in order], [_source(sources[at]) for at in order])


def _source(passage: Passage) -> str:
    return f"{passage.title} {passage.heading} {passage.text}"


if __name__ == "__main__":
    main()
