"""Which release answers while others are built, forgotten or broken."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.domain.errors import NotFound, Unavailable
from bot.ports import Retrieved, StoredPassage
from knowledge.embeddings.static import StaticEmbedder
from knowledge.library import Library
from knowledge.retriever import HybridRetriever
from tests.unit.knowledge.conftest import ask, slugs, write
from tests.unit.knowledge.memory import MemoryArticles, MemoryReleases, StandingClock


async def test_a_new_release_is_served_at_once_and_an_old_one_on_request(
    library: Library, retriever: HybridRetriever, folder: Path
) -> None:
    await library.import_folder(folder)
    assert "within 5 working days" in (await ask(retriever, "refund")).passages[0].text
    write(folder / "returns/refunds.md", "A refund takes 9 working days.")
    await library.import_folder(folder)
    found = await ask(retriever, "refund")
    assert (found.release, found.passages[0].text) == (2, "A refund takes 9 working days.")
    before = await ask(retriever, "refund", release=1)
    assert before.release == 1
    assert "within 5 working days" in before.passages[0].text
    with pytest.raises(NotFound):
        await ask(retriever, "refund", release=7)


async def test_many_searches_share_one_build(
    library: Library, retriever: HybridRetriever, articles: MemoryArticles, folder: Path
) -> None:
    await library.import_folder(folder)
    articles.reads = 0
    found = await asyncio.gather(*(ask(retriever, "refund") for _ in range(20)))
    assert articles.reads == 1
    assert len({tuple(slugs(each)) for each in found}) == 1


async def test_a_search_that_is_given_up_does_not_stop_the_build(
    library: Library, retriever: HybridRetriever, articles: MemoryArticles, folder: Path
) -> None:
    await library.import_folder(folder)
    articles.reads = 0
    impatient = asyncio.create_task(ask(retriever, "refund"))
    patient = asyncio.create_task(ask(retriever, "refund"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).release == 1
    assert articles.reads == 1


async def test_while_a_new_release_is_built_the_one_before_answers_under_its_own_number(
    releases: MemoryReleases, embedder: StaticEmbedder, folder: Path
) -> None:
    slow = SlowArticles()
    slow.go.set()
    library = Library(slow, releases, embedder, StandingClock())
    retriever = HybridRetriever(slow, releases, embedder, patience=0.01)
    await library.import_folder(folder)
    assert await retriever.warm() == 1
    write(folder / "delivery.md", "Parcels arrive tomorrow.")
    await library.import_folder(folder)
    slow.go.clear()
    during = await asyncio.gather(*(ask(retriever, "parcels arrive") for _ in range(5)))
    assert {found.release for found in during} == {1}
    assert all("three days" in found.passages[0].text for found in during)
    slow.go.set()
    assert await retriever.warm() == 2
    after = await ask(retriever, "parcels arrive")
    assert (after.release, after.passages[0].text) == (2, "Parcels arrive tomorrow.")


async def test_searches_in_flight_survive_many_releases(
    library: Library, retriever: HybridRetriever, folder: Path
) -> None:
    await library.import_folder(folder)
    done = asyncio.Event()

    async def search() -> set[int]:
        seen = set()
        while not done.is_set():
            found = await ask(retriever, "parcels arrive")
            seen.add(found.release)
            number = 0 if found.release == 1 else found.release
            assert number == 0 or f"{number} days" in found.passages[0].text
        return seen

    searches = [asyncio.create_task(search()) for _ in range(4)]
    for number in range(2, 8):
        write(folder / "delivery.md", f"Parcels arrive within {number} days.")
        await library.import_folder(folder)
        await ask(retriever, "parcels")
    done.set()
    assert 7 in set.union(*await asyncio.gather(*searches))


async def test_two_retrievers_live_side_by_side(
    library: Library, retriever: HybridRetriever, embedder: StaticEmbedder, folder: Path, tmp_path: Path
) -> None:
    others, their_releases = MemoryArticles(), MemoryReleases()
    theirs = Library(others, their_releases, embedder, StandingClock())
    write(tmp_path / "b/coffee.md", "Beans are roasted on Mondays.")
    await theirs.import_folder(tmp_path / "b")
    await library.import_folder(folder)
    their_retriever = HybridRetriever(others, their_releases, embedder)
    ours, found = await asyncio.gather(ask(retriever, "beans refund"), ask(their_retriever, "beans refund"))
    assert slugs(found) == ["coffee"]
    assert "coffee" not in slugs(ours)


async def test_after_a_rebuild_the_retriever_forgets_and_reads_again(
    library: Library, retriever: HybridRetriever, articles: MemoryArticles, folder: Path
) -> None:
    await library.import_folder(folder)
    full = dict(articles.kept)
    articles.kept.update({hash_: (revision, ()) for hash_, (revision, _) in full.items()})
    assert await ask(retriever, "refund") == Retrieved((), 1)
    await library.rebuild()
    retriever.forget()
    assert slugs(await ask(retriever, "refund"))[0] == "returns/refunds"


async def test_a_build_that_failed_is_tried_again(
    library: Library,
    retriever: HybridRetriever,
    articles: MemoryArticles,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await library.import_folder(folder)

    async def unavailable(manifest: object) -> tuple[()]:
        raise Unavailable("The database is away.")

    with monkeypatch.context() as patch:
        patch.setattr(articles, "passages", unavailable)
        with pytest.raises(Unavailable):
            await ask(retriever, "refund")
    assert slugs(await ask(retriever, "refund"))[0] == "returns/refunds"


class SlowArticles(MemoryArticles):
    """Holds every reading of passages until it is let go: a build that takes long."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()

    async def passages(self, manifest: Mapping[str, str]) -> tuple[StoredPassage, ...]:
        await self.go.wait()
        return await super().passages(manifest)
