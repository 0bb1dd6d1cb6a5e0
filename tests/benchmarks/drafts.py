"""What a drafted answer is scored on, and the three bodies of text with the questions that were labelled by hand."""

import asyncio
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from bot.domain.answer import Passage, Risk, Sentiment, Triage, Urgency
from bot.domain.article import Audience, Revision
from bot.domain.escalation import Author, Customer, Escalation, Turn
from bot.domain.text.wording import content_words
from bot.ports import DraftRequest, Embedder
from bot.triage.language import LanguageDetector
from bot.triage.taxonomy import load_taxonomy, load_tone
from bot.triage.triage import TaxonomyTriager
from bot.workflows.answer import search_query
from knowledge.documents import files_in, read, sealed
from knowledge.embeddings.static import StaticEmbedder
from knowledge.passages import split
from tests.benchmarks.public import PROJECT, data, json_lines
from tests.benchmarks.searching import Search

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
CONTENT = PROJECT / "knowledge" / "content"
LABELLED = Path(__file__).parent / "labelled"
LONGEST = 120
"""Words from which on a reply to one question is one that a rep would shorten."""
PASSAGES = 8
_MARKER = re.compile(r"(?: \[\d+\])+")
_BULLET = re.compile(r"^(?:\d{1,3}[.)]|[-*•])\s+")


@dataclass(frozen=True, slots=True)
class Case:
    """A question with what its answer must say. `says` is empty for a question that nothing answers.

    Facts are worded in one way or another ("a|b"); some one of `first` must be in the first sentence.
    """

    corpus: str
    ask: str
    says: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """How one reply did. `support`: the share of its sentences that are their source's; `facts`: of what is needed."""

    support: float
    facts: float
    first: bool
    contradicts: bool
    words: int

    @property
    def signable(self) -> bool:
        """Tell whether an experienced rep would send it as it is: all said, at once, nothing wrong, not too long."""
        return self.facts == 1 and self.first and not self.contradicts and self.words <= LONGEST


def score(case: Case, told: Sequence[str], sources: Sequence[str]) -> Score:
    """Score the sentences of a reply's body against what it must and must not say, and against its sources."""
    body, first = folded(" ".join(told)), folded(told[0]) if told else ""
    found = sum(says(body, fact) for fact in case.says)
    return Score(
        support=sum(any(_own(sentence, source) for source in sources) for sentence in told) / max(1, len(told)),
        facts=found / max(1, len(case.says)),
        first=any(says(first, fact) for fact in case.first or case.says),
        contradicts=any(says(body, never) for never in case.never),
        words=len(body.split()),
    )


def says(text: str, fact: str) -> bool:
    """Tell whether a folded text has the fact in one of its wordings."""
    return any(folded(way) in text for way in fact.split("|"))


def folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _own(sentence: str, source: str) -> bool:
    """Tell whether all words of the sentence stand in the source, in whatever layout (a table's row, a list)."""
    there = set(content_words(source))
    return all(word in there for word in content_words(sentence))


def labelled() -> tuple[list[Case], list[Case]]:
    """The cases for development and those held out, parted by the file's own seed within each kind and corpus."""
    document = yaml.safe_load((LABELLED / "drafts.yaml").read_text(encoding="utf-8"))
    chance = random.Random(document["seed"])
    development: list[Case] = []
    held: list[Case] = []
    for kind in ("answered", "partly", "unanswered"):
        for corpus, entries in sorted(document[kind].items()):
            cases = [case(corpus, entry) for entry in entries]
            chance.shuffle(cases)
            half = len(cases) // 2
            development += cases[:half]
            held += cases[half:]
    return development, held


def practice() -> list[Case]:
    """The cases that the drafter's weights may be fitted to, beside the development half."""
    parts = ("practice", "practice_unanswered")
    return [each for file in ("drafts.yaml", "drafts_practice.yaml") for part in parts for each in _part(part, file)]


def familiar() -> list[Case]:
    """The cases of the unit tests, which have been looked at for long."""
    path = PROJECT / "tests" / "unit" / "llm" / "offline" / "signable.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [case("fernhill", entry) for part in ("tuned", "held") for entry in document[part]]


def afterwards() -> list[Case]:
    """The cases that were written after the work."""
    return _part("afterwards")


def later() -> list[Case]:
    """The cases by another hand, who had not seen what the drafter answers."""
    document = yaml.safe_load((LABELLED / "drafts_later.yaml").read_text(encoding="utf-8"))
    parts = (document["answered"], document["unanswered"])
    return [case(corpus, entry) for part in parts for corpus, entries in sorted(part.items()) for entry in entries]


