"""Questions with an answer and the same without it: the articles that answer are taken out of the knowledge."""

import asyncio
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bot.domain.answer import Passage, Risk, Sentiment, Triage, Urgency
from bot.domain.article import Audience, Revision
from bot.domain.escalation import Author, Customer, Escalation, Turn
from bot.ports import DraftRequest, Embedder
from bot.triage.taxonomy import load_taxonomy, load_tone
from bot.triage.triage import TaxonomyTriager
from bot.workflows.answer import search_query
from knowledge.documents import files_in, read, sealed
from knowledge.embeddings.static import StaticEmbedder
from knowledge.passages import searchable, split
from tests.benchmarks import drafts
from tests.benchmarks.public import PROJECT, data, json_lines
from tests.benchmarks.searching import Search

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
SEED = "20261122"
CONTENT = PROJECT / "knowledge" / "content"
LABELLED = Path(__file__).parent / "labelled"
DRAFTS = ("drafts.yaml", "drafts_practice.yaml")
SIGNABLE = PROJECT / "tests" / "unit" / "llm" / "offline" / "signable.yaml"
ANSWERED, REMOVED, IMPOSSIBLE = "answered", "removed", "impossible"


@dataclass(frozen=True, slots=True)
class Case:
    """A question to a body of text. `gold` are the articles that answer it; where `kind` is removed, they are gone.

    `facts` are what the answer must say, where that is known.
    """

    corpus: str
    ask: str
    kind: str
    gold: frozenset[str] = frozenset()
    facts: tuple[str, ...] = ()

    @property
    def learned(self) -> bool:
        """Tell whether it is of the half that may be learned from; the same question is always of the same half."""
        return hashlib.sha256(f"{SEED} {self.ask}".encode()).digest()[0] % 2 == 0


@dataclass
class Corpus:
    """Articles that are searched, and what a drafter is asked of them."""

    name: str
    articles: Sequence[Revision]
    embedder: Embedder
    triager: TaxonomyTriager | None = None
    _without: dict[frozenset[str], Search] = field(default_factory=dict)

    @cached_property
    def _embedded(self) -> tuple[list[Passage], np.ndarray]:
        passages = [passage for article in self.articles for passage in split(article)]
        return passages, np.asarray(self.embedder.embed([searchable(passage) for passage in passages]))

    def request(self, case: Case) -> DraftRequest:
        """What the product's drafter would be given."""
        turn = Turn("1", Author.CUSTOMER, case.ask, NOW)
        escalation = Escalation("esc_1", "webhook", "1", Customer("c"), (turn,), NOW)
        triage = asyncio.run(self.triager.triage(escalation)) if self.triager else _untaught()
        needs = [need.text for need in triage.needs] if len(triage.needs) > 1 else []
        gone = case.gold if case.kind == REMOVED else frozenset()
        found = self._search(gone).search(search_query(escalation, triage), on=NOW.date(), needs=needs)
        return DraftRequest(escalation, triage, found)

    def _search(self, gone: frozenset[str]) -> Search:
        """The search without these articles; the whole and the last one are kept."""
        if gone not in self._without:
            self._without = {key: kept for key, kept in self._without.items() if not key}
            passages, vectors = self._embedded
            kept = [i for i, passage in enumerate(passages) if passage.slug not in gone]
            self._without[gone] = Search([passages[i] for i in kept], self.embedder, vectors[kept])
        return self._without[gone]


def technotes(embedder: Embedder) -> tuple[Corpus, list[Case]]:
    """Forum questions and the technotes that answer them; some are known to have none."""
    entries = json_lines(data("techqa_sample") / "questions.jsonl")
    notes = {each["filename"]: _technote(each) for entry in entries for each in entry["contexts"]}
    cases: list[Case] = []
    for entry in entries:
        if entry["is_impossible"]:
            cases.append(Case("technotes", entry["question"], IMPOSSIBLE))
        elif entry["contexts"]:
            cases += _both("technotes", entry["question"], frozenset(each["filename"] for each in entry["contexts"]))
    return Corpus("technotes", list(notes.values()), embedder), cases


