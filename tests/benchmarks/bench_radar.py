"""What the radar finds of planted conflicts and past dates, how much it tells of untouched articles, and what it takes.

Sentences with one figure are said again in another article: with another figure (a conflict), with the same one (none).
Dated sentences are planted too: such as wait for a day that passed, and history. What it tells of untouched articles is
counted; whether that is right only a person can say (`--show` prints it). The baseline takes two sentences of different
articles with the same content words and other figures for a conflict.
"""

import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from rich.progress import track

from bot.domain.article import Revision
from bot.domain.radar import Concern, Kind, concerns, contradicted, in_force
from bot.domain.text.claims import Clause, read
from bot.domain.text.sections import sections
from bot.domain.text.wording import content_words, sentences
from bot.settings import CONTENT
from knowledge.documents import files_in
from knowledge.documents import read as read_document
from knowledge.embeddings.minilm import MiniLmEmbedder
from knowledge.embeddings.static import StaticEmbedder
from knowledge.passages import split
from tests.benchmarks.public import data, json_lines
from tests.benchmarks.report import Figures, report

ON = date(2026, 11, 21)
SEEDS = (11, 12, 13)
PLANTS = 20  # of each sort and seed
MANY, EMBEDDED = 1_000, 40
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_WAITING = ("can be ordered until {}", "is on offer through {}", "ends on {}", "will change from {}", "is free till {}")
_TOLD = ("was founded on {}", "was on offer until {}", "has been free since {}", "changed on {}", "applied until {}")
_DAYS = ("30 June 2026", "March 1, 2025", "2026-10-31", "15 January 2026", "the end of August 2026")


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Articles under a name."""

    name: str
    revisions: tuple[Revision, ...]


def sample() -> Knowledge:
    folder = CONTENT / "articles"
    found = [read_document(path, folder, source="sample").revision for path in files_in(folder)]
    return Knowledge("sample articles", tuple(found))


def bank() -> Knowledge:
    documents = json_lines(data("tau2_banking") / "documents.jsonl")
    return Knowledge(
        "bank documents", tuple(_article(each["id"], each["title"], each["content"]) for each in documents)
    )


def policies() -> Knowledge:
    folder = data("tau2_policies")
    parts = [
        _article(f"{path.parent.name}/{path.stem}/{number}", f"{path.parent.name} {section.heading}", section.text)
        for path in sorted(folder.glob("*/*.md"))
        for number, section in enumerate(sections(path.read_text(encoding="utf-8")))
    ]
    return Knowledge("agent policies, by section", tuple(parts))


def technotes() -> Knowledge:
    contexts = {
        context["filename"]: context["text"]
        for question in json_lines(data("techqa_sample") / "questions.jsonl")
        for context in question["contexts"]
    }
    titles = {name: text.split("\n", 1)[0].removeprefix("Title:").strip()[:120] for name, text in contexts.items()}
    return Knowledge("technotes", tuple(_article(name, titles[name], text) for name, text in contexts.items()))


def _article(slug: str, title: str, body: str) -> Revision:
    return Revision(slug, slug, title, body, owner="somebody")


# --- planting ---------------------------------------------------------------------------------------------------------


def candidates(knowledge: Knowledge) -> list[tuple[Revision, Clause]]:
    """Whole sentences in text that state one figure, each with its article."""
    return [
        (revision, clause)
        for revision in in_force(knowledge.revisions, ON)
        for section in sections(revision.body)
        for clause in read(section.text)
        if _states_one_figure(clause)
    ]


def _states_one_figure(clause: Clause) -> bool:
    whole = not clause.row and bool(clause.lead) and len(clause.roots) >= 3 and clause.sentence.startswith(clause.text)
    if not whole or len(clause.quantities) != 1:
        return False
    figure = clause.quantities[0]
    return figure.kind in ("money", "duration", "%") and _NUMBER.search(figure.text) is not None


def planted(revision: Revision, sentence: str) -> Revision:
    """The article with the sentence as a section of its own at its end."""
    return replace(revision, body=f"{revision.body.rstrip()}\n\n## Also\n\n{sentence.rstrip('.')}.\n")


def other_figure(sentence: str, written: str) -> str:
    number = _NUMBER.search(written)
    assert number is not None
    value = str(int(float(number.group().replace(",", "")) * 2) + 3)
    return sentence.replace(written, written.replace(number.group(), value), 1)


def conflicts_found(knowledge: Knowledge, chance: random.Random) -> tuple[list[bool], list[bool], list[bool]]:
    """For planted sentences: whether the radar and the baseline told of them, and of those that say the same."""
    found: list[bool] = []
    plainly: list[bool] = []
    silent: list[bool] = []
    drawn = candidates(knowledge)
    for revision, clause in chance.sample(drawn, min(PLANTS, len(drawn))):
        folder = revision.slug.rpartition("/")[0]
        others = [each for each in in_force(knowledge.revisions, ON) if each.slug != revision.slug]
        host = chance.choice([each for each in others if each.slug.rpartition("/")[0] == folder] or others)
        wrong = other_figure(clause.sentence, clause.quantities[0].text)
        for sentence, tells in ((wrong, found), (clause.sentence, silent)):
            live = [planted(each, sentence) if each is host else each for each in knowledge.revisions]
            told = contradicted(planted(host, sentence), host, in_force(live, ON))
            tells.append(any(concern.slugs == {host.slug, revision.slug} for concern in told))
        plainly.append(frozenset({host.slug, revision.slug}) in same_words([revision, planted(host, wrong)]))
    return found, plainly, silent


def same_words(revisions: Sequence[Revision]) -> set[frozenset[str]]:
    """The baseline: pairs of articles with sentences of the same content words and other figures."""
    alike: dict[frozenset[str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for revision in revisions:
        for start, end in sentences(revision.body):
            sentence = revision.body[start:end]
            if numbers := _NUMBER.findall(sentence):
                words = frozenset(content_words(_NUMBER.sub(" ", sentence)))
                alike[words][revision.slug].add(" ".join(numbers))
    return {
        frozenset({one, other})
        for said in alike.values()
        for one, mine in said.items()
        for other, yours in said.items()
        if one < other and not mine & yours
    }


def dated(patterns: Sequence[str], chance: random.Random, revisions: Sequence[Revision]) -> list[bool]:
    """For planted sentences with a past day: whether the radar told of a past date."""
    told = []
    for _ in range(PLANTS):
        said = chance.choice(patterns).format(chance.choice(_DAYS))
        host = planted(chance.choice(revisions), f"The spring set {said}")
        of_host = [each for each in concerns([host], ON) if each.kind is Kind.PAST_DATE]
        told.append(any("spring set" in each.articles[0].words for each in of_host))
    return told


def share(outcomes: Sequence[bool]) -> float:
    return sum(outcomes) / max(1, len(outcomes))


def costs(knowledge: Knowledge) -> tuple[float, float, float]:
    """CPU seconds of a look at a thousand articles, as shares of embedding them by MiniLM and by static vectors.

    And the time of four times the articles over the time of one.
    """
    many = [
        replace(each, slug=f"{each.slug}~{copy}", title=f"{each.title} {copy}", body=f"{each.body}\n\nEdition {copy}.")
        for copy in range(MANY // len(knowledge.revisions) + 1)
        for each in knowledge.revisions
    ][:MANY]
    took = []
    for some in (many[: MANY // 4], many):
        read.cache_clear()
        began = time.process_time()
        concerns(some, ON)
        took.append(time.process_time() - began)
    embedded = []
    for embedder in (MiniLmEmbedder(), StaticEmbedder()):
        embedder.embed(["warm"])
        began = time.process_time()
        for revision in track(many[:EMBEDDED], "embedding", transient=True):
            embedder.embed([passage.text for passage in split(revision)])
        embedded.append((time.process_time() - began) * MANY / EMBEDDED)
    return took[1] / embedded[0], took[1] / embedded[1], took[1] / took[0]


def show(found: Sequence[Concern]) -> None:
    for concern in found:
        print(f"  {concern.kind}: " + " | ".join(f"{each.title[:70]}: {each.words}" for each in concern.articles))


def measure(knowledge: Knowledge) -> None:
    told = [each for each in concerns(knowledge.revisions, ON) if each.kind in (Kind.CONFLICT, Kind.PAST_DATE)]
    if "--show" in sys.argv:
        show(told)
    found: list[bool] = []
    plainly: list[bool] = []
    silent: list[bool] = []
    waiting: list[bool] = []
    history: list[bool] = []
    for seed in track(SEEDS, knowledge.name, transient=True):
        chance = random.Random(seed)
        for all_of_kind, some in zip((found, plainly, silent), conflicts_found(knowledge, chance), strict=True):
            all_of_kind += some
        waiting += dated(_WAITING, chance, knowledge.revisions)
        history += dated(_TOLD, chance, knowledge.revisions)
    ours: Figures = {
        "conflicts found": share(found),
        "false on the same figure": share(silent),
        "past dates found": share(waiting),
        "false on history": share(history),
        "conflicts told, untouched": sum(each.kind is Kind.CONFLICT for each in told),
        "past dates told, untouched": sum(each.kind is Kind.PAST_DATE for each in told),
    }
    untouched = float(len(same_words(knowledge.revisions)))
    plain = {"conflicts found": share(plainly), "conflicts told, untouched": untouched}
    aims = {
        "finds as many planted conflicts as the baseline": share(found) >= share(plainly),
        "no alarm where both say the same": not any(silent),
    }
    conditions = {"data": knowledge.name, "articles": len(knowledge.revisions), "planted": len(found)}
    baseline = {"same words, other figures": plain}
    report("radar", ours, baseline, aims, digits=2, seeds=len(SEEDS), **conditions)


def main() -> None:
    for knowledge in (sample(), bank(), policies(), technotes()):
        measure(knowledge)
    by_minilm, by_static, growth = costs(sample())
    took = {"of MiniLM's embedding": by_minilm, "of static embedding": by_static, "4 x articles takes": growth}
    aims = {"four times the articles take under 8 times as long": growth < 8}
    report("radar", took, {}, aims, digits=2, articles=MANY)


if __name__ == "__main__":
    main()