def _part(name: str, file: str = "drafts.yaml") -> list[Case]:
    document = yaml.safe_load((LABELLED / file).read_text(encoding="utf-8"))
    return [case(corpus, entry) for corpus, entries in sorted(document[name].items()) for entry in entries]


def case(corpus: str, entry: Mapping[str, Any] | str) -> Case:
    """A case as the file states it; a bare text is a question that nothing answers."""
    if isinstance(entry, str):
        return Case(corpus, entry)
    lists = {key: tuple(map(str, entry.get(key, ()))) for key in ("says", "first", "never")}
    return Case(corpus, entry["ask"], lacks=entry.get("lacks", ""), **lists)


@dataclass
class Desk:
    """A body of text ready to be asked: searched, and triaged where it has a taxonomy."""

    index: Search
    triager: TaxonomyTriager | None = None
    language: LanguageDetector = field(default_factory=LanguageDetector)

    def request(self, asked: str) -> DraftRequest:
        """What a drafter would be given for this question."""
        turn = Turn("1", Author.CUSTOMER, asked, NOW)
        escalation = Escalation("esc_1", "webhook", "1", Customer("c"), (turn,), NOW)
        triage = asyncio.run(self.triager.triage(escalation)) if self.triager else self._untaught(asked)
        query = search_query(escalation, triage)
        found = self.index.search(query, on=NOW.date(), audience=Audience.CUSTOMER, limit=PASSAGES)
        return DraftRequest(escalation, triage, found)

    def _untaught(self, asked: str) -> Triage:
        language, sure = self.language.detect(asked)
        return Triage(
            "unknown", "Unknown", 0.0, Risk.MEDIUM, Sentiment.NEUTRAL, 0.5, Urgency.NORMAL, 0.5, language, sure
        )


def desks(embedder: Embedder | None = None) -> dict[str, Desk]:
    """The bodies of text, by name. Ends the process where the bank's documents are not there."""
    embedder = embedder or StaticEmbedder()
    triager = TaxonomyTriager(load_taxonomy(CONTENT / "taxonomy.yaml"), load_tone(CONTENT / "tone.yaml"), embedder)
    return {
        "fernhill": Desk(_index(_articles(CONTENT / "articles"), embedder), triager),
        "tidewater": Desk(_index(_articles(LABELLED / "tidewater"), embedder)),
        "bank": Desk(_index(_bank(), embedder)),
        "larkfield": Desk(_index(_articles(LABELLED / "larkfield"), embedder)),
        "pelican": Desk(_index(_articles(LABELLED / "pelican"), embedder)),
        "airline": Desk(_index([_policy("airline")], embedder)),
        "retail": Desk(_index([_policy("retail")], embedder)),
    }


def technotes() -> tuple[Desk, list[tuple[str, str]]]:
    """Technical notes as a body of text, and the developers' questions that they answer, each with its answer."""
    entries = json_lines(data("techqa_sample") / "questions.jsonl")
    notes = {note["filename"]: note["text"] for entry in entries for note in entry["contexts"]}
    articles = []
    for name, text in sorted(notes.items()):
        title, _, rest = text.partition("\n")
        title = title.removeprefix("Title: ")
        articles.append(sealed(Revision(slug=name, title=title, body=rest.replace("Text:", "", 1), hash="")))
    asked = [(entry["question"], entry["answer"]) for entry in entries if not entry["is_impossible"]]
    return Desk(_index(articles, StaticEmbedder())), asked


def _articles(folder: Path) -> list[Revision]:
    return [read(path, folder, source="bench").revision for path in files_in(folder)]


def _bank() -> list[Revision]:
    """The customers' documents; those for the staff are left out."""
    documents = json_lines(data("tau2_banking") / "documents.jsonl")
    return [
        sealed(Revision(slug=entry["id"], title=entry["title"], body=entry["content"], owner="@bank", hash=""))
        for entry in documents
        if "internal" not in entry["title"].casefold()
    ]


def _policy(company: str) -> Revision:
    text = (data("tau2_policies") / company / "policy.md").read_text(encoding="utf-8")
    return sealed(Revision(slug=company, title=f"{company.title()} policy", body=text, owner="@desk", hash=""))


def _index(revisions: Sequence[Revision], embedder: Embedder) -> Search:
    passages: list[Passage] = [passage for revision in revisions for passage in split(revision)]
    return Search(passages, embedder)


def body(cited: str) -> list[str]:
    """The cited pieces of an unframed reply, without their markers and the marks of lists."""
    return [piece for part in _MARKER.split(cited) if (piece := _BULLET.sub("", part.strip()).strip())]