def bank(embedder: Embedder) -> tuple[Corpus, list[Case]]:
    """Documents whose title is a question, asked with that title, which is withheld from the document."""
    entries = json_lines(data("tau2_banking") / "documents.jsonl")
    articles, cases = [], []
    for entry in entries:
        title = entry["title"].strip()
        if title.endswith("?"):
            cases += _both("bank", title, frozenset({entry["id"]}))
            title = re.sub(r"^doc_|_\d+$", "", entry["id"]).replace("_", " ")
        articles.append(sealed(Revision(entry["id"], "", title, entry["content"])))
    return Corpus("bank", articles, embedder), cases


def helpdesk(name: str, embedder: Embedder) -> tuple[Corpus, list[Case]]:
    """The sample shop (fernhill), or a made-up company of labelled/, with the questions that were labelled by hand."""
    folder = CONTENT / "articles" if name == "fernhill" else LABELLED / name
    articles = [read(path, folder, source="bench").revision for path in files_in(folder)]
    articles = [article for article in articles if article.audience is Audience.CUSTOMER]
    taught = TaxonomyTriager(
        load_taxonomy(CONTENT / "taxonomy.yaml"), load_tone(CONTENT / "tone.yaml"), StaticEmbedder()
    )
    cases: list[Case] = []
    for entry in _labelled(name):
        facts = tuple(map(str, entry.get("says", ())))
        gold = _telling(articles, facts)
        if facts and gold and not entry.get("lacks"):
            cases += _both(name, entry["ask"], gold, facts)
        elif not facts:
            cases.append(Case(name, entry["ask"], IMPOSSIBLE))
    return Corpus(name, articles, embedder, taught if name == "fernhill" else None), cases


def _both(corpus: str, ask: str, gold: frozenset[str], facts: tuple[str, ...] = ()) -> list[Case]:
    return [Case(corpus, ask, kind, gold, facts) for kind in (ANSWERED, REMOVED)]


def _technote(entry: Mapping[str, str]) -> Revision:
    title, _, body = entry["text"].partition("\n")
    title = " ".join(title.removeprefix("Title:").split()) or entry["filename"]
    return sealed(Revision(entry["filename"], "", title, body.strip().removeprefix("Text:").strip() or title))


def _labelled(name: str) -> Iterator[Mapping[str, Any]]:
    """The entries about this body of text, those without an answer as `{ask: ...}`, each question once.

    Without those that bench-draft reports: they teach nothing.
    """
    files = [yaml.safe_load((LABELLED / file).read_text(encoding="utf-8")) for file in DRAFTS]
    lists = [part.get(name, []) for file in files for part in file.values() if isinstance(part, dict)]
    if name == "fernhill":
        lists += yaml.safe_load(SIGNABLE.read_text(encoding="utf-8")).values()
    counted = {each.ask for each in (*drafts.labelled()[1], *drafts.afterwards())}
    entries = [entry if isinstance(entry, dict) else {"ask": entry} for each in lists for entry in each]
    entries = [entry for entry in entries if entry["ask"] not in counted]
    yield from {json.dumps(entry["ask"]): entry for entry in entries}.values()


def _telling(articles: Sequence[Revision], facts: Sequence[str]) -> frozenset[str]:
    """The articles that tell all the facts, or else those that tell any."""
    told = {article.slug: [says(article.body, fact) for fact in facts] for article in articles}
    full = frozenset(slug for slug, each in told.items() if all(each))
    return full or frozenset(slug for slug, each in told.items() if any(each))


def says(text: str, fact: str) -> bool:
    """Tell whether a text has the fact in one of its wordings ("a|b"), whatever its layout."""
    plain = _plain(text)
    return any(_plain(way) in plain for way in fact.split("|"))


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[*_`|–:;]", " ", text).casefold().split())


def _untaught() -> Triage:
    return Triage("unknown", "Unknown", 0.0, Risk.MEDIUM, Sentiment.NEUTRAL, 0.5, Urgency.NORMAL, 0.5, "und", 0.0)
