from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.domain.article import Audience
from bot.ports import Retrieved
from knowledge.embeddings.static import StaticEmbedder
from knowledge.library import Library
from knowledge.retriever import HybridRetriever
from tests.unit.knowledge.memory import MemoryArticles, MemoryReleases, StandingClock

TODAY = date(2026, 6, 1)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def embedder() -> StaticEmbedder:
    return StaticEmbedder()


@pytest.fixture
def articles() -> MemoryArticles:
    return MemoryArticles()


@pytest.fixture
def releases() -> MemoryReleases:
    return MemoryReleases()


@pytest.fixture
def library(articles: MemoryArticles, releases: MemoryReleases, embedder: StaticEmbedder) -> Library:
    return Library(articles, releases, embedder, StandingClock())


@pytest.fixture
def retriever(articles: MemoryArticles, releases: MemoryReleases, embedder: StaticEmbedder) -> HybridRetriever:
    return HybridRetriever(articles, releases, embedder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small help centre: two policies, a runbook for the team and a web page."""
    files: Mapping[str, str] = {
        "returns/refunds.md": "---\ntitle: Refunds\nowner: '@billing'\nreview_by: 2026-05-01\nkind: policy\n---\n"
        "# Refunds\n\nA refund reaches your account within 5 working days. Shipping fees are not refunded.\n",
        "delivery.md": "---\ntitle: Delivery times\nowner: '@logistics'\n---\n"
        "Parcels arrive within three days. A parcel that is late is traced by the carrier.\n",
        "internal/fraud.md": "---\ntitle: Fraud checks\naudience: internal\n---\n"
        "Refunds above 200 euro need a second pair of eyes before the money goes out.\n",
        "machine.html": "<html><head><title>Error codes</title><meta name='owner' content='@machines'></head><body>"
        "<nav>Home</nav><main><h1>Error codes</h1><p>E21 means that the water tank is empty.</p></main></body></html>",
    }
    root = tmp_path / "help"
    for name, text in files.items():
        write(root / name, text)
    return root


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


async def ask(
    retriever: HybridRetriever, query: str, *, audience: Audience = Audience.CUSTOMER, release: int | None = None
) -> Retrieved:
    return await retriever.retrieve(query, at=NOW, audience=audience, release=release)


def slugs(found: Retrieved) -> list[str]:
    return [passage.slug for passage in found.passages]
