"""The whole way on the real store: import, publish, search, rebuild."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.article import Audience
from bot.ports import Store
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from bot.storage.store import open_store
from knowledge.embeddings.static import StaticEmbedder
from knowledge.library import Library
from knowledge.retriever import HybridRetriever
from tests.unit.knowledge.conftest import TODAY, write
from tests.unit.knowledge.memory import StandingClock

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'ratchet.db'}"
    await asyncio.to_thread(upgrade, url)
    engine = create_engine(url)
    yield open_store(engine, "fernhill")
    await engine.close()


async def test_what_was_imported_is_found_after_a_restart(store: Store, embedder: StaticEmbedder, folder: Path) -> None:
    library = Library(store.articles, store.releases, embedder, StandingClock())
    assert (await library.import_folder(folder)).release.number == 1
    assert not (await library.import_folder(folder)).is_new
    for _ in range(2):  # each retriever builds its own index, as a new process would
        retriever = HybridRetriever(store.articles, store.releases, embedder)
        found = await retriever.retrieve("What does E21 mean?", at=NOW, audience=Audience.CUSTOMER)
        assert (found.release, found.passages[0].slug) == (1, "machine")


async def test_a_change_is_a_new_release_and_a_rebuild_is_none(
    store: Store, embedder: StaticEmbedder, folder: Path
) -> None:
    library = Library(store.articles, store.releases, embedder, StandingClock())
    retriever = HybridRetriever(store.articles, store.releases, embedder)
    await library.import_folder(folder)
    await retriever.warm()
    write(folder / "machine.html", "<title>Error codes</title><p>E21 means that the door is open.</p>")
    await library.import_folder(folder)
    assert await library.rebuild() == 4
    retriever.forget()
    found = await retriever.retrieve("What does E21 mean?", at=NOW, audience=Audience.CUSTOMER)
    assert (found.release, found.passages[0].text) == (2, "E21 means that the door is open.")
    before = await retriever.retrieve("What does E21 mean?", at=NOW, audience=Audience.CUSTOMER, release=1)
    assert "water tank" in before.passages[0].text
    assert (await library.status(TODAY)).fresh
