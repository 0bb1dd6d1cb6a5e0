"""Searches while something is away or not ready: they go on, and say what was not as it should be."""

import asyncio
import logging
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.answer import Passage
from bot.domain.article import Audience
from bot.domain.errors import Unavailable
from bot.ports import Embedder, Retrieved
from knowledge import indexes
from knowledge.embeddings import Vectors
from knowledge.embeddings.static import StaticEmbedder
from knowledge.library import Library
from knowledge.retriever import HybridRetriever
from tests.unit.knowledge.conftest import write
from tests.unit.knowledge.memory import MemoryArticles, MemoryReleases, StandingClock

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
QUESTION = "How long does a refund take?"


async def ask(retriever: HybridRetriever, query: str = QUESTION) -> Retrieved:
    return await retriever.retrieve(query, at=NOW, audience=Audience.CUSTOMER)


class Moody(StaticEmbedder):
    """An embedder like one behind a network: it can be away, and it can be slow."""

    def __init__(self) -> None:
        super().__init__()
        self.name = "moody"
        self.away = False
        self.go = threading.Event()
        self.go.set()
        self.asked = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked += 1
        if self.away:
            raise Unavailable("The embedder is away.")
        self.go.wait(10)
        return super().embed(texts)


@pytest.fixture
def moody() -> Moody:
    return Moody()


def searching(
    articles: MemoryArticles, releases: MemoryReleases, embedder: Embedder, patience: float = 5.0
) -> HybridRetriever:
    return HybridRetriever(articles, releases, embedder, patience=patience)


async def test_another_model_behind_the_same_name_stops_no_search_and_a_note_says_what_to_do(
    articles: MemoryArticles, releases: MemoryReleases, moody: Moody, folder: Path
) -> None:
    class Swapped(Moody):
        def embed(self, texts: Sequence[str]) -> Vectors:
            return super().embed(texts)[:, :100]

    await Library(articles, releases, moody, StandingClock()).import_folder(folder)
    found = await ask(searching(articles, releases, Swapped()))
    assert found.passages[0].slug == "returns/refunds"
    assert found.notes[0].endswith("are no longer those of the articles; run ratchet kb rebuild.")


async def test_without_the_embedder_words_alone_are_compared_and_a_note_says_so(
    articles: MemoryArticles, releases: MemoryReleases, moody: Moody, folder: Path
) -> None:
    await Library(articles, releases, moody, StandingClock()).import_folder(folder)
    retriever = searching(articles, releases, moody)
    moody.away = True
    found = await ask(retriever)
    assert found.passages[0].slug == "returns/refunds"
    assert found.passages[0].scores["cosine"] == 0
    assert found.notes == ("Articles were found by their words alone, not by their meaning. The embedder is away.",)
    moody.away = False
    assert (await ask(retriever)).notes == ()


async def test_a_switch_of_embedder_indexes_again_by_itself_and_for_good(
    library: Library,
    articles: MemoryArticles,
    releases: MemoryReleases,
    moody: Moody,
    folder: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await library.import_folder(folder)
    with caplog.at_level(logging.INFO, "knowledge"):
        found = await ask(searching(articles, releases, moody))
    assert "Indexing 4 articles again: the embedder is now moody" in caplog.text
    assert (found.notes, found.passages[0].scores["cosine"] > 0.2) == ((), True)
    assert {item.embedder for item in await articles.passages(releases.all[-1].manifest)} == {"moody"}
    asked = moody.asked
    await ask(searching(articles, releases, moody))
    assert moody.asked == asked + 1  # the query alone


async def test_first_questions_during_a_long_switch_are_answered_by_words(
    library: Library, articles: MemoryArticles, releases: MemoryReleases, moody: Moody, folder: Path
) -> None:
    await library.import_folder(folder)
    moody.go.clear()
    retriever = searching(articles, releases, moody, patience=0.05)
    during = await ask(retriever)
    assert during.passages[0].slug == "returns/refunds"
    assert during.notes == (
        "4 of 4 passages are being indexed again and were found by their words alone until that is done.",
    )
    moody.go.set()
    await retriever.warm()
    after = await ask(retriever)
    assert (after.release, after.notes) == (1, ())
    assert after.passages[0].scores["cosine"] > 0.2


async def test_an_embedder_that_is_away_during_a_switch_is_left_in_peace_for_a_while(
    library: Library,
    articles: MemoryArticles,
    releases: MemoryReleases,
    moody: Moody,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await library.import_folder(folder)
    moody.away = True
    retriever = searching(articles, releases, moody)
    for _ in range(3):
        assert "indexed again" in (await ask(retriever)).notes[0]
    assert moody.asked == 1
    moody.away = False
    monkeypatch.setattr(indexes, "RETRY_SECONDS", 0.0)
    assert (await ask(retriever)).notes == ()


async def test_an_import_after_a_switch_indexes_what_did_not_change_too(
    library: Library, articles: MemoryArticles, releases: MemoryReleases, moody: Moody, folder: Path
) -> None:
    await library.import_folder(folder)
    write(folder / "delivery.md", "Parcels arrive within two days.")
    report = await Library(articles, releases, moody, StandingClock()).import_folder(folder)
    assert (report.changed, report.indexed_again) == (("delivery",), ("internal/fraud", "machine", "returns/refunds"))
    assert {item.embedder for item in await articles.passages(report.release.manifest)} == {"moody"}


class Judge:
    """A reranker that prefers one article, and can be away."""

    name = "judge"

    def __init__(self, favourite: str) -> None:
        self.favourite = favourite
        self.away = False
        self.read: list[str] = []

    async def rerank(self, query: str, passages: Sequence[Passage]) -> Sequence[float]:
        if self.away:
            raise Unavailable("The reranker is away.")
        self.read.append(query)
        return [float(passage.slug == self.favourite) for passage in passages]


async def test_a_reranker_decides_the_order_and_is_done_without(
    library: Library, articles: MemoryArticles, releases: MemoryReleases, embedder: StaticEmbedder, folder: Path
) -> None:
    await library.import_folder(folder)
    judge = Judge("machine")
    retriever = HybridRetriever(articles, releases, embedder, reranker=judge)
    found = await ask(retriever)
    assert (found.passages[0].slug, found.passages[0].scores["rerank"], found.notes) == ("machine", 1.0, ())
    judge.away = True
    found = await ask(retriever)
    assert found.passages[0].slug == "returns/refunds"
    assert found.notes == ("The passages stand in the search's own order. The reranker is away.",)


async def test_a_reranker_judges_each_need_by_itself(
    library: Library, articles: MemoryArticles, releases: MemoryReleases, embedder: StaticEmbedder, folder: Path
) -> None:
    await library.import_folder(folder)
    judge = Judge("machine")
    retriever = HybridRetriever(articles, releases, embedder, reranker=judge)
    needs = ["When do I get my refund?", "What is E21?"]
    await retriever.retrieve(" ".join(needs), at=NOW, audience=Audience.CUSTOMER, needs=needs)
    assert sorted(judge.read) == sorted([" ".join(needs), *needs])


async def test_a_question_that_is_given_up_does_not_stop_indexing_again(
    library: Library, articles: MemoryArticles, releases: MemoryReleases, moody: Moody, folder: Path
) -> None:
    await library.import_folder(folder)
    moody.go.clear()
    retriever = searching(articles, releases, moody)
    impatient = asyncio.create_task(ask(retriever))
    await asyncio.sleep(0.05)
    impatient.cancel()
    moody.go.set()
    assert await retriever.warm() == 1
    assert (await ask(retriever)).notes == ()
